import Mail

/// Why there is nothing to log in with now; never with a secret in it.
struct TokenFault: Error, Sendable {
    enum Kind: Sendable {
        /// Only a person can bring the login back.
        case signIn
        /// The same may work later.
        case temporary
        case cancelled
    }

    let kind: Kind
    /// A clause for a person.
    let reason: String
    /// What to change, exactly.
    let advice: String

    static let cancelled = TokenFault(kind: .cancelled, reason: "it was stopped", advice: "")

    /// - Parameter account: its name.
    static func signIn(_ account: String, _ reason: String) -> TokenFault {
        TokenFault(
            kind: .signIn, reason: reason,
            advice: "Tell the person who runs this server to sign in again: \(signInCommand(account)).")
    }

    static func keyGone(_ account: String, _ reason: String) -> TokenFault {
        TokenFault(
            kind: .signIn, reason: reason,
            advice:
                "Tell the person who runs this server to start it again if the key was changed, to restore the key, or to "
                + "sign in again: \(signInCommand(account)).")
    }

    static func temporary(_ reason: String) -> TokenFault {
        TokenFault(
            kind: .temporary, reason: reason,
            advice:
                "Nothing was sent, and it is tried again by itself. If it goes on, `envelope doctor` says more."
        )
    }

    /// For a shell, as a person types it.
    static func signInCommand(_ account: String) -> String {
        "`envelope accounts login '\(Reply.printable(account, limit: 320))'`"
    }
}
