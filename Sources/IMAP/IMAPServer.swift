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

    private let place: HostPort
    package let security: Security

    /// A host name in ASCII or an address literal without brackets.
    package var host: String { place.host }
    package var port: Int { place.port }

    /// Throws `invalid_request` when the host could be anything but a host, or the port is not 1 to 65535.
    package init(host: String, port: Int, security: Security) throws(Failure) {
        do throws(HostPort.Fault) {
            place = try HostPort(host, port)
        } catch {
            throw error == .notPort
                ? Failure(
                    .invalidRequest, "\(port) is not a port.",
                    hint: "Ports are 1 to 65535; usual are 993 and 143.", field: "port")
                : Failure(
                    .invalidRequest, "\(Reply.printable(host, limit: 100)) is not a host name.",
                    hint:
                        "Give a host name like imap.example.org (an international one in its xn-- form) or an IP address.",
                    field: "host")
        }
        self.security = security
    }

    /// `imaps://imap.example.org:993`, without a user.
    package var description: String { "\(security.scheme)://\(place)" }

    /// True when the host is this machine by its spelling, so that nothing leaves it.
    package var isLoopback: Bool { place.isLoopback }

    /// Host and port as they stand in a URL.
    var authority: String { place.description }
}
