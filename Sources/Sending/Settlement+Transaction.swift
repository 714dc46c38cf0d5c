import Mail
import Store

/// What a send becomes by a transaction: pure, so that every case can stand in a table of tests.
extension Settlement {
    /// What decides beside the server's words.
    struct Circumstances: Sendable {
        /// Seconds until the next attempt, if one is due and the server named no time itself.
        let pause: Double
        /// What the server's words mean for the account.
        var accountPause: AccountPause?
        /// Somebody waits for this send, and had better hear at once that the login is wrong.
        var isWaitedFor = false
        /// The time of day has just jumped: nothing is given up because of it.
        var isClockDoubtful = false
    }

    /// - Parameter claim: the recipients that the transaction was for, in its order, and how earlier attempts ended.
    init(_ transaction: Transaction, of claim: Claim, at now: Timestamp, circumstances: Circumstances) {
        var transaction = transaction
        transaction.othersMayHaveIt = claim.settledOutcomes.contains { $0 == .accepted || $0 == .unconfirmed }
        let accountPause = circumstances.accountPause
        let isMoreToGive = transaction.isOnlyTooManyRecipients
        let next =
            isMoreToGive
            ? now
            : accountPause?.until
                ?? now.adding(
                    seconds: transaction.retryAfterSeconds.map(Double.init) ?? circumstances.pause)
        let isTimeLeft = next <= claim.giveUpAt || circumstances.isClockDoubtful
        // Nobody waits for it, and the account can be put right: it had better wait than fail.
        let isLater = accountPause?.failure.isAboutLogin == true && !circumstances.isWaitedFor
        let outcomes = transaction.recipients.indices.map { index in
            let outcome = transaction.outcome(for: index)
            guard isLater, outcome == .rejected else { return outcome }
            // Who was refused for another reason stays refused.
            return transaction.failure(for: index)?.isAboutLogin == true ? .deferred : outcome
        }
        let state = Self.state(after: transaction, outcomes, of: claim, isTimeLeft: isTimeLeft)
        let failure =
            accountPause.flatMap { state == .deferred ? $0.failure : nil }
            ?? Self.failure(for: state, transaction)
        self.init(
            state: state, at: now, phase: transaction.phase,
            recipients: state == .ready ? [] : Self.recipients(of: transaction, outcomes, in: state),
            failure: failure,
            nextAttemptAt: state == .deferred ? next : state == .ready ? now : nil,
            event: Self.event(for: state),
            detail: failure?.message ?? Self.lastWords(of: transaction),
            warnings: state == .partial || state == .deferred
                ? Self.warnings(about: transaction, outcomes, in: state) : [],
            conversation: transaction.conversation,
            isTry: state != .ready && accountPause == nil && !isMoreToGive, accountPause: accountPause)
    }

    private static func state(
        after transaction: Transaction, _ outcomes: [Outcome], of claim: Claim, isTimeLeft: Bool
    ) -> SendState {
        let all = claim.settledOutcomes + outcomes
        let some: SendState? = all.contains(.accepted) ? .partial : nil
        // Stopped by us, with nothing sent: due again at once.
        if transaction.fault?.kind == .cancelled, !transaction.finalDotMayHaveLeft { return .ready }
        if outcomes.contains(.unconfirmed) { return some ?? .unconfirmed }
        if outcomes.contains(.deferred) { return isTimeLeft ? .deferred : some ?? .expired }
        return all.allSatisfy { $0 == .accepted } ? .accepted : some ?? .rejected
    }

    private static func event(for state: SendState) -> SendEvent.Kind {
        switch state {
        case .accepted: .accepted
        case .partial: .partial
        case .deferred: .deferred
        case .unconfirmed: .unconfirmed
        case .expired: .expired
        case .ready: .released
        default: .rejected
        }
    }

    private static func failure(for state: SendState, _ transaction: Transaction) -> Failure? {
        switch state {
        case .accepted, .partial, .ready: return nil
        case .expired:
            let last = lastFailure(of: transaction)
            return Failure(
                .expired,
                "No attempt succeeded before the give-up time. The last one: \(last?.message ?? "no reply")",
                hint: (last.map { $0.hint + " " } ?? "") + "Then send it again: nothing was delivered.",
                phase: transaction.phase, smtp: last?.smtp)
        default: return lastFailure(of: transaction)
        }
    }

    /// The failure of the whole, or when others were taken, of the first recipient that has one: one that is still
    /// open before one that was refused for good.
    private static func lastFailure(of transaction: Transaction) -> Failure? {
        let indices = transaction.recipients.indices
        let open = indices.filter { transaction.outcome(for: $0) == .deferred }
        return transaction.failure
            ?? (open + indices).lazy.compactMap { transaction.failure(for: $0) }.first
    }

    private static func recipients(
        of transaction: Transaction, _ outcomes: [Outcome], in state: SendState
    ) -> [Recipient] {
        transaction.recipients.indices.map { index in
            let outcome = outcomes[index]
            return Recipient(
                address: transaction.recipients[index].address,
                // Refused for now in a send that ends: nobody will try again.
                outcome: outcome == .deferred && state != .deferred && state != .expired
                    ? .notAttempted : outcome,
                reply: transaction.reply(for: index).map { reply, phase in Failure.SMTP(reply, in: phase) })
        }
    }

    /// What to say of each recipient that will not get it, or may not have got it, in a send that goes on or is sent.
    private static func warnings(
        about transaction: Transaction, _ outcomes: [Outcome], in state: SendState
    ) -> [String] {
        transaction.recipients.indices.compactMap { index in
            let address = transaction.recipients[index].address
            let outcome = outcomes[index]
            if outcome == .unconfirmed {
                return doubt(about: address.text, because: "no reply came to the final dot")
            }
            guard outcome == .rejected || state == .partial, let failure = transaction.failure(for: index)
            else {
                return nil
            }
            return "\(address) did not get it: \(failure.message) \(failure.hint)"
        }
    }

    private static func lastWords(of transaction: Transaction) -> String? {
        transaction.finalDot.map { "the server said: \($0.code) \($0.text)" }
    }
}
