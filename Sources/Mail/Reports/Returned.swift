/// What came into a mailbox, seen from the sender of other messages.
package enum Returned: Hashable, Sendable {
    /// A mail system tells what became of a message.
    case report(DeliveryReport)
    /// A person or a machine answers a message.
    case answer(Answer)
    /// Anything else: new mail, read receipts (RFC 8098), complaints (RFC 5965).
    case other

    package init(_ message: IncomingMessage) {
        if let report = DeliveryReport(message) {
            self = .report(report)
        } else if let answer = Answer(message) {
            self = .answer(answer)
        } else {
            self = .other
        }
    }

    /// - Parameter octets: a whole message or its beginning, of which `IncomingMessage.maximumOctets` count.
    package init(octets: some Collection<UInt8>) { self.init(IncomingMessage(octets)) }
}
