import Curl
import Synchronization

/// Hands out a server's few connections: an idle session if there is one, else leave to open another, else a place
/// in the queue, first come, first served.
///
/// It learns how many the server takes: `enterAgain` lowers the limit to what is in use, 20 accepted transactions
/// raise it by one, up to where it began. A lock and not an actor: a message that need not queue changes no thread.
final class ConnectionPool: Sendable {
    private let most: Int
    private let idleKeep: Duration
    private let state: Mutex<State>

    static let quit = Array("QUIT\r\n".utf8)

    init(limit: Int, idleKeep: Duration) {
        most = max(1, limit)
        self.idleKeep = idleKeep
        state = Mutex(State(limit: most))
    }

    /// What `enter` gives; every one but `.gone` is paid back with one `leave` or `enterAgain`.
    enum Place: Sendable {
        case idle(OpenSession)
        case vacant
        /// Cancelled while queueing, or the pool is closed.
        case gone
    }

    func enter() async -> Place { await enter(asFirst: false) }

    /// Gives a place back because the server takes no further connection, and waits for another one before all who
    /// queue; nil, and the place is kept, when there is no other.
    func enterAgain() async -> Place? {
        let isServed = state.withLock { state in
            let others = state.busy - 1 + state.idle.count
            state.limit = max(1, min(state.limit - 1, others))
            state.acceptedSince = 0
            if others == 0 { return false }
            state.busy -= 1
            return true
        }
        return isServed ? await enter(asFirst: true) : nil
    }

    private func enter(asFirst: Bool) async -> Place {
        if !state.withLock({ $0.admit() }) {
            let ticket = state.withLock { $0.nextTicket() }
            let isAdmitted = await withTaskCancellationHandler {
                await withCheckedContinuation { (waiter: Admission) in
                    let answer = state.withLock { state -> Bool? in
                        if Task.isCancelled || state.isClosed { return false }
                        if state.admit() { return true }
                        state.queue.insert((ticket, waiter), at: asFirst ? 0 : state.queue.endIndex)
                        return nil
                    }
                    if let answer { waiter.resume(returning: answer) }
                }
            } onCancel: {
                state.withLock { $0.giveUp(ticket) }?.resume(returning: false)
            }
            if !isAdmitted { return .gone }
        }
        let (session, late) = state.withLock { $0.takeIdle(.now) }
        for session in late { await session.connection.close(farewell: Self.quit) }
        return session.map { .idle($0) } ?? .vacant
    }

    /// - Parameter isAccepted: whether the server took a message in this place.
    func leave(keeping session: OpenSession?, isAccepted: Bool) async {
        let (admitted, discarded) = state.withLock { state -> ([Admission], OpenSession?) in
            if isAccepted { state.noteAccepted(most) }
            state.busy -= 1
            let isKept = !state.isClosed && idleKeep > .zero
            if isKept, let session {
                state.idle.append(.init(session: session, until: .now + idleKeep))
                if state.sweeper == nil { state.sweeper = Task { await sweep() } }
            }
            return (state.admitQueued(), isKept ? nil : session)
        }
        for waiter in admitted { waiter.resume(returning: true) }
        await discarded?.connection.close(farewell: Self.quit)
    }

    /// Closes what is idle, refuses what queues, and keeps nothing more.
    func close() async {
        let (refused, sessions) = state.withLock { state in
            state.isClosed = true
            state.sweeper?.cancel()
            defer { (state.queue, state.idle) = ([], []) }
            return (state.queue.map(\.waiter), state.idle.map(\.session))
        }
        for waiter in refused { waiter.resume(returning: false) }
        for session in sessions { await session.connection.close(farewell: Self.quit) }
    }

    /// Runs while anything is idle; says goodbye to what nobody took in time.
    private func sweep() async {
        while let first = state.withLock({ $0.firstEnd() }) {
            try? await Task.sleep(until: first, clock: .continuous)
            if Task.isCancelled { return }
            for session in state.withLock({ $0.takeLate(.now) }) {
                await session.connection.close(farewell: Self.quit)
            }
        }
    }
}

extension ConnectionPool {
    /// Resumed with true when admitted: `busy` counts its place then.
    fileprivate typealias Admission = CheckedContinuation<Bool, Never>

    private struct State {
        struct Idle {
            let session: OpenSession
            let until: ContinuousClock.Instant
        }

        var limit: Int
        var busy = 0
        var idle: [Idle] = []
        var queue: [(ticket: UInt64, waiter: Admission)] = []
        /// Since the limit was last changed.
        var acceptedSince = 0
        var isClosed = false
        var sweeper: Task<Void, Never>?
        private var lastTicket: UInt64 = 0

        init(limit: Int) { self.limit = limit }

        mutating func nextTicket() -> UInt64 {
            lastTicket += 1
            return lastTicket
        }

        mutating func admit() -> Bool {
            if isClosed || busy >= limit { return false }
            busy += 1
            return true
        }

        mutating func admitQueued() -> [Admission] {
            var admitted: [Admission] = []
            while let next = queue.first, admit() {
                admitted.append(next.waiter)
                queue.removeFirst()
            }
            return admitted
        }

        mutating func giveUp(_ ticket: UInt64) -> Admission? {
            queue.firstIndex { $0.ticket == ticket }.map { queue.remove(at: $0).waiter }
        }

        mutating func noteAccepted(_ most: Int) {
            if limit >= most { return }
            acceptedSince += 1
            if acceptedSince < 20 { return }
            acceptedSince = 0
            limit += 1
        }

        /// The one used last, and those that were idle for too long.
        mutating func takeIdle(_ now: ContinuousClock.Instant) -> (OpenSession?, late: [OpenSession]) {
            guard let last = idle.popLast() else { return (nil, []) }
            if last.until > now { return (last.session, []) }
            defer { idle = [] }
            return (nil, (idle + [last]).map(\.session))
        }

        mutating func takeLate(_ now: ContinuousClock.Instant) -> [OpenSession] {
            let late = idle.filter { $0.until <= now }
            if !late.isEmpty { idle.removeAll { $0.until <= now } }
            return late.map(\.session)
        }

        /// When the first idle one is late; without any the sweeper ends.
        mutating func firstEnd() -> ContinuousClock.Instant? {
            if idle.isEmpty { sweeper = nil }
            return idle.first?.until
        }
    }
}
