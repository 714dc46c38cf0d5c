/// The header section of a message or part (RFC 5322 §2.2), unfolded and in order; read leniently, as it comes from
/// anyone.
///
/// Bounded: at most `maximumCount` fields are kept and `maximumLength` octets of each.
package struct MessageFields: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        /// In lower case.
        package let name: String
        /// Unfolded, without white space at its ends; octets that are no UTF-8 come as U+FFFD.
        package let value: String
    }

    package static let maximumCount = 500
    package static let maximumLength = 8192

    package let all: [Field]

    /// The first field of this name (in lower case).
    package subscript(name: String) -> String? { all.first { $0.name == name }?.value }

    package func values(_ name: String) -> [String] { all.lazy.filter { $0.name == name }.map(\.value) }

    /// Reads up to the empty line, which is passed over; `rest` is then the body.
    ///
    /// A line that is no field (the `From ` of a mailbox file, a broken fold) is passed over.
    init(reading rest: inout ArraySlice<UInt8>) {
        var lines = OctetLines(rest)
        var fields: [Field] = []
        var name = ""
        var value: [UInt8] = []
        func end() {
            if !name.isEmpty, fields.count < Self.maximumCount {
                fields.append(Field(name: name, value: String(decoding: value.trimmed, as: UTF8.self)))
            }
        }
        while let line = lines.next(), !line.isEmpty {
            if line.first == 0x20 || line.first == 0x09 {
                value += line.prefix(max(0, Self.maximumLength - value.count))
                continue
            }
            end()
            name = ""
            guard let colon = line.prefix(100).firstIndex(of: 0x3A) else { continue }
            let written = line[..<colon].trimmed
            guard !written.isEmpty, written.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { continue }
            name = String(decoding: written, as: UTF8.self).lowercased()
            value = Array(line[(colon + 1)...].prefix(Self.maximumLength))
        }
        end()
        rest = lines.rest
        all = fields
    }
}

/// Octets cut at LF; a CR before it is no part of the line.
struct OctetLines: Sequence, IteratorProtocol {
    private(set) var rest: ArraySlice<UInt8>

    init(_ octets: ArraySlice<UInt8>) { rest = octets }

    mutating func next() -> ArraySlice<UInt8>? {
        if rest.isEmpty { return nil }
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        var line = rest[..<end]
        if line.last == 0x0D { line.removeLast() }
        rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
        return line
    }
}

extension BidirectionalCollection<UInt8> {
    /// Without the white space at both ends.
    var trimmed: SubSequence {
        let isSpace = { (octet: UInt8) in octet == 0x20 || (0x09...0x0D).contains(octet) }
        let front = drop(while: isSpace)
        guard let last = front.lastIndex(where: { !isSpace($0) }) else { return self[endIndex...] }
        return front[...last]
    }
}

extension Sequence<UInt8> {
    /// Read as UTF-8; what is none comes as U+FFFD.
    var asText: String { String(decoding: Array(self), as: UTF8.self) }
}
