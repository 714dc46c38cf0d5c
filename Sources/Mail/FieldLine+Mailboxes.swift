extension FieldLine {
    /// Adds an address list (RFC 5322 §3.4).
    mutating func add(_ mailboxes: [Mailbox]) {
        for (index, mailbox) in mailboxes.enumerated() {
            let comma = index + 1 < mailboxes.count ? "," : ""
            guard let name = mailbox.displayName else {
                add(mailbox.address.text + comma)
                continue
            }
            addPhrase(name)
            add("<\(mailbox.address.text)>\(comma)")
        }
    }

    /// Atoms as they are, a quoted string where atoms will not do, encoded words where that will not do either.
    private mutating func addPhrase(_ name: String) {
        let words = name.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        let isPrintable = name.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let isPlain =
            isPrintable && !Self.hasEncodedWordMark(name) && !words.contains { $0.isEmpty || $0.count > 60 }
        guard isPlain else {
            addEncoded(name)
            return
        }
        if words.allSatisfy({ $0.allSatisfy { $0.isAtomText } }) {
            for word in words { add(String(String.UnicodeScalarView(word))) }
            return
        }
        var quoted = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        quoted += "\""
        // A quoted string is not folded inside: readers differ on the white space that they find there.
        if quoted.utf8.count < Self.preferredLength { add(quoted) } else { addEncoded(name) }
    }
}
