package import Mail

/// A mailbox that sends leave from, as the record knows it: no secret in it.
package struct AccountRecord: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable, Codable {
        case smtp, sandbox
    }

    /// Stable: the same server, user and sender give the same id in every process.
    package let id: String
    package let name: String
    package let kind: Kind
    /// `smtps://host:465`, without the user.
    package let server: String
    package let username: String?
    package let sender: Address

    package init(id: String, name: String, kind: Kind, server: String, username: String?, sender: Address) {
        self.id = id
        self.name = name
        self.kind = kind
        self.server = server
        self.username = username
        self.sender = sender
    }
}
