extension Transaction {
    /// What became of the message for the recipient at `index`, by the replies alone.
    package func outcome(for index: Int) -> Outcome {
        guard recipients.indices.contains(index) else { return .pending }
        if let (reply, phase) = decisiveReply(for: index) {
            if phase == .finalDot, reply.isPositive { return .accepted }
            return Diagnosis(of: reply, in: phase).retryable ? .deferred : .rejected
        }
        if finalDotMayHaveLeft { return .unconfirmed }
        if let fault {
            if fault.kind == .cancelled { return .notAttempted }
            return Diagnosis(of: fault, in: phase).retryable ? .deferred : .rejected
        }
        // Taken at RCPT, but others were not, and the message was to go to all or to nobody.
        return mail == nil ? .pending : .notAttempted
    }

    /// One for each recipient, in order.
    package var outcomes: [Outcome] { recipients.indices.map { outcome(for: $0) } }

    /// The server's words that say most about the recipient at `index`, and where they were said; nil when there
    /// are none. For an unconfirmed recipient it is the reply to its RCPT.
    package func reply(for index: Int) -> (reply: Reply, phase: Phase)? {
        guard recipients.indices.contains(index) else { return nil }
        if let decisive = decisiveReply(for: index) { return decisive }
        return recipients[index].reply.map { ($0, .rcpt) }
    }

    /// The reply that settles it: the earliest refusal that concerns this recipient, else the final one.
    func decisiveReply(for index: Int) -> (reply: Reply, phase: Phase)? {
        if let sessionRefusal { return (sessionRefusal, phase) }
        // After a refused MAIL every RCPT is refused too (503), which says nothing about the recipient.
        if let mail, mail.isTransient || mail.isPermanent { return (mail, .mail) }
        if let own = recipients[index].reply, own.isTransient || own.isPermanent { return (own, .rcpt) }
        if let finalDot, !finalDot.isIntermediate {
            return (finalDot, finalDotMayHaveLeft ? .finalDot : .body)
        }
        if let data, data.isTransient || data.isPermanent { return (data, .data) }
        // The server closed the session in the middle (RFC 5321 §3.8): that concerns everybody.
        if let closing = recipients.compactMap(\.reply).first(where: { $0.code == 421 }) {
            return (closing, .rcpt)
        }
        return nil
    }
}
