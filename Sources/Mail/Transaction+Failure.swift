extension Transaction {
    /// Why nothing was accepted; nil as soon as one recipient was.
    ///
    /// With several recipients it is the failure that offers most: one that may pass by itself before one that
    /// will not.
    package var failure: Failure? {
        let outcomes = outcomes
        if outcomes.contains(.accepted) { return nil }
        let order: [Outcome] = [.unconfirmed, .deferred, .rejected, .notAttempted]
        guard let worth = order.first(where: { outcomes.contains($0) }),
            let index = outcomes.firstIndex(of: worth), let failure = failure(for: index)
        else { return nil }
        guard recipients.count > 1, failure.smtp?.phase == .rcpt else { return failure }
        return failure.with(
            message:
                "None of the \(recipients.count) recipients was accepted, for example: \(failure.message)")
    }

    /// Why the recipient at `index` was not accepted; nil when it was, or when nothing happened yet.
    package func failure(for index: Int) -> Failure? {
        switch outcome(for: index) {
        case .accepted, .pending, .bounced, .delivered: return nil
        case .unconfirmed: return unconfirmedFailure
        case .deferred, .rejected, .notAttempted: break
        }
        let address = recipients[index].address
        if let (reply, phase) = decisiveReply(for: index) {
            let diagnosis = Diagnosis(of: reply, in: phase)
            return Failure(
                diagnosis.code, Diagnosis.sentence(reply, phase, address, diagnosis), hint: diagnosis.hint,
                retryable: diagnosis.retryable, phase: phase, smtp: .init(reply, in: phase))
        }
        if let fault {
            let diagnosis = Diagnosis(of: fault, in: phase)
            return Failure(
                diagnosis.code, Diagnosis.sentence(fault, phase, diagnosis), hint: diagnosis.hint,
                retryable: diagnosis.retryable, phase: phase)
        }
        return Failure(
            .recipientRejected,
            "\(address.text) got nothing, because another recipient was refused and the message is to go to all or to "
                + "nobody.",
            hint: "Correct or take out the refused recipient, then send again: nothing was sent to anybody.",
            phase: phase)
    }

    private var unconfirmedFailure: Failure {
        let reason = fault.map { " (\($0.detail))" } ?? ""
        return Failure(
            .unconfirmed,
            "The whole message went out, but the server's answer to it never came\(reason): it may or may not have been "
                + "accepted.",
            hint:
                "Do not send again: it may have arrived, and a second copy would be a duplicate. Look for it in the "
                + "Sent folder or ask the recipient; only send again when it is certain that it did not arrive.",
            retryable: false, mayHaveBeenDelivered: true, phase: .finalDot,
            smtp: finalDot.map { .init($0, in: .finalDot) })
    }
}

extension Failure {
    func with(message: String) -> Failure {
        Failure(
            code, message, hint: hint, retryable: retryable, mayHaveBeenDelivered: mayHaveBeenDelivered,
            field: field,
            phase: phase, smtp: smtp)
    }
}
