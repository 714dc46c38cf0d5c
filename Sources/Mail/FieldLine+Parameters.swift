extension FieldLine {
    /// Adds `name="value"` of a Content-Type or Content-Disposition field, with the semicolon before it.
    mutating func addParameter(_ name: String, quoted value: String) {
        addSemicolon()
        add("\(name)=\"\(value)\"")
    }

    /// Adds a file name as RFC 2231 wants it: quoted when it is short plain ASCII, else in percent-encoded UTF-8,
    /// in numbered pieces when it is long.
    mutating func addExtendedParameter(_ name: String, _ value: String) {
        if Self.isPlain(value) {
            addParameter(name, quoted: value)
            return
        }
        var pieces = [""]
        // " name*NN*=" and ";" stand around a piece.
        let limit = Self.preferredLength - name.utf8.count - 8
        for character in value {
            let encoded = character.utf8.map(Self.percentEncoded).joined()
            let prefix = pieces.count == 1 ? 7 : 0
            if prefix + (pieces.last ?? "").utf8.count + encoded.utf8.count > limit, pieces.last != "" {
                pieces.append("")
            }
            // A cluster that is longer than a line is parted between octets, which RFC 2231 §3 allows.
            for byte in character.utf8 {
                let octet = Self.percentEncoded(byte)
                if prefix + (pieces.last ?? "").utf8.count + octet.utf8.count > limit { pieces.append("") }
                pieces[pieces.count - 1] += octet
            }
        }
        for (number, piece) in pieces.enumerated() {
            addSemicolon()
            let section = pieces.count == 1 ? "" : "*\(number)"
            add("\(name)\(section)*=\(number == 0 ? "UTF-8''" : "")\(piece)")
        }
    }

    /// Adds a file name as clients from before RFC 2231 read it: encoded words inside a quoted string, which
    /// RFC 2047 §5 forbids and everybody decodes.
    mutating func addLegacyParameter(_ name: String, _ value: String) {
        if Self.isPlain(value) {
            addParameter(name, quoted: value)
            return
        }
        addSemicolon()
        let words = EncodedWord.words(for: value, firstLength: 60, length: 60)
        for (index, word) in words.enumerated() {
            add("\(index == 0 ? "\(name)=\"" : "")\(word)\(index + 1 == words.count ? "\"" : "")")
        }
    }

    /// True for what stands in quotes without a change in any reader's hands.
    private static func isPlain(_ value: String) -> Bool {
        value.utf8.count <= 60
            && value.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") }
            && !hasEncodedWordMark(value) && value == value.trimmed && !value.contains("  ")
    }

    private static func percentEncoded(_ byte: UInt8) -> String {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            String(Unicode.Scalar(byte))
        default: "%" + Hexadecimal.pair(byte)
        }
    }
}
