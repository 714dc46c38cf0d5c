import Synchronization

/// The messages on their way out on one HTTP reply: what was sent waits here, within a bound, until the client reads.
///
/// A reply begins as neither JSON nor a stream: when its answer is the first thing that there is to say, it can be
/// plain JSON with the right status; when anything comes before, it becomes a stream of events.
final class EventQueue: Sendable {
    /// What a reply turned out to be.
    enum Opening {
        /// Nothing came before the answer; nil when there is none to give.
        case answer(Answer?)
        case stream
        /// The client left before anything was known.
        case gone
    }

    private struct State {
        var waiting: [[UInt8]] = []
        var size = 0
        /// Those of `waiting` that say as much once as many times.
        var once: Set<[UInt8]> = []
        /// Set with the last message.
        var hasEnded = false
        var answer: Answer?
        /// True when so long nothing was said that the client should hear that somebody is there.
        var isSilent = false
        var isClosed = false
        var sleeper: CheckedContinuation<Void, Never>?
        var onClose: (@Sendable () -> Void)?

        var isReady: Bool { !waiting.isEmpty || hasEnded || isSilent || isClosed }
    }

    /// Bytes of notifications that may wait.
    private let limit: Int
    /// False when the client takes no streams: then all but the answer is left out.
    private let streams: Bool
    private let state = Mutex(State())

    init(limit: Int, streams: Bool) {
        self.limit = limit
        self.streams = streams
    }

    /// Called once, when the last message was read or the reader left; at once when that has been.
    func whenClosed(_ body: @escaping @Sendable () -> Void) {
        let isClosed = state.withLock { state in
            if !state.isClosed { state.onClose = body }
            return state.isClosed
        }
        if isClosed { body() }
    }

    // MARK: - The server's side

    /// Takes a message, or leaves it out when it may be left out and the client does not keep up.
    ///
    /// - Returns: false when nobody will read it.
    @discardableResult
    func send(_ notice: Notice) -> Bool {
        wake { state in
            if !streams || state.hasEnded || state.isClosed { return false }
            if state.once.contains(notice.bytes) { return true }
            let size = state.size + notice.bytes.count
            switch notice.urgency {
            case .mayBeDropped: if size > limit { return true }
            // As much again is kept for these, which are few.
            case .mayWait, .must: if size > 2 * limit { return false }
            }
            if notice.urgency == .mayWait { state.once.insert(notice.bytes) }
            state.waiting.append(notice.bytes)
            state.size = size
            return true
        }
    }

    /// Takes the last message, whatever its size; nil for an end without one.
    func finish(_ answer: Answer?) {
        wake { state in
            if state.hasEnded || state.isClosed { return }
            state.hasEnded = true
            state.answer = answer
        }
    }

    /// Lets the client hear that somebody is there, unless there is something better to tell; false after the end.
    func keepAlive() -> Bool {
        wake { state in
            if state.hasEnded || state.isClosed { return false }
            if streams { state.isSilent = true }
            return true
        }
    }

    private func wake<Result: Sendable>(after change: (inout sending State) -> Result) -> Result {
        let (result, sleeper) = state.withLock { state in
            let result = change(&state)
            let sleeper = state.isReady ? state.sleeper : nil
            if sleeper != nil { state.sleeper = nil }
            return (result, sleeper)
        }
        sleeper?.resume()
        return result
    }

    // MARK: - The client's side

    /// Waits until it is known what the reply is. Cancelling the task says that the client is gone.
    func opening() async -> Opening {
        await untilReady()
        return state.withLock { state in
            if state.isClosed { return .gone }
            return state.waiting.isEmpty && state.hasEnded ? .answer(state.answer) : .stream
        }
    }

    /// All events that wait, or a comment after a long silence; nil after the last. Cancelling the task says that the
    /// client is gone.
    func next() async -> [UInt8]? {
        await untilReady()
        let events: [UInt8]? = state.withLock { state in
            if state.isClosed { return nil }
            var events: [UInt8] = []
            for message in state.waiting { Self.append(message, to: &events) }
            state.waiting = []
            state.once = []
            state.size = 0
            if let answer = state.answer { Self.append(answer.bytes, to: &events) }
            state.answer = nil
            if events.isEmpty && state.hasEnded { return nil }
            if events.isEmpty { events = Array(":\n\n".utf8) }
            state.isSilent = false
            return events
        }
        if events == nil { close() }
        return events
    }

    /// Forgets what waits and takes nothing more.
    func close() {
        let onClose = wake { state in
            state.isClosed = true
            state.waiting = []
            state.once = []
            state.size = 0
            state.answer = nil
            let onClose = state.onClose
            state.onClose = nil
            return onClose
        }
        onClose?()
    }

    /// The body of a stream; to let go of it closes the queue.
    var stream: AsyncStream<[UInt8]> {
        let reading = Reading(self)
        return AsyncStream {
            await reading.queue.next()
        } onCancel: {
            reading.queue.close()
        }
    }

    private func untilReady() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.isReady { state.sleeper = continuation }
                    return state.isReady
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            close()
        }
    }

    /// One event of WHATWG HTML §9.2. A message is one line, so one `data` holds it.
    static func append(_ message: [UInt8], to events: inout [UInt8]) {
        events.append(contentsOf: "event: message\ndata: ".utf8)
        events.append(contentsOf: message)
        events.append(contentsOf: "\n\n".utf8)
    }
}

/// What a reader holds; when nobody does any more, nobody reads.
private final class Reading: Sendable {
    let queue: EventQueue
    init(_ queue: EventQueue) { self.queue = queue }
    deinit { queue.close() }
}
