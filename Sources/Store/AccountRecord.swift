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

/// What waits for an account that a process does not have.
package struct StrandedQueue: Sendable, Hashable {
    /// Its name, and the server that it was to be handed to, when the sends were recorded.
    package let account: String
    package let server: String
    package let sends: Int

    /// For a person.
    package var sentence: String {
        "\(sends) \(sends == 1 ? "send waits" : "sends wait") for \(account) at \(server), which is no account of this "
            + "process"
    }
}
