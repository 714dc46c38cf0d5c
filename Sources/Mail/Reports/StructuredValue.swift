/// A field of the form `value; name=value` (RFC 2045 §5.1), as `Content-Type` and `Content-Disposition` are.
package struct StructuredValue: Hashable, Sendable {
    /// What stands before the parameters, in lower case and without comments: `multipart/report`.
    package let value: String
    private let parameters: [Parameter]

    private struct Parameter: Hashable {
        /// In lower case, with the marks of RFC 2231: `filename*0*`.
        let name: String
        let value: [UInt8]
    }

    private static let maximumCount = 64

    package init(parsing text: String) {
        var reader = Reader(rest: Array(text.utf8)[...])
        value = reader.word(until: [0x3B]).asText.lowercased()
        var found: [Parameter] = []
        while reader.take(0x3B), found.count < Self.maximumCount {
            let name = reader.word(until: [0x3B, 0x3D]).asText.lowercased()
            guard reader.take(0x3D) else { continue }
            found.append(Parameter(name: name, value: reader.word(until: [0x3B])))
        }
        parameters = found
    }

    /// A parameter (name in lower case), its pieces joined and their percent signs undone (RFC 2231 §3, §4).
    ///
    /// The charset that may be named there is not heeded: it is taken for UTF-8.
    package func parameter(_ name: String) -> String? {
        if let plain = parameters.first(where: { $0.name == name }) { return plain.value.asText }
        if let whole = parameters.first(where: { $0.name == name + "*" }) {
            return Self.decoded(whole.value, isFirst: true).asText
        }
        var octets: [UInt8] = []
        for number in 0..<Self.maximumCount {
            if let piece = parameters.first(where: { $0.name == "\(name)*\(number)*" }) {
                octets += Self.decoded(piece.value, isFirst: number == 0)
            } else if let piece = parameters.first(where: { $0.name == "\(name)*\(number)" }) {
                octets += piece.value
            } else {
                if number == 0 { return nil }
                break
            }
        }
        return octets.asText
    }

    /// `UTF-8''na%C3%AFve`: only the first piece names charset and language.
    private static func decoded(_ text: [UInt8], isFirst: Bool) -> [UInt8] {
        let pieces = text.split(separator: 0x27, maxSplits: 2, omittingEmptySubsequences: false)
        var rest = isFirst && pieces.count == 3 ? pieces[2] : text[...]
        var octets: [UInt8] = []
        while let octet = rest.popFirst() {
            if octet == 0x25, let pair = Hexadecimal.octet(rest.prefix(2)) {
                octets.append(pair)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet)
            }
        }
        return octets
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ octet: UInt8) -> Bool {
            guard rest.first == octet else { return false }
            rest.removeFirst()
            return true
        }

        /// Up to one of `ends` outside quotes; quotes undone, comments dropped, trimmed outside the quotes.
        mutating func word(until ends: [UInt8]) -> [UInt8] {
            var word: [UInt8] = []
            var comments = 0
            var isQuoted = false
            var quotedEnd = 0
            while let octet = rest.first {
                if !isQuoted, comments == 0, ends.contains(octet) { break }
                rest.removeFirst()
                switch octet {
                case 0x5C where isQuoted || comments > 0:
                    let escaped = rest.popFirst()
                    if isQuoted, let escaped { word.append(escaped) }
                case 0x22 where comments == 0:
                    if quotedEnd == 0, !isQuoted, word.trimmed.isEmpty { word = [] }
                    isQuoted.toggle()
                    quotedEnd = word.count
                case 0x28 where !isQuoted: comments += 1
                case 0x29 where !isQuoted && comments > 0: comments -= 1
                default: if comments == 0 { word.append(octet) }
                }
            }
            if quotedEnd == 0 { return Array(word.trimmed) }
            return word[quotedEnd...].trimmed.isEmpty ? Array(word[..<quotedEnd]) : word
        }
    }
}
