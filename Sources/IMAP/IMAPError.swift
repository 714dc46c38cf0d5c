package import Mail

/// Why something could not be done in a mailbox; `failure` tells it to a person and an agent.
package struct IMAPError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The name has no address, or no resolver answered.
        case resolveFailed = "resolve_failed"
        case connectFailed = "connect_failed"
        /// Handshake, certificate or host name; also STARTTLS missing where it is required.
        case tlsFailed = "tls_failed"
        /// A plain connection to a server that is not on loopback, which the settings do not allow.
        case plainNotAllowed = "plain_not_allowed"
        /// The server offers no login that the credentials fit.
        case authUnavailable = "auth_unavailable"
        /// The login was refused.
        case loginRefused = "login_refused"
        /// NO to a command.
        case refused
        /// BAD to a command, or a capability that is missing.
        case unsupported
        /// BYE: the server ends the session.
        case bye
        case timedOut = "timed_out"
        /// The line ended or was reset.
        case lineLost = "line_lost"
        /// The server said something that is not IMAP, or more than is kept.
        case protocolError = "protocol_error"
        /// Larger than the server takes, by its APPENDLIMIT (RFC 7889); never sent.
        case tooLarge = "too_large"
        /// What was to be said cannot be said in IMAP (a control character, an empty name); never sent.
        case notSayable = "not_sayable"
        /// Stopped on our side.
        case cancelled
    }

    package let kind: Kind
    /// What was being done, as it stands in a sentence: `at the login`, `at SELECT`.
    package let stage: String
    /// The server's or the system's words: one printable line, no credentials.
    package let detail: String
    /// The response code of a NO, BAD or BYE.
    package let code: ResponseCode?
    /// The C name of libcurl's code (`CURLE_PEER_FAILED_VERIFICATION`), where there is one.
    package let curlCode: String?
    /// How far a connect got; nil on an open session.
    package let phase: Phase?
    /// Commands and status responses in order, credentials and message text left out.
    package internal(set) var conversation: [String] = []

    init(
        _ kind: Kind, _ stage: String, _ detail: String, code: ResponseCode? = nil, curlCode: String? = nil,
        phase: Phase? = nil
    ) {
        self.kind = kind
        self.stage = stage
        self.detail = Reply.printable(detail)
        self.code = code
        self.curlCode = curlCode
        self.phase = phase
    }

    /// True when the session cannot go on; a refusal leaves it as it was.
    var endsSession: Bool {
        switch kind {
        case .refused, .unsupported, .tooLarge, .notSayable: false
        default: true
        }
    }
}
