import Synchronization

/// What is going on for all clients, against how much may. It runs the calls of modern clients, which belong to
/// nothing else.
final class Load: Sendable {
    private struct State {
        var calls = 0
        var bytes = 0
        var listens: [Int: Task<Void, Never>] = [:]
        var lastListen = 0
        var hasEnded = false
    }

    private let limits: HTTPBinding.Limits
    private let state = Mutex(State())

    init(_ limits: HTTPBinding.Limits) {
        self.limits = limits
    }

    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// False when another call would be one too many. Whoever is let in must leave.
    func enter(_ size: Int) -> Bool {
        state.withLock { state in
            // One call may always come, whatever its size.
            if state.calls >= limits.allCalls || (state.calls > 0 && state.bytes + size > limits.allBytes) {
                return false
            }
            state.calls += 1
            state.bytes += size
            return true
        }
    }

    func leave(_ size: Int) {
        state.withLock { state in
            state.calls -= 1
            state.bytes -= size
        }
    }

    /// Runs a call until it ends or its task is cancelled; nil when there is no room for it.
    func run(
        _ call: Call, size: Int, _ body: @escaping @Sendable () async -> Void
    ) -> Task<Void, Never>? {
        if call.kind == .listening { return listen(body) }
        if !enter(size) { return nil }
        return Task {
            await body()
            self.leave(size)
        }
    }

    /// Subscriptions are counted apart: they last, and are ended by `end()`.
    private func listen(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        state.withLock { state in
            if state.hasEnded || state.listens.count >= limits.listens { return nil }
            state.lastListen += 1
            let number = state.lastListen
            let task = Task {
                await body()
                self.state.withLock { $0.listens[number] = nil }
            }
            state.listens[number] = task
            return task
        }
    }

    /// Cancels the subscriptions and lets no new one begin.
    func end() {
        let listens = state.withLock { state in
            state.hasEnded = true
            return Array(state.listens.values)
        }
        for listen in listens { listen.cancel() }
    }
}
