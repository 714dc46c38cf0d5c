extension Reply {
    /// Reads the lines of one reply (RFC 5321 §4.2.1), without their line ends; nil when the last one does not
    /// begin with a code from 200 to 599.
    ///
    /// Servers that change the code between lines are seen: the last line decides, as it ends the reply. An
    /// enhanced code counts only when its class fits the code.
    package init?(lines: [String]) {
        guard let last = lines.last, let code = Self.code(of: last) else { return nil }
        var enhanced: EnhancedStatusCode?
        var words: [Substring] = []
        for line in lines {
            // Octets: to walk characters costs ten times as much, and what is looked for is ASCII.
            var text = line[...].utf8
            if Self.code(of: line) != nil { text = text.dropFirst(3) }
            if let mark = text.first, mark == 0x2D || mark == 0x20 { text = text.dropFirst() }
            let first = text.prefix { $0 != 0x20 }
            if let found = EnhancedStatusCode(parsing: Substring(first)), found.class == code / 100 {
                enhanced = enhanced ?? found
                text = text[first.endIndex...].dropFirst()
            }
            if !text.isEmpty { words.append(Substring(text)) }
        }
        let text = words.count == 1 ? String(words[0]) : words.joined(separator: " ")
        self.init(code: code, enhanced: enhanced, text: Self.printable(text))
    }

    /// The three digits in front, when they are a reply code.
    package static func code(of line: String) -> Int? {
        var code = 0
        var position = 0
        for octet in line.utf8 {
            if position == 3 {
                guard octet == 0x20 || octet == 0x2D else { return nil }
                break
            }
            guard octet >= 0x30, octet <= 0x39 else { return nil }
            code = code * 10 + Int(octet - 0x30)
            position += 1
        }
        return position == 3 && code >= 200 && code <= 599 ? code : nil
    }
}
