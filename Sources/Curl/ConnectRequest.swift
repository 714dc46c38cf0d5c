/// Where to connect, how to secure the line, and as whom to log in.
package struct ConnectRequest: Sendable {
    /// How the line is protected; certificates and host names are verified unless a public key is pinned, TLS is 1.2
    /// or later.
    package enum Security: Sendable {
        /// The URL's scheme says it (`smtps`, `imaps`).
        case implicitTLS
        /// STARTTLS, without which the connect fails before any credential is sent.
        case startTLS
        case plain
    }

    /// `smtp://host:port/ehlo-name`, `imap://host:port/`, or either with an `s`; nothing in it is secret.
    package let url: String
    package let security: Security
    package let login: Login?
    /// A PEM file of certificate authorities to trust instead of the system's.
    package let caFile: String?
    /// `sha256//` and the base64 of the SHA-256 of the server's public key: trusted instead of any certificate.
    package let publicKey: String?
    /// Hears each command of the session as it goes out, credentials struck out; on the engine's thread, so it must
    /// not block.
    let heard: (@Sendable (String) -> Void)?

    /// Strikes nothing out when there is no login.
    var strikeout: Strikeout { login?.strikeout ?? Strikeout() }

    package init(
        url: String, security: Security, login: Login? = nil, caFile: String? = nil,
        publicKey: String? = nil, heard: (@Sendable (String) -> Void)? = nil
    ) {
        self.url = url
        self.security = security
        self.login = login
        self.caFile = caFile
        self.publicKey = publicKey
        self.heard = heard
    }
}

/// Credentials on their way to libcurl, with the SASL mechanisms that may carry them; prints without the secret.
package struct Login: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package enum Proof: Sendable {
        case password(String)
        case bearer(String)
    }

    let username: String
    let proof: Proof
    /// Names as in RFC 4422 (`PLAIN`, `XOAUTH2`); libcurl takes the first of its own order that is offered.
    let mechanisms: [String]
    let strikeout: Strikeout

    /// - Parameter strikeout: what is struck out of everything that the server says.
    package init(username: String, proof: Proof, mechanisms: [String], strikeout: Strikeout) {
        self.username = username
        self.proof = proof
        self.mechanisms = mechanisms
        self.strikeout = strikeout
    }

    package var description: String { "\(username) •••" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}
