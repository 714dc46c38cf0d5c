import Logging
import Mail
import Store

extension Dispatcher {
    /// One attempt, from the claim to the settled record (steps 7 to 10 of the way of one message).
    func deliver(_ claim: Claim, _ store: Store) async {
        guard let account = accounts[claim.accountID] else { return }
        var settlement: Settlement
        do {
            guard let mailData = try await store.mailData(of: claim.id),
                let envelope = Envelope(reversePath: claim.reversePath, forwardPaths: claim.forwardPaths)
            else { throw StoreError.corrupt("the send \(claim.id) has no mail data") }
            let transaction = await account.transport.carry(
                mailData, in: envelope,
                gate: {
                    try await store.commitAtFinalDot(claim, at: self.surroundings.now())
                    await self.isAtFinalDot(claim)
                },
                progress: { _ in })
            settlement = Settlement(
                transaction, of: claim, at: surroundings.now(),
                pause: account.schedule.pause(after: claim.attempt, fraction: surroundings.fraction))
        } catch {
            settlement = .faulty(claim, error, at: surroundings.now())
        }
        await settle(claim, settlement, store)
        await ended(claim)
    }

    /// Writes the end of an attempt. A record that cannot be written now (full disk, foreign lock) is tried again, because
    /// what the server said must not be forgotten; `finish` tries once more when the process ends.
    private func settle(_ claim: Claim, _ settlement: Settlement, _ store: Store) async {
        deliveries[claim.id]?.settlement = settlement
        var pause = 0.5
        while true {
            do {
                try await store.settle(claim, settlement)
                return log(claim, settlement)
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

    private func log(_ claim: Claim, _ settlement: Settlement) {
        logger.info(
            "attempt ended",
            metadata: [
                "send": "\(claim.id)", "attempt": "\(claim.attempt)", "state": "\(settlement.state.rawValue)",
                "phase": "\(settlement.phase.rawValue)",
                "reply": "\(settlement.recipients.first?.reply.map { "\($0.code)" } ?? "-")",
            ])
    }
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
