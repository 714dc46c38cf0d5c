package import Mail
package import Store

/// The name that a caller knows a send by.
package enum TrackKey: Sendable, Hashable {
    case id(SendID)
    case messageID(MessageID)
    case idempotencyKey(String)
}

extension SendingService {
    func history(
        _ key: TrackKey, wait: Duration, until isEnough: @escaping @Sendable (SendRecord) -> Bool
    ) async throws(Failure) -> SendHistory {
        guard let store = try door.forReading() else { throw .notFound(key) }
        do {
            guard let first = try await find(key, in: store) else { throw Failure.notFound(key) }
            if wait == .zero || isEnough(first.send) { return first }
            return try await watched(first, in: store, for: wait, until: isEnough)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// A key means the send that this process's kind of account made with it, before one of the other kind.
    private func find(_ key: TrackKey, in store: Store) async throws -> SendHistory? {
        switch key {
        case .id(let id): return try await store.history(of: id)
        case .messageID(let messageID): return try await store.history(of: messageID)
        case .idempotencyKey(let key):
            let isSandbox = accounts.first?.record.kind == .sandbox
            if let own = try await store.history(of: key, isSandbox: isSandbox) { return own }
            return try await store.history(of: key, isSandbox: !isSandbox)
        }
    }

    /// Reads again at each change by this process, and four times a second for what another process writes.
    private func watched(
        _ first: SendHistory, in store: Store, for wait: Duration,
        until isEnough: @escaping @Sendable (SendRecord) -> Bool
    ) async throws -> SendHistory {
        let id = first.send.id
        let deadline = surroundings.uptime() + wait.seconds
        let signals = changes.changes(of: id)
        let sleep = surroundings.sleep
        let ticks = Task { [changes] in
            while !Task.isCancelled {
                try await sleep(.milliseconds(250))
                changes.changed(id)
            }
        }
        defer { ticks.cancel() }
        var changed = signals.makeAsyncIterator()
        while true {
            // Read after the signal was asked for: a change in between is seen here or signalled.
            let latest = try await store.history(of: id) ?? first
            let isOver = surroundings.uptime() >= deadline || Task.isCancelled
            if isOver || isEnough(latest.send) { return latest }
            if await changed.next() == nil { return latest }
        }
    }
}

extension Duration {
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
