package import Mail

/// A message that the sandbox took, as a list shows it.
package struct SandboxMessage: Hashable, Sendable {
    /// Names it for `SandboxInbox.message(id:)`; later messages have greater times in front.
    package let id: String
    /// When it was taken.
    package let at: Timestamp
    /// MAIL's path without brackets; empty for the null reverse-path.
    package let reversePath: String
    /// The recipients that were taken, in RCPT's order.
    package let recipients: [String]
    /// Decoded (RFC 2047) for display, without control characters; nil when the message has none.
    package let subject: String?
    /// Octets of the mail data, trace fields not counted.
    package let size: Int
    /// Octets of the trace fields in front of the mail data.
    package let traceSize: Int

    init(name: MessageName, head: [UInt8], fileSize: Int) {
        var fields = FieldReader(head[...])
        var reversePath = ""
        var recipients: [String] = []
        // The trace fields are our own, in our own order; Received is the last of them.
        trace: while let field = fields.next() {
            switch field.name {
            case "return-path": reversePath = String(field.value.dropFirst().dropLast())
            case "delivered-to": recipients.append(field.value)
            default: break trace
            }
        }
        self.traceSize = fields.position
        var subject: String?
        while subject == nil, let field = fields.next() {
            if field.name == "subject" { subject = field.value }
        }
        self.id = name.id
        self.at = name.at
        self.reversePath = reversePath
        self.recipients = recipients
        self.subject = subject.map { EncodedWords.decode($0).filter(\.isPrintable) }
        self.size = fileSize - traceSize
    }
}
