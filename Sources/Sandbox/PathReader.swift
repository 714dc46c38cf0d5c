/// Reads `<local-part@domain>` off the front of an argument (RFC 5321 §4.1.2 `Path`).
struct PathReader {
    /// What follows the path.
    private(set) var rest: Substring

    /// RFC 5321 §4.5.3.1.3: 256 octets with the brackets; SMTPUTF8 counts octets too (RFC 6531 §3.3).
    static let maximumLength = 256

    init(_ text: Substring) { rest = text }

    /// Gives the path without its brackets and without a source route; `""` for the null reverse-path.
    mutating func path(nullAllowed: Bool) throws(Refusal) -> String {
        let syntax = Refusal(501, 5, 1, nullAllowed ? 7 : 3, "expected <local-part@domain>")
        guard rest.first == "<", let end = closingBracket else { throw syntax }
        var inside = rest[rest.index(after: rest.startIndex)..<end]
        guard inside.utf8.count + 2 <= Self.maximumLength else { throw syntax }
        // "@one,@two:local@domain": RFC 5321 appendix C wants the route accepted and ignored.
        if inside.first == "@", let colon = inside.firstIndex(of: ":") {
            inside = inside[inside.index(after: colon)...]
        }
        rest = rest[rest.index(after: end)...]
        guard rest.isEmpty || rest.first == " " else { throw syntax }
        if nullAllowed, inside.isEmpty { return "" }
        if !nullAllowed, inside.lowercased() == "postmaster" { return String(inside) }
        guard let at = inside.lastIndex(of: "@"), Self.isLocalPart(inside[..<at]),
            Self.isDomain(inside[inside.index(after: at)...])
        else { throw syntax }
        return String(inside)
    }

    /// The first `>` outside a quoted string.
    private var closingBracket: Substring.Index? {
        var quoted = false
        var escaped = false
        return rest.firstIndex { character in
            if escaped {
                escaped = false
            } else if quoted, character == "\\" {
                escaped = true
            } else if character == "\"" {
                quoted.toggle()
            } else if character == ">" {
                return !quoted
            }
            return false
        }
    }

    private static func isLocalPart(_ text: Substring) -> Bool {
        if text.first == "\"" { return text.count >= 2 && text.last == "\"" }
        return !text.isEmpty && !text.contains { " <>()[],;:\\\"@".contains($0) }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        if text.first == "[" { return text.count > 2 && text.last == "]" }
        return !text.isEmpty && !text.contains { " <>()[],;:\\\"@".contains($0) }
    }
}
