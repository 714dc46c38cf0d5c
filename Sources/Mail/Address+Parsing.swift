extension Address {
    /// Reads an addr-spec as RFC 5321 §4.1.2 and RFC 6531 §3.3 allow it: a dot-atom or quoted local part of at
    /// most 64 octets, a domain or address literal of at most 255, at most 254 in all (RFC 3696, erratum 1690).
    ///
    /// Spaces around it are dropped. No comments, routes or folding: they are obsolete on the wire.
    ///
    /// - Throws: `invalidAddress`, saying what is wrong and what would be right; `field` is nil.
    package init(parsing text: String) throws(Failure) {
        if let control = text.unicodeScalars.first(where: { $0.isLineBreakOrControl }) {
            throw Self.refusal(text, "holds the control character \(control.codePoint)", "Leave it out.")
        }
        let text = text.trimmed
        let (local, domain) = try Self.split(text)
        let localPart = try Self.localPart(local, of: text)
        let name = try Self.domain(domain, of: text)
        if localPart.utf8.count > 64 {
            throw Self.refusal(
                text, "has a local part of \(localPart.utf8.count) octets",
                "At most 64 octets may stand before \"@\".")
        }
        if localPart.utf8.count + 1 + name.utf8.count > 254 {
            throw Self.refusal(text, "is longer than 254 octets", "Use the address as its owner gave it.")
        }
        self.init(localPart: localPart, domain: name)
    }

    static func refusal(_ text: String, _ what: String, _ hint: String) -> Failure {
        Failure(.invalidAddress, "The address \(text.quoted) \(what).", hint: hint)
    }

    private static func split(_ text: String) throws(Failure) -> (local: String, domain: String) {
        let scalars = text.unicodeScalars
        if scalars.isEmpty {
            throw Failure(.invalidAddress, "The address is empty.", hint: "Write it as name@example.com.")
        }
        var end = scalars.startIndex
        if scalars.first == "\"" {
            guard let close = closingQuote(in: scalars) else {
                throw refusal(text, "has a quote that is never closed", "Write it as \"name\"@example.com.")
            }
            end = scalars.index(after: close)
            guard end < scalars.endIndex, scalars[end] == "@" else {
                throw refusal(
                    text, "has no \"@\" right behind the quoted part", "Write it as name@example.com.")
            }
        } else {
            guard let at = scalars.firstIndex(of: "@") else {
                throw refusal(text, "has no \"@\"", "Write it as name@example.com.")
            }
            end = at
        }
        let domain = String(scalars[scalars.index(after: end)...])
        if domain.unicodeScalars.contains("@") {
            throw refusal(
                text, "has more than one \"@\"",
                "Give one address; several go into the array as an item each.")
        }
        return (String(scalars[..<end]), domain)
    }

    /// The quote that ends the quoted string which `scalars` starts with.
    private static func closingQuote(in scalars: String.UnicodeScalarView) -> String.Index? {
        var index = scalars.index(after: scalars.startIndex)
        while index < scalars.endIndex {
            if scalars[index] == "\"" { return index }
            if scalars[index] == "\\" {
                index = scalars.index(after: index)
                if index == scalars.endIndex { return nil }
            }
            index = scalars.index(after: index)
        }
        return nil
    }

    private static func localPart(_ local: String, of text: String) throws(Failure) -> String {
        if local.isEmpty {
            throw refusal(text, "has nothing before the \"@\"", "Write it as name@example.com.")
        }
        guard local.unicodeScalars.first == "\"" else {
            try checkDotAtom(local, of: text)
            return local
        }
        var content = ""
        var escaped = false
        for scalar in local.unicodeScalars.dropFirst().dropLast() {
            if scalar == "\\", !escaped {
                escaped = true
                continue
            }
            escaped = false
            if scalar.isBidirectionalControl {
                throw refusal(text, "holds the invisible character \(scalar.codePoint)", "Leave it out.")
            }
            content.unicodeScalars.append(scalar)
        }
        if content.isEmpty { throw refusal(text, "has an empty local part", "Write it as name@example.com.") }
        if (try? checkDotAtom(content, of: text)) != nil { return content }
        var quoted = "\""
        for scalar in content.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// RFC 5322 §3.2.3 `dot-atom-text` with the Unicode of RFC 6532 §3.2, less what is invisible or a space.
    private static func checkDotAtom(_ local: String, of text: String) throws(Failure) {
        var afterDot = true
        for scalar in local.unicodeScalars {
            if scalar == "." {
                if afterDot {
                    throw refusal(
                        text, "has a dot where none may stand",
                        "Before \"@\" a dot may only stand between other characters, never two in a row.")
                }
                afterDot = true
                continue
            }
            afterDot = false
            if scalar.isAtomText { continue }
            let shown =
                scalar.isASCII && scalar != " "
                ? "\"\(scalar)\"" : scalar == " " ? "a space" : scalar.codePoint
            throw refusal(
                text, "holds \(shown), which may not stand in an address",
                "Give one address as name@example.com or Name <name@example.com>.")
        }
        if afterDot {
            throw refusal(text, "has a dot right before the \"@\"", "Leave that dot out.")
        }
    }
}

extension Unicode.Scalar {
    /// True for `atext` (RFC 5322 §3.2.3) and, beyond ASCII, for what a person can see (RFC 6532 §3.2).
    var isAtomText: Bool {
        if isASCII {
            switch self {
            case "a"..."z", "A"..."Z", "0"..."9": return true
            case "!", "#", "$", "%", "&", "'", "*", "+", "-", "/", "=", "?", "^", "_", "`", "{", "|", "}",
                "~":
                return true
            default: return false
            }
        }
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .unassigned:
            return false
        // The joiners are letters' glue in Persian and Indic scripts; the other format characters only hide.
        case .format: return value == 0x200C || value == 0x200D
        default: return true
        }
    }
}
