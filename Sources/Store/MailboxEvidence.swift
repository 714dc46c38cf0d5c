package import Mail

/// Something that a mailbox shows about sends.
package enum MailboxEvidence: Sendable, Hashable {
    /// The Sent folder holds the message: the server took it.
    case copyFound(SendID)
    /// This program has put it there.
    case copySaved(SendID)
    /// A mail system tells what became of a message; believed by whoever made this of it.
    case report(DeliveryReport)
    /// Somebody answered.
    case answer(Answer)
}

/// What recorded evidence has changed.
package struct MailboxChanges: Sendable, Hashable {
    /// Each once, in the order of the evidence.
    package internal(set) var sends: [SendID] = []
    /// Recipients of these sends that do not exist, by a report about themselves.
    package internal(set) var deadAddresses: [Address] = []

    mutating func add(_ id: SendID) {
        if !sends.contains(id) { sends.append(id) }
    }
}

/// What a delivery report says of one recipient, as it is kept.
package struct RecipientReport: Sendable, Hashable, Codable {
    package let action: DeliveryReport.Recipient.Action
    package let status: EnhancedStatusCode?
    /// The reporting system's words: untrusted, printable.
    package let text: String?
    /// Who answered: `mx.example.com`.
    package let host: String?
    /// When it was read, RFC 3339.
    package let at: String

    init(_ recipient: DeliveryReport.Recipient, from host: String?, at now: Timestamp) {
        action = recipient.action
        status = recipient.status
        text = recipient.diagnostic.map { Reply.printable($0.text, limit: 500) }
        self.host = (recipient.remoteMTA ?? host).map { Reply.printable($0, limit: 255) }
        at = now.rfc3339
    }

    /// `5.1.1 no such user (mx.example.com)`; nil when nothing is said.
    var sentence: String? {
        let words = [status?.description, text.flatMap { $0.isEmpty ? nil : $0 }, host.map { "(\($0))" }]
            .compactMap { $0 }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}

extension Delivery {
    /// It only goes up: what is known for sure is never forgotten for what is known less surely.
    var rank: Int {
        switch self {
        case .unknown: 0
        case .inSentFolder: 1
        case .delayed: 2
        case .delivered: 3
        case .bounced: 4
        }
    }
}

extension RecipientReport {
    func event(for address: String, at now: Timestamp) -> SendEvent {
        let kind: SendEvent.Kind =
            switch action {
            case .failed: .bounced
            case .delayed: .delayed
            case .delivered, .relayed, .expanded: .delivered
            }
        return SendEvent(
            at: now, kind: kind, detail: [address, sentence].compactMap { $0 }.joined(separator: ": "))
    }
}

extension SendEvent {
    init(_ answer: Answer, at now: Timestamp) {
        let from = answer.from.map { "from \($0.text)" }
        let subject = answer.subject.map { $0.isEmpty ? "without a subject" : $0 }
        let words = [from, subject].compactMap { $0 }.joined(separator: ": ")
        self.init(
            at: now, kind: .replied, detail: words.isEmpty ? nil : words, isAutomatic: answer.isAutomatic)
    }
}
