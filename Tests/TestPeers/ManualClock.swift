package import Mail
import Synchronization

/// A clock that stands still until a test moves it; sleepers wake when their time comes, in order.
///
/// It has two hands, as a machine has: the time of day, which may also jump, and the uptime, which sleepers
/// wait by.
package final class ManualClock: Sendable {
    private struct Sleeper {
        let id: Int
        let wakesAt: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        /// Milliseconds on the hand that only runs.
        var uptime: Int64
        /// What the time of day is ahead of it.
        var offset: Int64 = 0
        var lastID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    package init(_ start: Timestamp = Timestamp(milliseconds: 1_800_000_000_000)) {
        self.state = Mutex(State(uptime: start.milliseconds))
    }

    /// Seconds on the hand that only runs, which starts with the time of day, so that clocks can be compared.
    package var uptime: Double { Double(state.withLock { $0.uptime }) / 1000 }

    package var now: Timestamp { Timestamp(milliseconds: state.withLock { $0.uptime + $0.offset }) }

    /// Sets the time of day forward, or back; nobody wakes by it.
    package func jump(by seconds: Double) { state.withLock { $0.offset += Int64(seconds * 1000) } }

    /// Waits until the clock was moved that far; throws when the task is cancelled.
    package func sleep(_ duration: Duration) async throws {
        let milliseconds =
            duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.sleepers.append(
                        Sleeper(
                            id: id, wakesAt: state.uptime + max(milliseconds, 1), continuation: continuation)
                    )
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state -> Sleeper? in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Lets time pass on both hands and wakes those whose time has come.
    package func advance(by seconds: Double) {
        let due = state.withLock { state in
            state.uptime += Int64(seconds * 1000)
            let now = state.uptime
            let due = state.sleepers.filter { $0.wakesAt <= now }.sorted { $0.wakesAt < $1.wakesAt }
            state.sleepers.removeAll { $0.wakesAt <= now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Moves by itself, a step a millisecond, for as long as somebody sleeps; until the task is cancelled.
    package func moving(by seconds: Double) -> Task<Void, Never> {
        Task {
            while !Task.isCancelled {
                if sleepers > 0 { advance(by: seconds) }
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    /// How many sleep now.
    package var sleepers: Int { state.withLock { $0.sleepers.count } }
}
