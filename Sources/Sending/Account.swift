package import Mail
package import Store

/// A mailbox that this process can send from: its record, who it may send as, and the way to its server.
package struct Account: Sendable {
    package let record: AccountRecord
    /// The From of a message that names none.
    package let sender: Mailbox
    /// True in the sandbox, where any From is taken: nothing leaves the machine.
    package let allowsAnySender: Bool
    package internal(set) var transport: any MailTransport
    package let schedule: RetrySchedule
    /// Connections to its server at most; three times as many attempts wait for a commit meanwhile.
    package let connections: Int
    /// Which of its sends wait for a person; the stricter of this and the server's counts.
    package let approval: ApprovalPolicy
    /// What it may be used for.
    package let rails: GuardRails
    /// Where what becomes of its mail can be seen; nil when nobody looks.
    package let mailbox: (any MailboxReader)?
    package let sentCopy: SentCopyPolicy

    package init(
        record: AccountRecord, sender: Mailbox, allowsAnySender: Bool = false, transport: any MailTransport,
        schedule: RetrySchedule, connections: Int = 4,
        approval: ApprovalPolicy = .none, rails: GuardRails = .none,
        mailbox: (any MailboxReader)? = nil, sentCopy: SentCopyPolicy = .auto
    ) {
        self.record = record
        self.sender = sender
        self.allowsAnySender = allowsAnySender
        self.transport = transport
        self.schedule = schedule
        self.connections = max(1, connections)
        self.approval = approval
        self.rails = rails
        self.mailbox = mailbox
        self.sentCopy = sentCopy
    }

    package func allows(_ from: Address) -> Bool {
        allowsAnySender || from == sender.address || rails.senders.contains { $0.matches(from) }
    }
}
