package import Mail

/// Where a mailbox is kept (RFC 9051), and how the line there is protected.
package struct IMAPServer: Sendable, Hashable, CustomStringConvertible {
    package enum Security: String, Sendable, Hashable, CaseIterable {
        /// TLS from the first octet (RFC 8314), port 993.
        case implicitTLS
        /// STARTTLS required before the login, port 143.
        case startTLS
        /// No TLS: for loopback.
        case plain

        /// The scheme that says so in a URL.
        package var scheme: String {
            switch self {
            case .implicitTLS: "imaps"
            case .startTLS: "imap"
            case .plain: "imap+plain"
            }
        }

        package var defaultPort: Int { self == .implicitTLS ? 993 : 143 }
    }

    /// A host name in ASCII or an address literal without brackets.
    package let host: String
    package let port: Int
    package let security: Security

    /// Throws `invalid_request` when the host could be anything but a host, or the port is not 1 to 65535.
    package init(host: String, port: Int, security: Security) throws(Failure) {
        guard Self.isHost(host) else {
            throw Failure(
                .invalidRequest, "\(Reply.printable(host, limit: 100)) is not a host name.",
                hint:
                    "Give a host name like imap.example.org (an international one in its xn-- "
                    + "form) or an IP address.",
                field: "host")
        }
        guard (1...65_535).contains(port) else {
            throw Failure(
                .invalidRequest, "\(port) is not a port.",
                hint: "Ports are 1 to 65535; usual are 993 and 143.", field: "port")
        }
        self.host = host
        self.port = port
        self.security = security
    }

    /// `imaps://imap.example.org:993`, without a user.
    package var description: String { "\(security.scheme)://\(authority)" }

    /// True when the host is this machine by its spelling, so that nothing leaves it.
    package var isLoopback: Bool {
        let name = host.lowercased()
        if name == "localhost" || name == "::1" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Host and port as they stand in a URL.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isHost(_ host: String) -> Bool {
        if host.isEmpty || host.utf8.count > 253 || host.utf8.first == 0x2D { return false }
        let isLiteral = host.contains(":")
        return host.utf8.allSatisfy { octet in
            let character = Character(Unicode.Scalar(octet))
            if isLiteral { return character.isHexDigit && octet < 0x80 || octet == 0x3A || octet == 0x2E }
            return octet < 0x80 && (character.isLetter || character.isNumber) || "-._".contains(character)
        }
    }
}
