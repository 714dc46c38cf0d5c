package import Mail

/// Where mail is handed in (RFC 6409), and how the line there is protected.
package struct SubmissionServer: Sendable, Hashable, CustomStringConvertible {
    package enum Security: String, Sendable, Hashable, CaseIterable {
        /// TLS from the first octet (RFC 8314), port 465.
        case implicitTLS
        /// STARTTLS required before anything else (RFC 3207), port 587.
        case startTLS
        /// No TLS: for loopback.
        case plain

        /// The scheme that says so in a URL.
        package var scheme: String {
            switch self {
            case .implicitTLS: "smtps"
            case .startTLS: "smtp"
            case .plain: "smtp+plain"
            }
        }

        package var defaultPort: Int {
            switch self {
            case .implicitTLS: 465
            case .startTLS: 587
            case .plain: 25
            }
        }
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
                    "Give a host name like mail.example.org (an international one in its xn-- form) or an IP address.",
                field: "host")
        }
        guard (1...65_535).contains(port) else {
            throw Failure(
                .invalidRequest, "\(port) is not a port.",
                hint: "Ports are 1 to 65535; usual are 465 and 587.",
                field: "port")
        }
        self.host = host
        self.port = port
        self.security = security
    }

    /// `smtps://mail.example.org:465`, without a user.
    package var description: String { "\(security.scheme)://\(authority)" }

    /// True when the host is this machine by its spelling, so that nothing leaves it.
    package var isLoopback: Bool {
        let name = host.lowercased()
        return name == "localhost" || name == "::1" || Self.isIPv4Loopback(name)
    }

    /// Host and port as they stand in a URL.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func isIPv4Loopback(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isHost(_ host: String) -> Bool {
        if host.isEmpty || host.utf8.count > 253 { return false }
        if host.contains(":") {
            return host.utf8.allSatisfy { isHexDigit($0) || $0 == 0x3A || $0 == 0x2E }
        }
        return host.utf8.first != 0x2D
            && host.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
    }

    private static func isHexDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x46).contains(octet) || (0x61...0x66).contains(octet)
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
    }
}
