package import Mail

/// An address that is not written to any more, from no account: mail to it came back, or a person said so.
package struct Suppression: Sendable, Hashable {
    /// As it was first written; `Address.caseless` is what is compared.
    package let address: Address
    /// 5.1.1, 5.1.2 or 5.1.3; nil when a person added it.
    package let status: EnhancedStatusCode?
    /// What the server said, or the person; safe to show, at most 300 characters.
    package let reason: String
    package let since: Timestamp
    /// What bounced, where it is known.
    package let send: SendID?

    /// Nil for every status but 5.1.1 (no such mailbox), 5.1.2 (no such system) and 5.1.3 (no valid address): only
    /// they say that there is nobody (RFC 3463 §3.2). A 5.7.x is a refusal by policy, a 5.2.x a mailbox that exists.
    package init?(
        bounced address: Address, status: EnhancedStatusCode, reason: String, send: SendID?, at now: Timestamp
    ) {
        guard status.class == 5, status.subject == 1, (1...3).contains(status.detail) else { return nil }
        self.init(address: address, status: status, reason: reason, since: now, send: send)
    }

    /// - Parameter reason: the person's words.
    package init(byHand address: Address, reason: String, at now: Timestamp) {
        self.init(address: address, status: nil, reason: reason, since: now, send: nil)
    }

    init(address: Address, status: EnhancedStatusCode?, reason: String, since: Timestamp, send: SendID?) {
        self.address = address
        self.status = status
        self.reason = Reply.printable(reason, limit: 300)
        self.since = since
        self.send = send
    }
}

extension Failure {
    /// - Parameter address: as the caller wrote it.
    package static func suppressed(_ address: Address, _ suppression: Suppression) -> Failure {
        let cause = suppression.status.map { "mail to it bounced with \($0)" } ?? "a person said so"
        let words = suppression.reason.isEmpty ? "" : " (\(suppression.reason))"
        return Failure(
            .recipientNotAllowed,
            "\(address) is suppressed: on \(suppression.since.rfc3339) \(cause)\(words).",
            hint:
                "Use another address, or leave it out. If it is right after all, a person can lift that: `envelope"
                + " suppressions remove \(suppression.address)`.")
    }
}
