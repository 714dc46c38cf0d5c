import Curl
import Mail

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
        let proof: Login.Proof =
            switch self {
            case .password(_, let secret): .password(secret.reveal())
            case .bearer(_, let token): .bearer(token.reveal())
            }
        return Login(username: username, proof: proof, mechanisms: mechanisms, strikeout: strikeout)
    }

    /// The secret as it is, and as the mechanisms write it: alone in base64, and in one with the user name.
    var strikeout: Strikeout {
        let (secret, initial) =
            switch self {
            case .password(_, let secret): (secret.reveal(), "\0\(username)\0\(secret.reveal())")
            case .bearer(_, let token):
                (token.reveal(), "user=\(username)\u{1}auth=Bearer \(token.reveal())\u{1}\u{1}")
            }
        return Strikeout(plain: [secret], encoded: [secret, initial].map { Base64.text(Array($0.utf8)) })
    }
}
