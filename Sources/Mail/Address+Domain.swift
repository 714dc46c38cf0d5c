import CIDN2

extension Address {
    /// The domain of an address in A-labels and lower case, or its address literal.
    static func domain(_ domain: String, of text: String) throws(Failure) -> String {
        if domain.isEmpty {
            throw refusal(text, "has nothing behind the \"@\"", "Write it as name@example.com.")
        }
        if domain.utf8.first == UInt8(ascii: "[") { return try literal(domain, of: text) }
        var ascii = domain
        if !domain.utf8.allSatisfy({ $0 < 0x80 }) { ascii = try aLabels(domain, of: text) }
        if ascii.utf8.count > 255 {
            throw refusal(
                text, "has a domain of \(ascii.utf8.count) octets", "A domain has at most 255 octets.")
        }
        ascii = ascii.lowercased()
        let labels = ascii.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels { try check(label, of: text) }
        guard let top = labels.last else { return ascii }
        if labels.count == 1, top != "localhost" {
            throw refusal(
                text, "has a domain without a dot", "Write the whole domain, as in name@\(top).com.")
        }
        if top.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw refusal(
                text, "has a domain that ends in a number",
                "Write a domain name; an IPv4 address goes in brackets, as in name@[192.0.2.1].")
        }
        return ascii
    }

    /// RFC 5321 §4.1.2 `sub-domain`: letters, digits and inner hyphens, 1 to 63 of them.
    private static func check(_ label: Substring, of text: String) throws(Failure) {
        if label.isEmpty {
            throw refusal(
                text, "has an empty label in its domain",
                "Dots in a domain stand between labels, one at a time.")
        }
        if label.utf8.count > 63 {
            throw refusal(
                text, "has a domain label of \(label.utf8.count) octets", "A label has at most 63 octets.")
        }
        for scalar in label.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", "-": continue
            default:
                let shown = scalar == " " ? "a space" : String(scalar).quoted
                throw refusal(
                    text, "has \(shown) in its domain", "A domain is letters, digits, hyphens and dots.")
            }
        }
        if label.utf8.first == UInt8(ascii: "-") || label.utf8.last == UInt8(ascii: "-") {
            throw refusal(
                text, "has a domain label with a hyphen at its edge", "A hyphen stands between letters.")
        }
    }

    /// UTS #46 non-transitional processing, then IDNA 2008: `straße.example` keeps its ß.
    private static func aLabels(_ domain: String, of text: String) throws(Failure) -> String {
        var result: UnsafeMutablePointer<UInt8>?
        let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
        var source = Array(domain.utf8)
        source.append(0)
        let code = idn2_lookup_u8(source, &result, flags)
        defer { idn2_free(result) }
        guard code == IDN2_OK.rawValue, let result else {
            throw refusal(
                text,
                "has a domain that is no internationalised name (\(String(cString: idn2_strerror(code))))",
                "Check the spelling of the domain.")
        }
        return String(cString: result)
    }

    /// RFC 5321 §4.1.3: `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
    private static func literal(_ domain: String, of text: String) throws(Failure) -> String {
        let inner = domain.dropFirst().dropLast().lowercased()
        let isValid: Bool
        let canonical: String
        if inner.hasPrefix("ipv6:") {
            let address = inner.dropFirst(5)
            isValid = isIPv6(address)
            canonical = "[IPv6:\(address)]"
        } else {
            isValid = isIPv4(inner[...])
            canonical = "[\(inner)]"
        }
        guard domain.hasSuffix("]"), isValid else {
            throw refusal(
                text, "has a malformed address literal", "Write name@[192.0.2.1] or name@[IPv6:2001:db8::1].")
        }
        return canonical
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                    let number = Int(part)
                else { return false }
                return number < 256 && (part.utf8.count == 1 || !part.hasPrefix("0"))
            }
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        if text == "::" { return true }
        var groups = text.split(separator: ":", omittingEmptySubsequences: false)
        if let last = groups.last, last.contains(".") {
            guard isIPv4(last) else { return false }
            groups[(groups.count - 1)...] = ["0", "0"]
        }
        // "::" leaves one empty group within the text, and two at either edge.
        if groups.first == "" {
            guard groups.count > 2, groups[1] == "" else { return false }
            groups.removeFirst()
        }
        if groups.last == "" {
            guard groups.count > 2, groups[groups.count - 2] == "" else { return false }
            groups.removeLast()
        }
        guard groups.allSatisfy({ $0.utf8.count <= 4 && $0.utf8.allSatisfy(\.isHexDigit) }) else {
            return false
        }
        let gaps = groups.count { $0.isEmpty }
        return gaps == 0 ? groups.count == 8 : gaps == 1 && groups.count <= 8
    }
}

extension UInt8 {
    var isHexDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }
}
