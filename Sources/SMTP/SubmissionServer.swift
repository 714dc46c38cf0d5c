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
                    hint: "Ports are 1 to 65535; usual are 465 and 587.", field: "port")
                : Failure(
                    .invalidRequest, "\(Reply.printable(host, limit: 100)) is not a host name.",
                    hint:
                        "Give a host name like mail.example.org (an international one in its xn-- form) or an IP address.",
                    field: "host")
        }
        self.security = security
    }

    /// `smtps://mail.example.org:465`, without a user.
    package var description: String { "\(security.scheme)://\(place)" }

    /// True when the host is this machine by its spelling, so that nothing leaves it.
    package var isLoopback: Bool { place.isLoopback }

    /// Host and port as they stand in a URL.
    package var authority: String { place.description }
}
