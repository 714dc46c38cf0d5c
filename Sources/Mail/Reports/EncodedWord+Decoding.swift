extension EncodedWord {
    /// A header field's text with its encoded words undone (RFC 2047); what cannot be undone stays as it stands.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(0x3D) else { return text }
        let octets = Array(text.utf8)
        var result = ""
        var copied = 0
        var index = 0
        // Where the last word ended: white space between two words is no part of the text (§6.2).
        var wordEnd: Int?
        while index + 1 < octets.count {
            guard octets[index] == 0x3D, octets[index + 1] == 0x3F, let word = Word(octets[index...]) else {
                index += 1
                continue
            }
            let between = octets[copied..<index]
            if !(wordEnd == copied && between.trimmed.isEmpty) { result += between.asText }
            result += word.text
            index = word.end
            copied = index
            wordEnd = index
        }
        return result + octets[copied...].asText
    }

    private struct Word {
        let text: String
        let end: Int

        /// Reads `=?charset?encoding?text?=` from the front; at most 400 octets, as some writers heed no limit.
        init?(_ octets: ArraySlice<UInt8>) {
            let window = octets.dropFirst(2).prefix(400)
            guard let first = window.firstIndex(of: 0x3F),
                let second = window[(first + 1)...].firstIndex(of: 0x3F),
                let third = window[(second + 1)...].firstIndex(of: 0x3F),
                window.dropFirst(third + 1 - window.startIndex).first == 0x3D
            else { return nil }
            let content = window[(second + 1)..<third]
            let decoded: [UInt8]
            switch window[(first + 1)..<second].asText.uppercased() {
            case "B": decoded = Base64.decode(content)
            case "Q": decoded = QuotedPrintable.decode(content.map { $0 == 0x5F ? 0x20 : $0 }[...])
            default: return nil
            }
            let charset = window[..<first].prefix { $0 != 0x2A }.asText
            text = Charset.decode(decoded, named: charset)
            end = third + 2
        }
    }
}
