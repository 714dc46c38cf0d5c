/// A host with or without a port, as the `Host` field has it (RFC 9110 §7.2).
package struct Authority: Hashable, Sendable {
    /// In small letters; an IPv6 address with its brackets.
    package let host: String
    package let port: Int?

    /// Nil for anything but a name, an IPv4 address or an IPv6 address in brackets, and decimal digits behind a colon:
    /// no user, no path, no percent-encoding, so that nothing can look like another host than it is.
    package init?(_ text: some StringProtocol) {
        let text = text.asciiLowercased
        let hostEnd: String.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            hostEnd = text.index(after: bracket)
            let address = text[..<bracket].dropFirst()
            if address.isEmpty || !address.utf8.allSatisfy({ $0.isHexadecimal || $0 == 0x3A || $0 == 0x2E }) {
                return nil
            }
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
            let name = text[..<hostEnd]
            if name.isEmpty || name.utf8.count > 255 || !name.utf8.allSatisfy(\.isOfName) { return nil }
        }
        host = String(text[..<hostEnd])
        if hostEnd == text.endIndex {
            port = nil
            return
        }
        let digits = text[hostEnd...].dropFirst()
        if text[hostEnd] != ":" || !digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return nil }
        guard let port = Int(digits), (1...65535).contains(port) else { return nil }
        self.port = port
    }

    /// True for the three names that a program on this machine may be reached by and no other page can take: a name
    /// that an attacker's server leads to 127.0.0.1 is still the attacker's name.
    var isLoopback: Bool { host == "localhost" || host == "127.0.0.1" || host == "[::1]" }
}

/// Where a page comes from, as the `Origin` field has it (RFC 6454 §7).
package struct Origin: Hashable, Sendable {
    /// In small letters, as the host.
    package let scheme: String
    package let authority: Authority

    /// Nil for `null`, for several origins, and for anything with a path.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        let scheme = text[..<colon].asciiLowercased
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first),
            scheme.utf8.allSatisfy({ $0.isOfName || $0 == 0x2B }),
            let authority = Authority(text[colon...].dropFirst(3))
        else { return nil }
        self.scheme = scheme
        self.authority = authority
    }

    /// True when a page from here and a server at that authority have one origin, the scheme's own port being meant where
    /// none is named.
    func isSame(as server: Authority) -> Bool {
        guard let standard = ["http": 80, "https": 443][scheme] else { return false }
        return authority.host == server.host
            && (authority.port ?? standard) == (server.port ?? standard)
    }
}

extension UInt8 {
    fileprivate var isHexadecimal: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }

    /// A small letter, a digit, hyphen, full stop or underscore.
    fileprivate var isOfName: Bool {
        (0x30...0x39).contains(self) || (0x61...0x7A).contains(self) || [0x2D, 0x2E, 0x5F].contains(self)
    }
}
