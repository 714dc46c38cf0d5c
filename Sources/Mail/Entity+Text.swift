extension Entity {
    /// A text part (RFC 2046 §4.1): CRLF between lines, in the encoding that suits what it holds.
    ///
    /// - 7bit for ASCII whose lines have at most 78 characters (RFC 5322 §2.1.1; 998 is what the wire allows,
    ///   but servers and filters on the way are known to break or reject lines near it), without white space at
    ///   a line's end, `From ` at its start or control characters, all of which get lost or changed on the way;
    /// - otherwise quoted-printable or base64, whichever is shorter; but ASCII never goes as base64, which filters
    ///   take for text in disguise.
    ///
    /// - Throws: `invalidRequest` for a NUL, in the field `field`.
    static func text(_ text: String, subtype: String, field: String) throws(Failure) -> Entity {
        let lines = canonicalLines(text)
        if lines.contains(0) {
            throw Failure(
                .invalidRequest, "The \(field) holds a NUL character.", hint: "Leave U+0000 out of it.",
                field: field)
        }
        var type = FieldLine("Content-Type")
        type.add("text/\(subtype); charset=utf-8")
        var encoding = FieldLine("Content-Transfer-Encoding")
        if isSafeAsIs(lines) {
            encoding.add("7bit")
            return Entity(fields: [type, encoding], body: .lines(lines, mayHoldBoundary: true))
        }
        let quoted = QuotedPrintable.encode(lines)
        if quoted.count <= Base64.size(ofLinesFor: lines.count) || lines.allSatisfy({ $0 < 0x80 }) {
            encoding.add("quoted-printable")
            return Entity(fields: [type, encoding], body: .lines(quoted, mayHoldBoundary: false))
        }
        encoding.add("base64")
        return Entity(fields: [type, encoding], body: .base64(lines))
    }

    /// CR LF, CR and LF each become CR LF.
    private static func canonicalLines(_ text: String) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(text.utf8.count + text.utf8.count / 32)
        var copy = text
        copy.withUTF8 { text in
            // Line by line: byte by byte costs ten times as much.
            var start = 0
            while let end = text[start...].firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
                lines.append(contentsOf: text[start..<end])
                lines.append(0x0D)
                lines.append(0x0A)
                let isPair = text[end] == 0x0D && end + 1 < text.count && text[end + 1] == 0x0A
                start = end + (isPair ? 2 : 1)
            }
            lines.append(contentsOf: text[start...])
        }
        return lines
    }

    private static func isSafeAsIs(_ lines: [UInt8]) -> Bool {
        lines.withUnsafeBufferPointer(isSafeAsIs)
    }

    private static func isSafeAsIs(_ lines: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        for (index, byte) in lines.enumerated() {
            switch byte {
            case 0x0D:
                if index > start, lines[index - 1] == 0x20 || lines[index - 1] == 0x09 { return false }
            case 0x0A: start = index + 1
            case 0x09, 0x20...0x7E:
                if index - start >= 78 { return false }
                if byte == UInt8(ascii: "F"), index == start, lines[start...].starts(with: "From ".utf8) {
                    return false
                }
            default: return false
            }
        }
        return lines.last != 0x20 && lines.last != 0x09
    }
}
