import Mail

/// Why there is no token.
package struct OAuthError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// What the server once granted is gone: expired, revoked, or used up. A person has to sign in again.
        case signInAgain
        /// The server does not know the client, or its secret.
        case clientRefused
        /// The person who was asked said no.
        case denied
        /// Nobody answered in time.
        case expired
        /// The server refuses the request as it is, for another reason.
        case refused
        /// No answer, or one that says that another time will do.
        case unavailable
        /// The answer is not one of OAuth.
        case strange
        /// Our own settings are wrong; nothing was sent.
        case unfit
        case cancelled
    }

    package let kind: Kind
    /// The server's word for it (RFC 6749 §5.2), printable and short.
    package let code: String?
    /// A clause for a person; the server's words in it are printable, capped, and without what was sent to it.
    package let detail: String
    /// False when the server has certainly not heard the request.
    package let mayHaveBeenHeard: Bool

    init(_ kind: Kind, code: String? = nil, _ detail: String, mayHaveBeenHeard: Bool = false) {
        self.kind = kind
        self.code = code
        self.detail = detail
        self.mayHaveBeenHeard = mayHaveBeenHeard
    }

    /// Our own settings or secrets are in the way; nothing was sent.
    package static func unusable(_ detail: String) -> OAuthError { OAuthError(.unfit, detail) }

    /// True when the same may work later without a change.
    package var isTemporary: Bool { kind == .unavailable || kind == .strange }

    /// What a server's error answer means.
    ///
    /// - Parameter secrets: what was sent, and is struck out of its words.
    init(code: String, description: String?, status: Int?, without secrets: [String]) {
        let kind: Kind =
            switch code {
            case "invalid_grant", "interaction_required", "consent_required", "login_required": .signInAgain
            case "invalid_client", "unauthorized_client": .clientRefused
            case "access_denied", "authorization_declined": .denied
            case "expired_token", "code_expired": .expired
            case "temporarily_unavailable", "server_error", "slow_down": .unavailable
            default: (status ?? 400) >= 500 || status == 429 ? .unavailable : .refused
            }
        let word = Self.clean(code, without: secrets, limit: 60)
        let words = description.map { Self.clean($0, without: secrets, limit: 300) } ?? ""
        self.init(
            kind, code: word, words.isEmpty ? "it said \(word)" : "it said \(word): \"\(words)\"",
            mayHaveBeenHeard: true)
    }

    static func clean(_ words: String, without secrets: [String], limit: Int) -> String {
        var words = words
        for secret in secrets where secret.utf8.count >= 4 { words = words.replacing(secret, with: "•••") }
        return Reply.printable(words, limit: limit)
    }
}
