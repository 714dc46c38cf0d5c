import Logging
import Mail
import Store

extension Dispatcher {
    /// One attempt, from the claim to the settled record (steps 7 to 10 of the way of one message).
    func deliver(_ claim: Claim, for account: Account, _ gate: GatePassed, _ store: Store) async {
        let start = surroundings.now()
        var settlement: Settlement
        do {
            guard let mailData = try await mailData(of: claim, store),
                let envelope = Envelope(reversePath: claim.reversePath, forwardPaths: claim.forwardPaths)
            else { throw StoreError.corrupt("the send \(claim.id) has no mail data") }
            let transaction = await account.transport.carry(
                mailData, in: envelope, gate: { try await self.pass(claim, gate, store) },
                progress: progress(of: claim.id))
            settlement = await judge(transaction, of: claim, since: start, for: account, store)
        } catch {
            settlement = .faulty(claim, error, at: surroundings.now())
        }
        surroundings.reached(.beforeSettle)
        await settle(claim, settlement, store)
        surroundings.reached(.afterSettle)
        await ended(claim)
    }

    /// A short one came with the claim.
    private nonisolated func mailData(of claim: Claim, _ store: Store) async throws -> MailData? {
        if let mailData = claim.mailData { return mailData }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try store.readMailData(of: claim.id)
        }
    }

    /// Commits that the attempt is at the final dot, the one thing that must be on the disk before it goes out.
    private nonisolated func pass(_ claim: Claim, _ gate: GatePassed, _ store: Store) async throws {
        surroundings.reached(.atGate)
        try await store.commitAtFinalDot(claim, at: surroundings.now())
        surroundings.reached(.afterGate)
        gate.set()
    }

    /// Who listens is asked for once an attempt: a caller that joins later hears of the next one.
    private nonisolated func progress(of id: SendID) -> Progress {
        let listeners = changes.listeners(to: id)
        return { [reached = surroundings.reached] moment in
            if let milestone = Milestone(moment) { reached(milestone) }
            for listener in listeners { listener(moment) }
        }
    }

    /// What the send becomes, and what the account is to be thought of from now on.
    private func judge(
        _ transaction: Transaction, of claim: Claim, since start: Timestamp, for account: Account,
        _ store: Store
    ) async -> Settlement {
        let name = account.record.id
        // The session failed: the others would meet the same, so only one tries until one succeeds.
        if transaction.phase < .mail, transaction.fault?.kind != .cancelled {
            probing.insert(name)
            backlog.insert(name)
        } else if transaction.phase >= .mail {
            probing.remove(name)
        }
        let beat = surroundings.beat
        clock.note(beat)
        let sign = transaction.accountSign
        var pause: AccountPause?
        if let sign {
            let latest = await withTaskExecutorPreference(globalConcurrentExecutor) {
                try? store.latestPause(of: name)
            }
            pause = AccountPause(sign, after: latest, began: start, at: beat.at)
        }
        if sign?.kind == .authentication {
            lockedOut.insert(name)
            refused.insert(name)
        } else if transaction.phase >= .mail, lockedOut.remove(name) != nil {
            refused.remove(name)
            // The next refusal, some day, begins with a short pause again.
            try? await store.resume(name)
        }
        return Settlement(
            transaction, of: claim, at: beat.at,
            circumstances: Settlement.Circumstances(
                pause: account.schedule.pause(after: claim.tries + 1, fraction: surroundings.fraction),
                accountPause: pause, isWaitedFor: changes.isExpected(claim.id),
                isClockDoubtful: clock.isDoubtful(at: beat)))
    }

    /// Writes the end of an attempt. A record that cannot be written now (full disk, foreign lock) is tried again, because
    /// what the server said must not be forgotten; `finish` tries once more when the process ends.
    private func settle(_ claim: Claim, _ settlement: Settlement, _ store: Store) async {
        if deliveries[claim.id]?.claim == claim { deliveries[claim.id]?.settlement = settlement }
        var pause = 0.5
        while true {
            do {
                let state = try await store.settle(claim, settlement)
                ends[state, default: 0] += 1
                return log(claim, settlement, state)
            } catch StoreError.notOwner {
                return logger.error("another process took it over", metadata: ["send": "\(claim.id)"])
            } catch {
                logger.error(
                    "the end of an attempt could not be recorded; it is tried again",
                    metadata: [
                        "send": "\(claim.id)", "state": "\(settlement.state.rawValue)", "error": "\(error)",
                    ])
            }
            // Not cut short by the cancel that ends the process: that would be a busy loop until it is over.
            let sleep = surroundings.sleep
            try? await Task { [pause] in try await sleep(.seconds(pause)) }.value
            pause = min(pause * 2, 30)
        }
    }

    private func log(_ claim: Claim, _ settlement: Settlement, _ state: SendState) {
        logger.info(
            "attempt ended",
            metadata: [
                "send": "\(claim.id)", "attempt": "\(claim.attempt)", "state": "\(state.rawValue)",
                "phase": "\(settlement.phase.rawValue)",
                "reply": "\(settlement.recipients.first?.reply.map { "\($0.code)" } ?? "-")",
            ])
        if let pause = settlement.accountPause {
            logger.warning(
                "account paused",
                metadata: ["until": "\(pause.until.rfc3339)", "reason": "\(pause.failure.code.rawValue)"])
        }
    }
}

extension Milestone {
    init?(_ moment: TransactionMoment) {
        switch moment {
        case .phase(.resolve): self = .connecting
        case .phase(.mail): self = .mail
        case .phase(.rcpt): self = .rcpt
        case .phase(.data): self = .data
        case .phase(.body): self = .body
        case .halfOfBodySent: self = .bodyHalf
        case .finalDotSent: self = .dotSent
        case .finalDotAnswered: self = .replyRead
        case .phase: return nil
        }
    }
}

extension AccountPause {
    /// A login that is refused again and again is tried less and less often, up to once an hour.
    ///
    /// - Parameter start: when the attempt began that was refused.
    init(_ sign: AccountSign, after earlier: AccountPause?, began start: Timestamp, at now: Timestamp) {
        var seconds = sign.pauseSeconds
        if sign.kind == .authentication, sign.seconds == nil {
            seconds = 60
            if let earlier, earlier.failure.isAboutLogin {
                // Several attempts were under way together: one refusal, said several times.
                if earlier.until > now, start <= earlier.since {
                    self.init(since: earlier.since, until: earlier.until, failure: sign.failure)
                    return
                }
                seconds = min(3_600, max(60, earlier.length * 2))
            }
        }
        self.init(since: now, until: now.adding(seconds: seconds), failure: sign.failure)
    }

    /// The login was refused three times: who waits is told so instead of trying once more, because servers lock
    /// accounts out.
    var isFinal: Bool { failure.isAboutLogin && length >= 240 }
}

extension Settlement {
    /// Our own fault before anything was sent: tried again in a minute, until the give-up time.
    static func faulty(_ claim: Claim, _ error: any Error, at now: Timestamp) -> Settlement {
        let failure = Failure(
            .internal, "The message could not be read from the record: \(error).",
            hint: "See that the disk is not full and that the database file is whole; it is tried again.",
            retryable: true)
        return Settlement(
            state: .deferred, at: now, phase: .resolve, recipients: [], failure: failure,
            nextAttemptAt: now.adding(seconds: 60), event: .deferred, detail: failure.message)
    }
}
