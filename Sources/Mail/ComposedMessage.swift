/// A message as it goes out: the envelope and the exact octets.
package struct ComposedMessage: Sendable, Hashable {
    package let envelope: Envelope
    package let mailData: MailData
    package let messageID: MessageID
    /// Sentences about what the caller may not have meant; none stops the message.
    package let warnings: [String]

    package init(envelope: Envelope, mailData: MailData, messageID: MessageID, warnings: [String]) {
        self.envelope = envelope
        self.mailData = mailData
        self.messageID = messageID
        self.warnings = warnings
    }
}
