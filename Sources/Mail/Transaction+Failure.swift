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
            let index = outcomes.firstIndex(of: worth)
        else { return nil }
        if worth == .unconfirmed { return unconfirmedFailure() }
        guard let failure = failure(for: index) else { return nil }
        guard recipients.count > 1, failure.smtp?.phase == .rcpt else { return failure }
        let count = othersMayHaveIt ? "other \(recipients.count)" : "\(recipients.count)"
        return failure.with(
            message: "None of the \(count) recipients was accepted, for example: \(failure.message)")
    }

    /// Why the recipient at `index` was not accepted; nil when it was, or when nothing happened yet. It never says
    /// that nobody has the message when somebody may, nor asks for a second copy to them.
    package func failure(for index: Int) -> Failure? {
        switch outcome(for: index) {
        case .accepted, .pending, .bounced, .delivered: return nil
        case .unconfirmed: return unconfirmedFailure(for: recipients[index].address)
        case .deferred, .rejected, .notAttempted: break
        }
        let address = recipients[index].address
        let isAlone = !othersMayHaveIt && outcomes.allSatisfy { $0 != .accepted && $0 != .unconfirmed }
        if let (reply, phase) = decisiveReply(for: index) {
            let diagnosis = Diagnosis(of: reply, in: phase)
            return Failure(
                diagnosis.code,
                Diagnosis.sentence(
                    reply, phase, diagnosis, whom: phase == .rcpt ? address.text : Diagnosis.object(phase),
                    end: isAlone ? "nothing was accepted" : "it was not accepted for this address"),
                hint: isAlone
                    ? diagnosis.hint(loginAdvice)
                    : diagnosis.hint(loginAdvice) + Self.forOthers(diagnosis.retryable),
                retryable: diagnosis.retryable, phase: phase, smtp: .init(reply, in: phase))
        }
        if let fault {
            if isAlone { return Failure(of: fault, in: phase) }
            let failure = Failure(of: fault, in: phase, end: "nothing more was accepted")
            return failure.with(hint: failure.hint + Self.forOthers(failure.retryable))
        }
        return Failure(
            .recipientRejected,
            "\(address.text) got nothing, because another recipient was refused and the message is to go to all or to "
                + "nobody.",
            hint: "Correct or take out the refused recipient, then send again: nothing was sent to anybody.",
            phase: phase)
    }

    /// Keeps whoever reads a hint from sending a second copy to those who have the message.
    private static func forOthers(_ isRetryable: Bool) -> String {
        isRetryable
            ? " Others have the message, or may have it: whatever is tried again is for this address alone."
            : " Others have the message, or may have it: what is sent again goes to this address alone."
    }

    /// For the one recipient, or for the whole transaction.
    private func unconfirmedFailure(for address: Address? = nil) -> Failure {
        let reason = fault.map { " (\($0.detail))" } ?? ""
        let lost = "The whole message went out, but the server's answer to it never came\(reason)"
        let message =
            if let address {
                "\(lost). \(address.text) may or may not have it: do not send to it again."
            } else {
                "\(lost): it may or may not have been accepted."
            }
        return Failure(
            .unconfirmed, message,
            hint:
                "Do not send again: it may have arrived, and a second copy would be a duplicate. Look for it in the "
                + "Sent folder or ask the recipient; only send again when it is certain that it did not arrive.",
            retryable: false, mayHaveBeenDelivered: true, phase: .finalDot,
            smtp: finalDot.map { .init($0, in: .finalDot) })
    }
}

extension Failure {
    /// For an attempt that a fault ended before the final dot.
    ///
    /// - Parameter end: what that means, as a clause.
    init(of fault: TransportFault, in phase: Phase, end: String = "nothing was accepted") {
        let diagnosis = Diagnosis(of: fault, in: phase)
        self.init(
            diagnosis.code, Diagnosis.sentence(fault, phase, end: end), hint: diagnosis.hint,
            retryable: diagnosis.retryable, phase: phase)
    }

    package func with(hint: String) -> Failure {
        Failure(
            code, message, hint: hint, retryable: retryable, mayHaveBeenDelivered: mayHaveBeenDelivered,
            field: field, phase: phase, smtp: smtp)
    }

    func with(message: String) -> Failure {
        Failure(
            code, message, hint: hint, retryable: retryable, mayHaveBeenDelivered: mayHaveBeenDelivered,
            field: field,
            phase: phase, smtp: smtp)
    }
}
