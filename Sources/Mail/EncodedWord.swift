/// Unicode in a header field (RFC 2047): `=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=`, at most 75 characters each.
enum EncodedWord {
    static let maximumLength = 75
    /// `=?UTF-8?Q?` and `?=`.
    private static let overhead = 12

    /// The words that decode to `text`, to be parted by nothing but folding white space.
    ///
    /// A grapheme cluster stays within one word unless it alone is larger than a word; then it is parted between
    /// scalars. So every word decodes alone, as RFC 2047 §5 asks, and a reader that decodes word by word never
    /// shows half a flag or a letter apart from its accent.
    ///
    /// - Parameters:
    ///   - firstLength: what is left for the first word on the current line; when not even one cluster fits
    ///     there, the first word is as long as the others and the caller has to fold before it.
    ///   - length: the limit of the others.
    ///   - partsFirst: where the caller may not fold before the first word, a cluster too large for it is parted.
    static func words(
        for text: String, firstLength: Int, length: Int = maximumLength, partsFirst: Bool = false
    ) -> [String] {
        let encoding = Encoding.fitting(text)
        var words: [String] = []
        var chunk: [UInt8] = []
        var limit = min(firstLength, length) - overhead
        func flush() {
            if !chunk.isEmpty { words.append("=?UTF-8?\(encoding.rawValue)?\(encoding.encode(chunk))?=") }
            chunk.removeAll()
            limit = length - overhead
        }
        func add(_ piece: some Sequence<UInt8>) -> Bool {
            if encoding.length(of: chunk + piece) > limit { return false }
            chunk += piece
            return true
        }
        for character in text {
            if add(character.utf8) { continue }
            let mayFlush = !partsFirst || !words.isEmpty || !chunk.isEmpty
            if mayFlush, encoding.length(of: Array(character.utf8)) <= length - overhead {
                flush()
                if add(character.utf8) { continue }
            }
            for scalar in character.unicodeScalars where !add(String(scalar).utf8) {
                flush()
                _ = add(String(scalar).utf8)
            }
        }
        flush()
        return words
    }

    private enum Encoding: String {
        case quoted = "Q"
        case base64 = "B"

        /// Q, which people and filters read, unless it takes over a quarter more: Latin scripts stay legible,
        /// all others go as B.
        static func fitting(_ text: String) -> Encoding {
            let bytes = Array(text.utf8)
            return quoted.length(of: bytes) * 4 <= base64.length(of: bytes) * 5 ? .quoted : .base64
        }

        func length(of bytes: [UInt8]) -> Int {
            switch self {
            case .quoted: bytes.reduce(0) { $0 + (Self.isLiteral($1) || $1 == 0x20 ? 1 : 3) }
            case .base64: (bytes.count + 2) / 3 * 4
            }
        }

        func encode(_ bytes: [UInt8]) -> String {
            switch self {
            case .base64: return Base64.text(bytes)
            case .quoted:
                var text = ""
                for byte in bytes {
                    if byte == 0x20 {
                        text += "_"
                    } else if Self.isLiteral(byte) {
                        text.unicodeScalars.append(Unicode.Scalar(byte))
                    } else {
                        text += "=" + Hexadecimal.pair(byte)
                    }
                }
                return text
            }
        }

        /// RFC 2047 §5 (3): what may stand for itself even within a phrase, so that one set fits every place.
        private static func isLiteral(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            case UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
    }
}
