/// How a transport behaves where servers and people differ; the defaults suit an agent that waits.
package struct SMTPOptions: Sendable, Hashable {
    /// How long each stage may take. RFC 5321 §4.5.3.2 allows a server more, but an agent waits.
    package struct Deadlines: Sendable, Hashable {
        /// Name, TCP, TLS, greeting, EHLO, STARTTLS and login together.
        package var connect: Duration = .seconds(60)
        package var mail: Duration = .seconds(60)
        /// For each recipient.
        package var rcpt: Duration = .seconds(60)
        package var data: Duration = .seconds(120)
        /// For each 64 KiB of mail data.
        package var body: Duration = .seconds(60)
        /// For the reply to the final dot: RFC 5321 §4.5.3.2.6 asks for 10 minutes, since giving up early makes
        /// duplicates.
        package var finalDot: Duration = .seconds(600)
        /// For the reply to RSET after a refusal, before the line is given up.
        package var reset: Duration = .seconds(2)

        package init() {}
    }

    package var deadlines = Deadlines()
    /// What EHLO says. The address literal tells nothing about the machine, and every submission server takes it
    /// from somebody who logs in.
    package var ehloName = "[127.0.0.1]"
    /// A PEM file of certificate authorities to trust instead of the system's.
    package var caFile: String?
    /// `sha256//` and base64: the server's public key, trusted instead of any certificate.
    package var publicKey: String?
    /// Permits `smtp+plain` to a host other than this one: everything, the password too, is readable on the way.
    package var allowPlainBeyondLoopback = false
    package var connectionsPerServer = 4
    /// How long an unused line is kept for the next message.
    package var idleKeep: Duration = .seconds(30)
    package var transactionsPerConnection = 100
    /// True: a message goes to those recipients that the server takes. False: to all or to nobody.
    package var partialAcceptance = true

    package init() {}
}
