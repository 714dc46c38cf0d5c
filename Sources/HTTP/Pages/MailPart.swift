#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A part of a message (RFC 2045), read for showing: what cannot be understood is shown as it stands.
///
/// Made for messages that this program composed; others come out poorer, never wrong in a way that matters.
struct MailPart: Sendable {
    /// In order; values unfolded, as written otherwise.
    let fields: [(name: String, value: String)]
    /// Lower case, without parameters: `text/html`.
    let type: String
    let children: [MailPart]
    private let octets: ArraySlice<UInt8>

    private static let deepest = 8
    private static let most = 300

    init(_ octets: [UInt8]) {
        self.init(octets[...], depth: 0)
    }

    private init(_ octets: ArraySlice<UInt8>, depth: Int) {
        let (fields, body) = Self.split(octets)
        self.fields = fields
        let content = fields.first { $0.name.lowercased() == "content-type" }?.value ?? "text/plain"
        let type = Self.trimmed(content.prefix { $0 != ";" }).lowercased()
        self.type = type
        self.octets = body
        if type.hasPrefix("multipart/"), depth < Self.deepest,
            let boundary = Self.parameter("boundary", of: content)
        {
            children = Self.pieces(of: body, boundary: boundary).prefix(Self.most).map {
                MailPart($0, depth: depth + 1)
            }
        } else {
            children = []
        }
    }

    func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name }?.value
    }

    /// This part and all below it that hold content themselves, in order.
    var leaves: [MailPart] { children.isEmpty ? [self] : children.flatMap(\.leaves) }

    var isFile: Bool {
        let disposition = field("content-disposition")?.lowercased() ?? ""
        return disposition.hasPrefix("attachment") || (!disposition.isEmpty && filename != nil)
    }

    /// What it is called where it is a file.
    var filename: String? {
        field("content-disposition").flatMap { Self.parameter("filename", of: $0) }
            ?? field("content-type").flatMap { Self.parameter("name", of: $0) }
    }

    /// Without brackets.
    var contentID: String? {
        field("content-id").map { String($0.drop { $0 == "<" }.prefix { $0 != ">" }) }
    }

    /// What it holds, its encoding undone.
    var content: [UInt8] {
        switch field("content-transfer-encoding").map({ Self.trimmed($0[...]).lowercased() }) {
        case "base64":
            Data(base64Encoded: Data(octets), options: .ignoreUnknownCharacters).map { Array($0) } ?? []
        case "quoted-printable": Self.quotedPrintable(octets)
        default: Array(octets)
        }
    }

    var text: String { String(decoding: content, as: UTF8.self) }

    /// The content in base64, encoded anew: what a message says is base64 may hold anything.
    var base64: [UInt8] { Array(Data(content).base64EncodedData()) }

    private static func split(
        _ octets: ArraySlice<UInt8>
    ) -> (fields: [(name: String, value: String)], body: ArraySlice<UInt8>) {
        var lines: [String] = []
        var rest = octets
        while !rest.isEmpty {
            let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
            let line = rest[..<end].last == 0x0D ? rest[..<end].dropLast() : rest[..<end]
            rest = end == rest.endIndex ? [] : rest[(end + 1)...]
            if line.isEmpty { break }
            if line.first == 0x20 || line.first == 0x09, !lines.isEmpty {
                lines[lines.count - 1] += String(decoding: line, as: UTF8.self)
            } else {
                lines.append(String(decoding: line, as: UTF8.self))
            }
        }
        let fields = lines.map { line -> (name: String, value: String) in
            let name = line.prefix { $0 != ":" }
            return (String(name), trimmed(line.dropFirst(name.count + 1)))
        }
        return (fields, rest)
    }

    /// What stands between the delimiter lines (RFC 2046 §5.1.1); without the last one, up to the end.
    private static func pieces(of body: ArraySlice<UInt8>, boundary: String) -> [ArraySlice<UInt8>] {
        let delimiter = Array("--\(boundary)".utf8)
        var pieces: [ArraySlice<UInt8>] = []
        var start: Int?
        var place = body.startIndex
        while place < body.endIndex {
            let end = body[place...].firstIndex(of: 0x0A) ?? body.endIndex
            if body[place] == 0x2D, body[place..<end].starts(with: delimiter) {
                let tail = body[place..<end].dropFirst(delimiter.count)
                // The line break before a delimiter belongs to it.
                if let start { pieces.append(body[start..<max(start, place - 2)]) }
                if tail.starts(with: [0x2D, 0x2D]) { return pieces }
                start = min(end + 1, body.endIndex)
            }
            place = end + 1
        }
        if let start { pieces.append(body[start...]) }
        return pieces
    }

    private static func quotedPrintable(_ octets: ArraySlice<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(octets.count)
        var rest = octets
        while let octet = rest.popFirst() {
            guard octet == 0x3D else {
                output.append(octet)
                continue
            }
            if rest.first == 0x0D || rest.first == 0x0A {
                if rest.popFirst() == 0x0D, rest.first == 0x0A { rest.removeFirst() }
            } else if let high = rest.first.flatMap(digit), let low = rest.dropFirst().first.flatMap(digit) {
                output.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                output.append(octet)
            }
        }
        return output
    }

    static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x37
        case 0x61...0x66: octet - 0x57
        default: nil
        }
    }

    static func trimmed(_ text: Substring) -> String {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }
}
