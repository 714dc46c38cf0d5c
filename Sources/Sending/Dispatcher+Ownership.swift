import Logging
import Mail
import Store

/// What makes a process the owner of the sends that it claimed.
struct Ownership {
    let worker: Worker
    /// Dies with the process: others on this machine know at once.
    let lock: OwnerLock
    let renewal: Task<Void, Never>
    /// Uptime of the last sign of life.
    var renewedAt: Double
}

extension Dispatcher {
    /// The worker's id, registered by the first claim, because only then anybody has to know of it.
    func owner(in store: Store) async throws -> String {
        if let owned = ownership {
            if surroundings.uptime() - owned.renewedAt < surroundings.lease.renewal { return owned.worker.id }
            // It was idle, and an idle process does not write: what it claims now would look abandoned.
            if try await renew(owned.worker, store) { return owned.worker.id }
        }
        // Once for all who ask meanwhile: a second worker would let go of the first one's lock.
        let task = registering ?? Task { try await self.register(in: store) }
        registering = task
        defer { registering = nil }
        return try await task.value
    }

    private func register(in store: Store) async throws -> String {
        if let ownership { return ownership.worker.id }
        let beat = surroundings.beat
        let words = (surroundings.random(), surroundings.random())
        let machine = surroundings.machine
        let worker = Worker(
            id: SendID(milliseconds: beat.at.milliseconds, random: words).text, pid: machine.pid,
            host: machine.host, bootID: machine.bootID)
        let lock = try OwnerLock(owner: worker.id, in: store)
        try await store.register(worker, at: beat)
        let renewal = Task { await self.keepRenewing(worker, store) }
        ownership = Ownership(worker: worker, lock: lock, renewal: renewal, renewedAt: beat.uptime)
        return worker.id
    }

    /// False, and nobody's owner any more, when the lease was found to be over.
    private func renew(_ worker: Worker, _ store: Store) async throws -> Bool {
        let beat = surroundings.beat
        guard try await store.renew(worker, at: beat) else {
            loseOwnership(of: worker)
            return false
        }
        ownership?.renewedAt = beat.uptime
        return true
    }

    private func keepRenewing(_ worker: Worker, _ store: Store) async {
        while true {
            do {
                try await surroundings.sleep(.seconds(surroundings.lease.renewal))
                // Nothing to keep: an idle process does not write.
                if deliveries.isEmpty { continue }
                if try await !renew(worker, store) { return }
            } catch is CancellationError {
                return
            } catch {
                logger.error("the lease could not be renewed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// It was stopped for longer than its lease, and another process has its sends now: what is not at the final dot
    /// stops, and the gate would stop it anyhow.
    private func loseOwnership(of worker: Worker) {
        guard ownership?.worker == worker else { return }
        logger.warning("the lease ran out while this process stood still; its sends were taken over")
        ownership?.renewal.cancel()
        ownership = nil
        for delivery in deliveries.values where !delivery.isAtFinalDot { delivery.task.cancel() }
    }

    /// What nobody does otherwise: takes over from the dead, ends what is over, prunes what is old.
    func sweep(_ store: Store, _ beat: Beat) async throws {
        let isFirst = !hasSwept
        hasSwept = true
        if clock.note(beat) {
            logger.warning("the time of day has jumped", metadata: ["now": "\(beat.at.rfc3339)"])
        }
        // Each time: a jump and the way back may both fall between two sweeps.
        for name in accounts.keys { try await repairTimes(of: name, store, beat) }
        if isFirst { try await liftOldPauses(store, beat) }
        let moved = try await store.takeOver(
            from: ownership?.worker.id, bootID: surroundings.machine.bootID, lease: surroundings.lease,
            at: beat)
        for (id, state) in moved {
            logger.warning("taken over from a process that ended", metadata: ["send": "\(id)"])
            noteEnd(id, state)
        }
        if clock.isDoubtful(at: beat) { return }
        for (id, state) in try await store.giveUp(now: beat.at) {
            logger.warning("given up: its time is over", metadata: ["send": "\(id)"])
            noteEnd(id, state)
        }
        try await prune(store, beat)
    }

    /// Counts what ended without an attempt of this process, and tells who waits for it.
    func noteEnd(_ id: SendID, _ state: SendState) {
        if state.status != .queued { ends[state, default: 0] += 1 }
        changes.changed(id)
    }

    /// No schedule and no server asks for a longer wait than this, seconds.
    private static let longestPause = 36_000.0

    private func repairTimes(of name: String, _ store: Store, _ beat: Beat) async throws {
        let limit = beat.at.adding(seconds: Self.longestPause)
        guard try store.isAnyDue(beyond: limit, for: name) else { return }
        let count = try await store.bringForward(beyond: limit, for: name, at: beat.at)
        if count > 0 {
            logger.warning(
                "a clock was wrong: sends that were put off too far are due", metadata: ["sends": "\(count)"])
        }
    }

    /// A new process may have a new password: it tries once, whatever an earlier one was told. Refused again, the
    /// account rests longer than before: processes may come often, and servers lock accounts out.
    private func liftOldPauses(_ store: Store, _ beat: Beat) async throws {
        if isDraining { return }
        for name in accounts.keys {
            guard let pause = try store.latestPause(of: name), pause.failure.isAboutLogin else { continue }
            try await store.endPause(pause, of: name, at: beat.at)
            // So that a login which works makes the next refusal a first one.
            lockedOut.insert(name)
        }
    }

    private func prune(_ store: Store, _ beat: Beat) async throws {
        guard let retention else { return }
        let bound = beat.at.adding(seconds: -retention.seconds)
        guard try store.isAnythingToPrune(before: bound) else { return }
        let pruning = try await store.prune(before: bound)
        logger.info("pruned", metadata: ["sends": "\(pruning.sends)", "octets": "\(pruning.octets)"])
    }
}

extension Failure {
    /// True when a person has to correct how the account logs in.
    var isAboutLogin: Bool { code == .authFailed || code == .oauthRequired }
}
