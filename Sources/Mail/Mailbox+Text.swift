extension Mailbox {
    /// As people write it and `init(parsing:)` reads it: `a@b`, `Name <a@b>` or `"Lee, Ann" <a@b>`; not the form for a
    /// header field, which may need encoded words.
    package var text: String {
        guard let displayName else { return address.text }
        let isPlain = displayName.unicodeScalars.allSatisfy { !"\"\\,;<>".unicodeScalars.contains($0) }
        if isPlain { return "\(displayName) <\(address.text)>" }
        var escaped = ""
        // By scalars: a combining mark behind a quote makes another Character of the two.
        for scalar in displayName.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return "\"\(escaped)\" <\(address.text)>"
    }
}
