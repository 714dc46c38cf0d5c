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
            var text = Self.code(of: line) == nil ? line[...] : line.dropFirst(3)
            if let mark = text.first, mark == "-" || mark == " " { text = text.dropFirst() }
            let first = text.prefix { $0 != " " }
            if let found = EnhancedStatusCode(parsing: first), found.class == code / 100 {
                enhanced = enhanced ?? found
                text = text.dropFirst(first.count + 1)
            }
            if !text.isEmpty { words.append(text) }
        }
        self.init(code: code, enhanced: enhanced, text: Self.printable(words.joined(separator: " ")))
    }

    /// The three digits in front, when they are a reply code.
    package static func code(of line: some StringProtocol) -> Int? {
        let digits = line.utf8.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let next = line.utf8.dropFirst(3).first
        guard next == nil || next == 0x20 || next == 0x2D else { return nil }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return (200...599).contains(code) ? code : nil
    }
}
