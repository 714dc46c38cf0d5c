import JSON
import Synchronization

/// A legacy client's conversation over HTTP: it lasts from one POST to the next, with its calls and streams.
final class LegacySession: Sendable {
    static let field = "Mcp-Session-Id"

    private struct State {
        var session: Session
        var calls: [Int: Task<Void, Never>] = [:]
        /// Subscriptions, which last until they are stopped and keep no session alive.
        var watches: [Int: Task<Void, Never>] = [:]
        /// Opened by GET, the newest last.
        var streams: [EventQueue] = []
        /// What came while there was no stream, each once.
        var waiting: [Notice] = []
        var lastUse: Duration
        var hasEnded = false
    }

    let id: String
    let principal: String
    private let limits: HTTPBinding.Limits
    /// Time since some moment.
    private let now: @Sendable () -> Duration
    private let state: Mutex<State>

    init(
        _ id: String, of principal: String, _ session: Session, limits: HTTPBinding.Limits,
        now: @escaping @Sendable () -> Duration
    ) {
        self.id = id
        self.principal = principal
        self.limits = limits
        self.now = now
        state = Mutex(State(session: session, lastUse: now()))
    }

    /// The moment of its last use; nil while a call runs or a stream is open.
    var idleSince: Duration? {
        state.withLock { $0.calls.isEmpty && $0.streams.isEmpty ? $0.lastUse : nil }
    }

    func touch() { state.withLock { $0.lastUse = now() } }

    func receive(_ json: JSON) -> Reaction { state.withLock { $0.session.receive(json) } }

    // MARK: - Calls

    /// Runs a call to its end, which comes even when the client that waited for it has left: in the legacy revisions
    /// disconnecting is no cancelling. `done` gets the answer, or nil when that is no longer wanted.
    ///
    /// - Returns: false, and nothing runs, when too many calls run already.
    func run(_ call: Call, send: @escaping Notice.Carrier, done: @escaping @Sendable (Answer?) -> Void)
        -> Bool
    {
        state.withLock { state in
            if state.hasEnded || state.calls.count >= limits.calls {
                _ = state.session.settle(call)
                return false
            }
            state.calls[call.serial] = Task {
                let answer = await call.run { self.wants($0, of: call) && send($0) }
                done(self.finish(call) ? answer : nil)
            }
            return true
        }
    }

    /// Ends a call that is not to be run.
    func forget(_ call: Call) { state.withLock { _ = $0.session.settle(call) } }

    /// Runs a subscription, whose notices belong to no call.
    func watch(_ call: Call) {
        state.withLock { state in
            if state.hasEnded { return }
            state.watches[call.serial] = Task {
                _ = await call.run { notice in
                    if self.wants(notice, of: call) { self.send(notice) }
                    return true
                }
                self.stopWatching(call.serial)
            }
        }
    }

    func stopWatching(_ serial: Int) {
        state.withLock { $0.watches.removeValue(forKey: serial) }?.cancel()
    }

    func cancel(_ serial: Int) { state.withLock { $0.calls[serial] }?.cancel() }

    private func wants(_ notice: Notice, of call: Call) -> Bool {
        state.withLock { $0.session.wants(notice, of: call) }
    }

    private func finish(_ call: Call) -> Bool {
        state.withLock { state in
            state.calls[call.serial] = nil
            state.lastUse = now()
            return state.session.settle(call)
        }
    }

    // MARK: - Streams

    /// Takes a stream for what belongs to no call. Messages go to the newest one alone, so a client whose connection broke
    /// unnoticed hears again.
    func open(_ stream: EventQueue) {
        let (surplus, waiting) = state.withLock { state -> ([EventQueue], [Notice]) in
            if state.hasEnded { return ([stream], []) }
            state.streams.append(stream)
            let surplus = Array(state.streams.dropLast(limits.streams))
            state.streams.removeFirst(surplus.count)
            let waiting = state.waiting
            state.waiting = []
            return (surplus, waiting)
        }
        for notice in waiting { stream.send(notice) }
        for stream in surplus { stream.finish(nil) }
    }

    func close(_ stream: EventQueue) {
        state.withLock { state in
            state.streams.removeAll { $0 === stream }
            state.lastUse = now()
        }
    }

    /// Sends something that belongs to no call; it waits for a stream when there is none.
    func send(_ notice: Notice) {
        let stream = state.withLock { state in
            if state.streams.isEmpty, !state.hasEnded, notice.urgency != .mayBeDropped,
                state.waiting.count < 64, !state.waiting.contains(where: { $0.bytes == notice.bytes })
            {
                state.waiting.append(notice)
            }
            return state.streams.last
        }
        stream?.send(notice)
    }

    // MARK: - The end

    /// Cancels the calls and ends the streams; nothing begins any more.
    func end() {
        let (tasks, streams) = state.withLock { state in
            state.hasEnded = true
            state.session.stopAsking()
            state.waiting = []
            let streams = state.streams
            state.streams = []
            return (Array(state.calls.values) + Array(state.watches.values), streams)
        }
        for task in tasks { task.cancel() }
        for stream in streams { stream.finish(nil) }
    }
}
