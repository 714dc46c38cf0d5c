import Curl

/// Hands out a server's few connections: an idle session if there is one, else leave to open another, else a place
/// in the queue, first come, first served.
actor ConnectionPool {
    private struct Idle {
        let session: OpenSession
        let until: ContinuousClock.Instant
    }

    private let limit: Int
    private let idleKeep: Duration
    private var idle: [Idle] = []
    private var busy = 0
    private var isClosed = false
    private var queue: [(ticket: UInt64, waiter: CheckedContinuation<Bool, Never>)] = []
    private var lastTicket: UInt64 = 0
    private var sweeper: Task<Void, Never>?

    init(limit: Int, idleKeep: Duration) {
        self.limit = max(1, limit)
        self.idleKeep = idleKeep
    }

    /// What `enter` gives; every one but `.gone` is paid back with one `leave`.
    enum Place: Sendable {
        case idle(OpenSession)
        case vacant
        /// Cancelled while queueing, or the pool is closed.
        case gone
    }

    func enter() async -> Place {
        if busy >= limit {
            lastTicket += 1
            let ticket = lastTicket
            let admitted = await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    if Task.isCancelled || isClosed { return waiter.resume(returning: false) }
                    queue.append((ticket, waiter))
                }
            } onCancel: {
                Task { await self.giveUp(ticket) }
            }
            // The one who left has passed its place on: `busy` already counts it.
            if !admitted { return .gone }
        } else {
            if isClosed { return .gone }
            busy += 1
        }
        let now = ContinuousClock.now
        while let last = idle.popLast() {
            if last.until > now { return .idle(last.session) }
            await last.session.connection.close(farewell: Self.quit)
        }
        return .vacant
    }

    func leave(keeping session: OpenSession?) async {
        if let next = queue.first {
            queue.removeFirst()
            if let session { idle.append(Idle(session: session, until: .now + idleKeep)) }
            next.waiter.resume(returning: true)
            return
        }
        busy -= 1
        guard let session else { return }
        if isClosed || idleKeep <= .zero {
            await session.connection.close(farewell: Self.quit)
        } else {
            idle.append(Idle(session: session, until: .now + idleKeep))
            if sweeper == nil { sweeper = Task { await sweep() } }
        }
    }

    /// Closes what is idle, refuses what queues, and keeps nothing more.
    func close() async {
        isClosed = true
        sweeper?.cancel()
        for entry in queue { entry.waiter.resume(returning: false) }
        queue = []
        let sessions = idle
        idle = []
        for entry in sessions { await entry.session.connection.close(farewell: Self.quit) }
    }

    private func giveUp(_ ticket: UInt64) {
        guard let index = queue.firstIndex(where: { $0.ticket == ticket }) else { return }
        queue.remove(at: index).waiter.resume(returning: false)
    }

    /// Runs while anything is idle; says goodbye to what nobody took in time.
    private func sweep() async {
        while let first = idle.map(\.until).min() {
            try? await Task.sleep(until: first, clock: .continuous)
            if Task.isCancelled { break }
            let now = ContinuousClock.now
            let late = idle.filter { $0.until <= now }
            idle.removeAll { $0.until <= now }
            for entry in late { await entry.session.connection.close(farewell: Self.quit) }
        }
        sweeper = nil
    }

    static let quit = Array("QUIT\r\n".utf8)
}
