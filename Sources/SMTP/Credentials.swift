import Curl

/// As whom to log in to a submission server, and with what proof.
package enum Credentials: Sendable, Hashable {
    /// AUTH PLAIN or LOGIN (RFC 4954, 4616), whichever is offered.
    case password(username: String, secret: Secret)
    /// AUTH XOAUTH2 with an OAuth 2.0 access token.
    case bearer(username: String, token: Secret)

    package var username: String {
        switch self {
        case .password(let username, _), .bearer(let username, _): username
        }
    }

    /// The SASL mechanisms that may carry them, by name.
    var mechanisms: [String] {
        switch self {
        case .password: ["PLAIN", "LOGIN"]
        case .bearer: ["XOAUTH2"]
        }
    }

    var login: Login {
        switch self {
        case .password(let username, let secret):
            Login(username: username, proof: .password(secret.reveal()), mechanisms: mechanisms)
        case .bearer(let username, let token):
            Login(username: username, proof: .bearer(token.reveal()), mechanisms: mechanisms)
        }
    }
}
