package import Mail

/// A mailbox that a person set up with `envelope accounts add`; its password or token is not in it.
package struct ConfiguredAccount: Sendable, Hashable {
    /// How the line to the server is protected: TLS from the first octet, STARTTLS required, or not at all.
    package enum Security: String, Sendable, Hashable, CaseIterable {
        case tls, starttls, plain
    }

    /// As whom to log in, and where the proof is to be had.
    package struct Login: Sendable, Hashable {
        package enum Proof: String, Sendable, Hashable, CaseIterable {
            case password, token
        }

        package enum Place: Sendable, Hashable {
            /// In this record, under `Store.secret(of:_:)`.
            case sealed
            /// A file whose first line it is.
            case file(String)
            /// Given to `/bin/sh -c`.
            case command(String)
            /// Access tokens that are renewed: see `Store.oauthLogin(of:)`.
            case oauth
        }

        package let username: String
        package let proof: Proof
        package let place: Place

        package init(username: String, proof: Proof, place: Place) {
            self.username = username
            self.proof = proof
            self.place = place
        }
    }

    /// How its mailbox is read, where that differs from how it sends: as the same user, with the same secret.
    package struct Inbox: Sendable, Hashable {
        package var username: String?
        /// The kind of a secret of its own and where that is to be had; both or neither.
        package var proof: Login.Proof?
        package var place: Login.Place?
        package var caFile: String?
        /// As `ConfiguredAccount.publicKey`.
        package var publicKey: String?
        /// `auto`, `always` or `never`: whether copies of sent mail are filed; nil leaves it to the settings.
        package var sentCopy: String?

        package init() {}
    }

    /// Stable for good: the sends in the record belong to it.
    package let id: String
    /// Unique; what people and agents call it.
    package let name: String
    package let sender: Mailbox
    package let host: String
    package let port: Int
    package let security: Security
    /// Nil when the server wants no login.
    package let login: Login?
    /// True for at most one: sends that name neither account nor sender leave from it.
    package var isDefault: Bool
    /// `imaps://host:993`, where what becomes of its mail is looked for; nil where nobody looks.
    package let imapURL: String?
    package var inbox = Inbox()
    /// PEM of the authorities to trust instead of the system's.
    package let caFile: String?
    /// `sha256//` and the base64 of the SHA-256 of the server's public key (RFC 7469 §2.4), trusted instead of a
    /// certificate.
    package let publicKey: String?
    package let createdAt: Timestamp

    package init(
        id: String, name: String, sender: Mailbox, host: String, port: Int, security: Security, login: Login?,
        isDefault: Bool, imapURL: String?, caFile: String?, publicKey: String?, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.sender = sender
        self.host = host
        self.port = port
        self.security = security
        self.login = login
        self.isDefault = isDefault
        self.imapURL = imapURL
        self.caFile = caFile
        self.publicKey = publicKey
        self.createdAt = createdAt
    }
}
