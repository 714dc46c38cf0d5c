package import Mail

extension SubmissionServer {
    /// Reads `smtps://user@host:465`, `smtp://user@host:587` (STARTTLS required) or `smtp+plain://host:25` (no TLS).
    ///
    /// The port may be left out: 465, 587 and 25. A user is percent-decoded. Throws `invalid_request` with the
    /// form that would be right; a password in the URL is refused, because URLs end up in logs and process lists.
    package static func parse(url: String) throws(Failure) -> (server: SubmissionServer, username: String?) {
        do throws(ServerURL.Fault) {
            let parsed = try ServerURL(url, schemes: Security.allCases.map(\.scheme))
            return (try SubmissionServer(parsed), parsed.username)
        } catch {
            switch error {
            case .password: throw passwordInside
            case .other(let why): throw refusal(why)
            }
        }
    }

    private init(_ url: ServerURL) throws(ServerURL.Fault) {
        let security = Security.allCases.first { $0.scheme == url.scheme } ?? .implicitTLS
        do throws(Failure) {
            try self.init(host: url.host, port: url.port ?? security.defaultPort, security: security)
        } catch {
            throw .other(error.message)
        }
    }

    /// As `parse(url:)`, without the user.
    package init(url: String) throws(Failure) {
        self = try Self.parse(url: url).server
    }

    private static func refusal(_ why: String) -> Failure {
        Failure(
            .invalidRequest, "The SMTP URL cannot be used: \(why).",
            hint:
                "Write smtps://user@host:465, smtp://user@host:587 (STARTTLS) or smtp+plain://127.0.0.1:25 (no TLS).",
            field: "ENVELOPE_SMTP_URL")
    }

    private static var passwordInside: Failure {
        Failure(
            .invalidRequest, "The SMTP URL holds a password.",
            hint:
                "Take it out of the URL and put it into ENVELOPE_SMTP_PASSWORD (or _FILE, or _COMMAND): "
                + "URLs end up in logs. An @ or : in the user name is written %40 or %3A.",
            field: "ENVELOPE_SMTP_URL")
    }
}
