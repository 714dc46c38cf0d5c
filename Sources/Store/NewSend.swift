package import Mail

/// A composed message on its way into the record; passed along as it is, not copied field by field.
package final class NewSend: Sendable {
    package struct Recipient: Sendable, Hashable {
        package let kind: RecipientKind
        package let mailbox: Mailbox

        package init(kind: RecipientKind, mailbox: Mailbox) {
            self.kind = kind
            self.mailbox = mailbox
        }
    }

    package let id: SendID
    package let account: AccountRecord
    package let messageID: MessageID
    package let from: Mailbox
    package let recipients: [Recipient]
    package let subject: String
    package let mailData: MailData
    package let createdAt: Timestamp
    /// After this no further attempt begins.
    package let giveUpAt: Timestamp
    package let tags: [String]
    package let metadata: [String: String]
    package let warnings: [String]
    /// Not before this; nil sends it at once.
    package let scheduledFor: Timestamp?
    /// A caller's name for the request; used once among real sends and once among sandbox sends.
    package let idempotencyKey: String?
    package let fingerprint: Fingerprint
    /// Why it waits for a person's approval; nil when it may leave by itself.
    package let heldBecause: String?
    /// The same content to the same recipients, recorded after this, makes it a duplicate; nil: never.
    package let duplicatesSince: Timestamp?
    /// The account's limits, counted in the transaction that records it.
    package let limits: [SendLimit]

    package init(
        id: SendID, account: AccountRecord, messageID: MessageID, from: Mailbox, recipients: [Recipient],
        subject: String, mailData: MailData, createdAt: Timestamp, giveUpAt: Timestamp, tags: [String] = [],
        metadata: [String: String] = [:], warnings: [String] = [], scheduledFor: Timestamp? = nil,
        idempotencyKey: String? = nil, fingerprint: Fingerprint, heldBecause: String? = nil,
        duplicatesSince: Timestamp? = nil, limits: [SendLimit] = []
    ) {
        self.id = id
        self.account = account
        self.messageID = messageID
        self.from = from
        self.recipients = recipients
        self.subject = subject
        self.mailData = mailData
        self.createdAt = createdAt
        self.giveUpAt = giveUpAt
        self.tags = tags
        self.metadata = metadata
        self.warnings = warnings
        self.scheduledFor = scheduledFor
        self.idempotencyKey = idempotencyKey
        self.fingerprint = fingerprint
        self.heldBecause = heldBecause
        self.duplicatesSince = duplicatesSince
        self.limits = limits
    }

    package var isSandbox: Bool { account.kind == .sandbox }

    var firstState: SendState { heldBecause != nil ? .held : scheduledFor == nil ? .ready : .scheduled }

    /// When its first attempt is due; nil while it is held.
    var firstDue: Timestamp? { heldBecause != nil ? nil : scheduledFor ?? createdAt }

    var firstEvents: [SendEvent] {
        var events = [SendEvent(at: createdAt, kind: .created)]
        if let scheduledFor {
            events.append(SendEvent(at: createdAt, kind: .scheduled, detail: "for \(scheduledFor.rfc3339)"))
        }
        if let heldBecause { events.append(SendEvent(at: createdAt, kind: .held, detail: heldBecause)) }
        return events
    }
}

/// The header field that named a recipient.
package enum RecipientKind: String, Sendable, CaseIterable, Codable {
    case to, cc, bcc
}
