package import Mail

extension IMAPServer {
    /// Reads `imaps://user@host:993`, `imap://user@host:143` (STARTTLS required) or `imap+plain://host:143` (no
    /// TLS).
    ///
    /// The port may be left out. A user is percent-decoded. Throws `invalid_request` with the form that would be
    /// right; a password in the URL is refused, because URLs end up in logs and process lists.
    package static func parse(url: String) throws(Failure) -> (server: IMAPServer, username: String?) {
        do throws(ServerURL.Fault) {
            let parsed = try ServerURL(url, schemes: Security.allCases.map(\.scheme))
            return (try IMAPServer(parsed), parsed.username)
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

    private static func refusal(_ why: String) -> Failure {
        Failure(
            .invalidRequest, "The IMAP URL cannot be used: \(why).",
            hint:
                "Write imaps://user@host:993, imap://user@host:143 (STARTTLS) or "
                + "imap+plain://127.0.0.1:143 (no TLS).",
            field: "ENVELOPE_IMAP_URL")
    }

    private static var passwordInside: Failure {
        Failure(
            .invalidRequest, "The IMAP URL holds a password.",
            hint:
                "Take it out of the URL and put it into ENVELOPE_IMAP_PASSWORD (or _FILE, or _COMMAND): "
                + "URLs end up in logs. An @ or : in the user name is written %40 or %3A.",
            field: "ENVELOPE_IMAP_URL")
    }
}
