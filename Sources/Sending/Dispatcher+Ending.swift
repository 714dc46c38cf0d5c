import Logging
import Mail
import Store

extension Dispatcher {
    /// Begins nothing new, waits for what is under way, and then records of the rest what is true.
    func finish(within time: Duration) async {
        isFinishing = true
        stopTimer()
        let start = surroundings.uptime()
        await wait(until: start + time.seconds * 0.5) { isIdle }
        for delivery in deliveries.values { delivery.task.cancel() }
        // Before the gate a cancel ends an attempt promptly; behind it, only the reply does.
        await wait(until: start + time.seconds * 0.7) { isIdle }
        let rest = deliveries.values.filter { $0.isAtFinalDot || $0.settlement != nil }
        if !rest.isEmpty {
            let writing = Task { for delivery in rest { await abandon(delivery) } }
            await wait(until: start + time.seconds) { rest.allSatisfy { deliveries[$0.claim.id] == nil } }
            writing.cancel()
        }
        ownership?.renewal.cancel()
        // Kept while anything runs: the lock dies with the process, and says until then that the owner lives.
        guard deliveries.isEmpty, let owned = ownership else { return }
        ownership = nil
        do {
            try await door.forReading()?.dismiss(owned.worker)
        } catch {
            logger.info("the worker could not sign off", metadata: ["error": "\(error)"])
        }
    }

    /// Ends an attempt of this process early, unless it is at the final dot.
    func stop(_ id: SendID) {
        guard let delivery = deliveries[id], !delivery.isAtFinalDot else { return }
        delivery.task.cancel()
    }

    func isAtFinalDot(_ id: SendID) -> Bool { deliveries[id]?.isAtFinalDot ?? false }

    /// Seconds that a record may be busy or full before draining it is given up: the next run may find it well.
    private static let drainPatience = 60.0

    /// Sends everything that is due, until nothing is; returns how the attempts ended.
    ///
    /// - Throws: what kept it from looking for a minute, as a full disk does.
    func drain() async throws -> [SendState: Int] {
        isDraining = true
        while true {
            wake()
            // `wake` has made a pump, so this returns only after it has looked.
            await wait(until: .infinity) { isIdle && (backlog.isEmpty || failing != nil || isFinishing) }
            if isFinishing || Task.isCancelled { return ends }
            if let failing {
                if surroundings.uptime() - failing.since > Self.drainPatience { throw failing.error }
                try await surroundings.sleep(.seconds(1))
                continue
            }
            let due = try? door.forReading()?.nextDue(for: Array(accounts.keys)).values.min()
            guard let due, due <= surroundings.now() else { return ends }
        }
    }

    private func wait(until deadline: Double, _ isSo: () -> Bool) async {
        while !isSo(), surroundings.uptime() < deadline, !Task.isCancelled {
            try? await surroundings.sleep(.milliseconds(10))
        }
    }

    /// The process ends before an attempt is settled: what the server said if it is known, else that nobody can know.
    private func abandon(_ delivery: Delivery) async {
        let claim = delivery.claim
        let reason = "the process was stopped while it waited for the reply to the final dot"
        if delivery.settlement == nil {
            logger.error(
                "stopped while waiting for the reply to the final dot: the message may or may not have been taken",
                metadata: ["send": "\(claim.id)"])
        }
        let settlement = delivery.settlement ?? .unconfirmed(claim, at: surroundings.now(), because: reason)
        do {
            try await door.forReading()?.settle(claim, settlement)
            deliveries[claim.id] = nil
        } catch {
            logger.error(
                "the end of an attempt could not be recorded",
                metadata: [
                    "send": "\(claim.id)", "state": "\(settlement.state.rawValue)", "error": "\(error)",
                ])
        }
    }
}
