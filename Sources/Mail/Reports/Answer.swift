/// A message that says which messages it answers (RFC 5322 §3.6.4).
package struct Answer: Hashable, Sendable {
    /// Never empty, the nearest first: whoever answers late in a thread names its earlier messages too.
    package let answeredIDs: [MessageID]
    /// True where a machine wrote it: out of office, received with thanks (RFC 3834).
    package let isAutomatic: Bool
    package let from: Address?
    package let messageID: MessageID?
    /// Safe to show.
    package let subject: String?

    /// Nil for what answers nothing, and for reports of any kind, understood or not.
    package init?(_ message: IncomingMessage) {
        let fields = message.fields
        answeredIDs = fields.answeredIDs
        if answeredIDs.isEmpty || message.root.type == "multipart/report" { return nil }
        // A daemon whose words are not understood reports something all the same.
        if message.root.type.hasSuffix("disposition-notification") || message.isOfDaemon { return nil }
        isAutomatic = message.isAutomatic
        from = fields["from"].flatMap { Address.found(inList: $0, limit: 1).first }
        messageID = fields["message-id"].flatMap { MessageID.found(in: $0, limit: 1).first }
        subject = fields["subject"].map { Reply.printable(EncodedWord.decode($0)) }
    }
}
