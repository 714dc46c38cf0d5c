/// What a mail system says became of a message (a delivery status notification, RFC 3464), for one or more
/// recipients.
///
/// Anyone can write one: it proves nothing by itself, and counts only where it names a message that was sent.
package struct DeliveryReport: Hashable, Sendable {
    package enum Form: Hashable, Sendable {
        /// A `message/delivery-status` part said it.
        case machineReadable
        /// It was read out of the words that this kind of server writes.
        case plainText(Notice)
    }

    package let form: Form
    /// True where the report came inside another message, as when a person passes it on as an attachment.
    package let isForwarded: Bool
    /// True where what carries it bears the marks of a mail system (`IncomingMessage.isOfMailSystem`); false for what a
    /// person passes on, and for poor forgeries.
    package let isFromMailSystem: Bool
    /// The host that reports: `mx.example.com`.
    package let reportingMTA: String?
    /// What was given as ENVID (RFC 3461 §4.4).
    package let originalEnvelopeID: String?
    /// When that host took the message.
    package let arrivalDate: Timestamp?
    /// Never empty; at most `maximumRecipients`.
    package let recipients: [Recipient]
    /// What the report gives back of the message it is about.
    package let original: Original?
    /// What the report may be about, the surest first: the returned message, the fields some servers add, then
    /// `In-Reply-To` and `References` of the report. Only one of them is the message; later ones may be of its thread.
    package let messageIDs: [MessageID]

    package static let maximumRecipients = 500

    /// Of the returned message or its header section.
    package struct Original: Hashable, Sendable {
        package let messageID: MessageID?
        package let from: Address?
        /// Of To and Cc.
        package let recipients: [Address]
        package let date: Timestamp?
        /// Safe to show.
        package let subject: String?

        /// Nil when the fields say nothing.
        init?(_ fields: MessageFields) {
            messageID = fields["message-id"].flatMap { MessageID.found(in: $0, limit: 1).first }
            from = fields["from"].flatMap { Address.found(inList: $0, limit: 1).first }
            recipients = Address.found(
                inList: (fields.values("to").prefix(3) + fields.values("cc").prefix(3)).joined(separator: ",")
            )
            date = fields["date"].flatMap { Timestamp(messageDate: $0) }
            subject = fields["subject"].map { Reply.printable(EncodedWord.decode($0)) }
            if messageID == nil, from == nil, recipients.isEmpty, subject == nil { return nil }
        }
    }
}
