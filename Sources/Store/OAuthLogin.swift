package import Mail

/// How an account came to its tokens and how to come to new ones; the tokens themselves are sealed secrets.
package struct OAuthLogin: Sendable, Hashable {
    /// `google`, `microsoft` or `custom`.
    package let provider: String
    package let clientID: String
    package let authorizationURL: String?
    package let deviceURL: String?
    package let tokenURL: String
    package let scope: String
    package let caFile: String?
    /// Counts the tokens of the account; it never goes back. The record gives the first one.
    package let generation: Int
    package let issuedAt: Timestamp
    package let expiresAt: Timestamp
    /// When a refresh token was sent whose successor never came into the record: a process was killed, or the answer
    /// was lost. Nil as a rule.
    package let renewingSince: Timestamp?
    /// Why the login is gone until a person signs in again; nil while it is good.
    package let lost: String?

    /// Kinds of its sealed secrets, whose owner is the account.
    package static let access = "oauth.access"
    package static let refresh = "oauth.refresh"
    package static let client = "oauth.client"

    package init(
        provider: String, clientID: String, authorizationURL: String?, deviceURL: String?, tokenURL: String,
        scope: String, caFile: String?, generation: Int = 1, issuedAt: Timestamp, expiresAt: Timestamp,
        renewingSince: Timestamp? = nil, lost: String? = nil
    ) {
        self.provider = provider
        self.clientID = clientID
        self.authorizationURL = authorizationURL
        self.deviceURL = deviceURL
        self.tokenURL = tokenURL
        self.scope = scope
        self.caFile = caFile
        self.generation = generation
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.renewingSince = renewingSince
        self.lost = lost
    }
}
