import Synchronization

/// A clock on which nobody's time is ever up, until the test says so.
final class StoppedClock: Clock, Sendable {
    private struct State {
        var count = 0
        var sleepers: [Int: CheckedContinuation<Void, any Error>] = [:]
        var cancelled: Set<Int> = []
    }

    /// How long each sleeper wants to sleep, as it lies down.
    let lyingDown: AsyncStream<Swift.Duration>
    private let lies: AsyncStream<Swift.Duration>.Continuation
    private let state = Mutex(State())
    let now = ContinuousClock.now
    let minimumResolution = Swift.Duration.zero

    init() {
        (lyingDown, lies) = AsyncStream.makeStream()
    }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Swift.Duration?) async throws {
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.sleepers[id] = continuation
                    return false
                }
                lies.yield(now.duration(to: deadline))
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.resume(throwing: CancellationError())
        }
    }

    func nextSleeper() async -> Swift.Duration? {
        for await duration in lyingDown { return duration }
        return nil
    }

    func wakeAll() {
        let sleepers = state.withLock { state in
            defer { state.sleepers = [:] }
            return state.sleepers
        }
        for sleeper in sleepers.values { sleeper.resume() }
    }
}
