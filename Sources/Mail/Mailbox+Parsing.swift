extension Mailbox {
    /// Reads one mailbox as people write it: `a@b`, `<a@b>`, `Name <a@b>` or `"Quoted, Name" <a@b>`.
    ///
    /// More generous than RFC 5322 with a name that stands without quotes (`Ann (Sales) Dr. Lee <a@b>` is taken
    /// as it is written), but a comma or semicolon outside quotes is refused: it means a list.
    ///
    /// - Throws: `invalidAddress`; `field` is nil.
    package init(parsing text: String) throws(Failure) {
        if let control = text.unicodeScalars.first(where: { $0.isLineBreakOrControl }) {
            throw Address.refusal(text, "holds the control character \(control.codePoint)", "Leave it out.")
        }
        let trimmed = text.trimmed
        guard let open = try Self.openingBracket(in: trimmed) else {
            self.init(try Address(parsing: trimmed))
            return
        }
        let scalars = trimmed.unicodeScalars
        guard let close = scalars.indices.last, scalars[close] == ">" else {
            throw Address.refusal(
                trimmed, scalars.contains(">") ? "goes on behind \">\"" : "has a \"<\" that is never closed",
                "Write it as Name <name@example.com>.")
        }
        let address = try Address(parsing: String(scalars[scalars.index(after: open)..<close]))
        try self.init(displayName: Self.displayName(String(scalars[..<open]).trimmed), address: address)
    }

    /// The first `<` outside quotes.
    private static func openingBracket(in text: String) throws(Failure) -> String.Index? {
        let scalars = text.unicodeScalars
        var inQuotes = false
        var escaped = false
        var open: String.Index?
        for index in scalars.indices {
            let scalar = scalars[index]
            if escaped {
                escaped = false
            } else if inQuotes, scalar == "\\" {
                escaped = true
            } else if scalar == "\"" {
                inQuotes.toggle()
            } else if !inQuotes {
                if scalar == "," || scalar == ";" {
                    throw Address.refusal(
                        text, "has a \(String(scalar).quoted) outside quotes",
                        "Pass several addresses as an array with one item each; a name with a comma goes in quotes: "
                            + "\"Lee, Ann\" <ann@example.com>.")
                }
                if scalar == "<", open == nil { open = index }
            }
        }
        if inQuotes {
            throw Address.refusal(
                text, "has a quote that is never closed", "Write it as \"Name\" <name@example.com>.")
        }
        return open
    }

    /// One quoted string loses its quotes; anything else stays as it is, so that `Ann "Annie" Lee` keeps the
    /// nickname's quotes.
    private static func displayName(_ text: String) -> String {
        var content = String.UnicodeScalarView()
        var escaped = false
        let scalars = text.unicodeScalars
        guard scalars.first == "\"", scalars.count >= 2 else { return text }
        for scalar in scalars.dropFirst().dropLast() {
            if escaped {
                escaped = false
            } else if scalar == "\\" {
                escaped = true
                continue
            } else if scalar == "\"" {
                return text
            }
            content.append(scalar)
        }
        return scalars.last == "\"" && !escaped ? String(content) : text
    }
}
