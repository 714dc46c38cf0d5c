/// How a mailbox is talked to where servers and people differ.
package struct IMAPOptions: Sendable, Hashable {
    /// How long each stage may take.
    package struct Deadlines: Sendable, Hashable {
        /// Name, TCP, TLS, greeting, STARTTLS and login together.
        package var connect: Duration = .seconds(60)
        /// For a command and all that is said until its end.
        package var command: Duration = .seconds(60)
        /// For SEARCH, which some servers answer by reading every message.
        package var search: Duration = .seconds(120)
        /// For each 64 KiB of a message on its way into a folder, and then for the reply.
        package var append: Duration = .seconds(120)

        package init() {}
    }

    /// What a server may make this program keep; beyond it the session ends.
    package struct Limits: Sendable, Hashable {
        /// Octets of one response without its literals.
        package var response = 1_048_576
        /// Octets of one literal; a fetch asks for fewer.
        package var literal = 26_214_400
        /// Untagged responses to one command.
        package var responses = 20_000
        /// Octets of all responses to one command.
        package var total = 67_108_864

        package init() {}
    }

    package var deadlines = Deadlines()
    package var limits = Limits()
    /// A PEM file of certificate authorities to trust instead of the system's.
    package var caFile: String?
    /// `sha256//` and base64: the server's public key, trusted instead of any certificate.
    package var publicKey: String?
    /// Permits `imap+plain` to a host other than this one: everything, the password too, is readable on the way.
    package var allowPlainBeyondLoopback = false

    package init() {}
}
