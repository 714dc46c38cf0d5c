package import Mail

/// One send as it stands in the record.
package struct SendRecord: Sendable, Hashable {
    package struct Recipient: Sendable, Hashable {
        package let kind: RecipientKind
        package let mailbox: Mailbox
        package let outcome: Outcome
        /// The last reply that concerned this recipient, with the phase it came in.
        package let reply: Failure.SMTP?
        package let at: Timestamp?
        /// What the last delivery report said of this recipient.
        package var report: RecipientReport?

        package var address: Address { mailbox.address }
    }

    package let id: SendID
    package let state: SendState
    package let messageID: String
    package let accountName: String
    package let isSandbox: Bool
    package let from: String
    package let subject: String
    /// Octets of mail data.
    package let size: Int
    package let createdAt: Timestamp
    /// The time that the caller chose, if any.
    package let scheduledFor: Timestamp?
    package let sentAt: Timestamp?
    package let nextAttemptAt: Timestamp?
    package let attempts: Int
    package let delivery: Delivery
    /// Why it failed, or why the last attempt of a deferred send did not succeed.
    package let failure: Failure?
    package let tags: [String]
    package let metadata: [String: String]
    package let warnings: [String]
    /// In the caller's order: to, cc, bcc.
    package var recipients: [Recipient]
    /// When somebody last looked into the account's mailbox for what became of its sends.
    package var mailboxCheckedAt: Timestamp?

    package var status: SendStatus { state.status }
}

/// One try to hand a send over.
package struct AttemptRecord: Sendable, Hashable {
    package let number: Int
    package let startedAt: Timestamp
    package let atFinalDotAt: Timestamp?
    package let endedAt: Timestamp?
    package let phase: Phase?
    /// Commands and replies, credentials and mail data struck out.
    package let conversation: [String]
}

/// A send with everything that happened to it.
package struct SendHistory: Sendable, Hashable {
    package let send: SendRecord
    package let attempts: [AttemptRecord]
    package let events: [SendEvent]
}

extension SendHistory {
    /// A send as it was recorded, before anything else is known of it.
    package init(recorded new: NewSend) {
        self.init(
            send: SendRecord(
                id: new.id, state: new.firstState, messageID: new.messageID.text,
                accountName: new.account.name,
                isSandbox: new.account.kind == .sandbox, from: new.from.text, subject: new.subject,
                size: new.mailData.size, createdAt: new.createdAt,
                scheduledFor: new.scheduledFor, sentAt: nil, nextAttemptAt: new.firstDue,
                attempts: 0, delivery: .unknown, failure: nil, tags: new.tags, metadata: new.metadata,
                warnings: new.warnings,
                recipients: new.recipients.map {
                    SendRecord.Recipient(
                        kind: $0.kind, mailbox: $0.mailbox, outcome: .pending, reply: nil, at: nil)
                }),
            attempts: [], events: new.firstEvents)
    }
}
