package import Logging
package import Mail
package import Store
import Synchronization

/// The three operations over one record: send, track, list.
package struct SendingService: Sendable {
    package let accounts: [Account]
    private let composition: Composition
    private let door: StoreDoor
    private let dispatcher: Dispatcher
    private let changes: Changes
    private let hasBegun = Begun()
    private let surroundings: Surroundings

    /// - Parameter withoutAccount: what a send fails with when there is no account.
    package init(
        accounts: [Account], withoutAccount: Failure = .noAccountConfigured, door: StoreDoor,
        roots: AttachmentRoots, limits: Limits = Limits(),
        surroundings: Surroundings, logger: Logger
    ) {
        let changes = Changes()
        self.accounts = accounts
        self.composition = Composition(
            accounts: accounts, withoutAccount: withoutAccount, roots: roots, limits: limits,
            surroundings: surroundings)
        self.door = door
        self.dispatcher = Dispatcher(
            accounts: accounts, door: door, changes: changes, surroundings: surroundings, logger: logger)
        self.changes = changes
        self.surroundings = surroundings
    }

    /// Records the message, starts to send it, and answers when it is known what became of it or the wait is over.
    ///
    /// Nobody holds an id before the row is on the disk: a failure thrown here means that nothing was recorded or sent.
    package func send(_ request: SendRequest, wait: Duration) async throws(Failure) -> SendHistory {
        let new = try composition.newSend(from: request)
        let store = try door.forWriting()
        do {
            try await store.insert(new)
        } catch {
            throw .record(error, "The message could not be recorded, so nothing was sent")
        }
        await dispatcher.wake()
        do {
            return try await history(.id(new.id), wait: wait) {
                $0.status != .queued || $0.state == .deferred
            }
        } catch {
            // It is on record and will be sent: a failure now would make the caller send it again.
            return SendHistory(recorded: new)
        }
    }

    /// Composes the message and says what would be sent; records nothing, sends nothing.
    package func preview(_ request: SendRequest) throws(Failure) -> NewSend {
        try composition.newSend(from: request)
    }

    /// What became of a send; with a wait, as soon as it is final or changes.
    package func track(_ key: TrackKey, wait: Duration) async throws(Failure) -> SendHistory {
        begin()
        let first = try await history(key, wait: .zero) { _ in true }
        if wait == .zero || first.send.status != .queued { return first }
        return try await history(.id(first.send.id), wait: wait) { send in
            send.status != .queued || send.state != first.send.state || send.attempts != first.send.attempts
        }
    }

    /// A page of sends, newest first, and where the next one begins.
    package func list(
        _ filter: SendFilter, limit: Int, after position: ListPosition?
    ) async throws(Failure) -> (sends: [SendRecord], next: ListPosition?) {
        begin()
        guard let store = try door.forReading() else { return ([], nil) }
        do {
            var sends = try await store.sends(matching: filter, limit: limit + 1, after: position)
            let more = sends.count > limit
            if more { sends.removeLast() }
            let next = more ? sends.last.map { ListPosition(createdAt: $0.createdAt, id: $0.id) } : nil
            return (sends, next)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Ends in order: nothing new is begun, what is under way is given the time, the rest is left for the next process.
    package func finish(within time: Duration) async {
        await dispatcher.finish(within: time)
        door.close()
    }

    /// Looks for what an earlier process left behind, once in this process's life, and not on the caller's time.
    private func begin() {
        if hasBegun.flag.exchange(true, ordering: .relaxed) { return }
        Task { await dispatcher.wake() }
    }

    private final class Begun: Sendable {
        let flag = Atomic(false)
    }

    private func history(
        _ key: TrackKey, wait: Duration, until isEnough: @escaping @Sendable (SendRecord) -> Bool
    ) async throws(Failure) -> SendHistory {
        guard let store = try door.forReading() else { throw .notFound(key) }
        do {
            guard let first = try await store.history(of: key) else { throw Failure.notFound(key) }
            if wait == .zero || isEnough(first.send) { return first }
            return try await watched(first, in: store, for: wait, until: isEnough)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Reads again at each change by this process, and four times a second for what another process writes.
    private func watched(
        _ first: SendHistory, in store: Store, for wait: Duration,
        until isEnough: @escaping @Sendable (SendRecord) -> Bool
    ) async throws -> SendHistory {
        let id = first.send.id
        let deadline = surroundings.uptime() + wait.seconds
        let signals = await changes.changes(of: id)
        let sleep = surroundings.sleep
        let ticks = Task { [changes] in
            while !Task.isCancelled {
                try await sleep(.milliseconds(250))
                await changes.changed(id)
            }
        }
        defer { ticks.cancel() }
        var changed = signals.makeAsyncIterator()
        while true {
            // Read after the signal was asked for: a change in between is seen here or signalled.
            let latest = try await store.history(of: .id(id)) ?? first
            let isOver = surroundings.uptime() >= deadline || Task.isCancelled
            if isOver || isEnough(latest.send) { return latest }
            if await changed.next() == nil { return latest }
        }
    }
}

/// The name that a caller knows a send by.
package enum TrackKey: Sendable, Hashable {
    case id(SendID)
    case messageID(MessageID)
}

extension Store {
    func history(of key: TrackKey) async throws -> SendHistory? {
        switch key {
        case .id(let id): try await history(of: id)
        case .messageID(let messageID): try await history(of: messageID)
        }
    }
}

extension Failure {
    static func notFound(_ key: TrackKey) -> Failure {
        switch key {
        case .id(let id):
            Failure(
                .notFound, "There is no send with the id \(id).",
                hint: "Use the id that send_email returned, or find it with list_sends.", field: "id")
        case .messageID(let messageID):
            Failure(
                .notFound, "There is no send with the Message-ID \(messageID).",
                hint: "Use the message_id that send_email returned, or find it with list_sends.",
                field: "message_id")
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
