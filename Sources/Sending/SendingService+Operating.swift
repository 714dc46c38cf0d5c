package import Mail
package import Store

extension SendingService {
    /// Stops a send that is not at the final dot yet.
    ///
    /// - Parameter wait: how long to wait for an attempt under way to stop.
    /// - Throws: `not_found`; `not_cancellable` with what it is instead.
    package func cancel(_ id: SendID, wait: Duration) async throws(Failure) -> SendHistory {
        guard let store = try door.forReading() else { throw .notFound(.id(id)) }
        let cancellation: Cancellation
        do {
            cancellation = try await store.cancel(id, at: surroundings.now())
        } catch {
            throw .record(error, "It could not be cancelled")
        }
        switch cancellation {
        case .done, .requested: break
        case .tooLate(let state): throw .notCancellable(id, state)
        case .unknown: throw .notFound(.id(id))
        }
        changes.changed(id)
        if cancellation == .requested { await dispatcher.stop(id) }
        return try await history(.id(id), wait: wait) { $0.status != .queued }
    }

    /// Makes a failed send due again and starts it.
    ///
    /// - Parameter evenIfItMayHaveArrived: also an unconfirmed one, at the risk of a second copy.
    /// - Throws: `not_found`; `invalid_request` when it is not failed, may have arrived, or its mail data is pruned;
    ///   `recipient_not_allowed` for a recipient who may not be written to any more.
    package func retry(_ id: SendID, evenIfItMayHaveArrived: Bool, wait: Duration) async throws(Failure)
        -> SendHistory
    {
        guard let store = try door.forReading() else { throw .notFound(.id(id)) }
        let send = try await history(.id(id), wait: .zero) { _ in true }.send
        try checkLists(for: send)
        let now = surroundings.now()
        let requeueing: Requeueing
        do {
            // Its own account's: this process may have none, or others.
            let schedule =
                accounts.first { $0.record.name == send.accountName }?.schedule
                ?? (send.isSandbox ? .sandbox : .standard)
            let start = max(now, send.scheduledFor ?? now)
            requeueing = try await store.requeue(
                id, evenIfUnconfirmed: evenIfItMayHaveArrived,
                giveUpAt: start.adding(seconds: schedule.giveUpAfter), at: now)
        } catch {
            throw .record(error, "It could not be queued again")
        }
        switch requeueing {
        case .done: break
        case .unknown: throw .notFound(.id(id))
        case .needsConsent: throw .mayHaveArrived(id)
        case .notFailed(let state): throw .notFailed(id, state)
        case .withoutMailData: throw .pruned(id)
        case .suppressed(let address, let suppression): throw .suppressed(address, suppression)
        }
        // Expected before it is started: who waits hears of a refused login at once.
        return try await watching(id, wait: wait, nil) { () throws(Failure) in
            await dispatcher.wake()
            return try await history(.id(id), wait: wait) { $0.isSettled }
        }
    }

    /// Sends what is due until nothing is, and says how it went.
    package func drain() async throws(Failure) -> Drainage {
        let ends: [SendState: Int]
        do { ends = try await dispatcher.drain() } catch {
            throw .record(error, "The queue could not be sent")
        }
        await webhooks?.drain()
        guard let store = try door.forReading() else { return Drainage(ends: ends) }
        do {
            let names = accounts.map(\.record.id)
            return Drainage(
                ends: ends, waiting: try store.waiting(for: names, at: surroundings.now()),
                next: try store.nextDue(for: names).values.min(),
                stranded: try store.stranded(besides: names, accounts.first?.record.kind ?? .smtp))
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// What this process lacks to send that one; nil where it lacks nothing.
    package func stranded(_ id: SendID) throws(Failure) -> StrandedQueue? {
        guard let store = try door.forReading() else { return nil }
        do {
            return try store.stranded(id, besides: accounts.map(\.record.id))
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Deletes the mail data of finished sends that are older than this, and settled deliveries to webhooks; the record
    /// and its events stay.
    package func prune(olderThan age: Duration) async throws(Failure) -> Pruning {
        var all = Pruning()
        guard let store = try door.forReading() else { return all }
        let bound = surroundings.now().adding(seconds: -age.seconds)
        do {
            while true {
                let some = try await store.prune(before: bound)
                if some.sends == 0 { break }
                all.sends += some.sends
                all.octets += some.octets
            }
            while try await store.pruneDeliveries(before: bound) > 0 {}
            return all
        } catch {
            throw .record(error, "The record could not be pruned")
        }
    }

    /// Sends of this process's accounts that are not finished, by state.
    package func waiting() throws(Failure) -> [SendState: Int] {
        guard let store = try door.forReading() else { return [:] }
        do {
            return try store.waiting(for: accounts.map(\.record.id), at: surroundings.now())
        } catch {
            throw .record(error, "The record could not be read")
        }
    }
}

/// What draining the queue came to.
package struct Drainage: Sendable, Hashable {
    /// How many attempts ended in each state.
    package let ends: [SendState: Int]
    /// What is left, by state.
    package var waiting: [SendState: Int] = [:]
    /// When the next of it is due.
    package var next: Timestamp?
    /// What is not this process's to send.
    package var stranded: [StrandedQueue] = []

    package var sent: Int { count(.sent, in: ends) }
    package var failed: Int { count(.failed, in: ends) }
    /// Not finished; what is scheduled for later is not counted.
    package var queued: Int { waiting.filter { $0.key != .scheduled }.values.reduce(0, +) }

    private func count(_ status: SendStatus, in counts: [SendState: Int]) -> Int {
        counts.filter { $0.key.status == status }.values.reduce(0, +)
    }
}
