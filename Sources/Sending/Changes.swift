import Mail
import Store
import Synchronization

/// Tells those who wait for a send that something about it was written by this process.
///
/// A lock and not an actor: every delivery asks it three times, and nothing in it takes long.
final class Changes: Sendable {
    private struct State {
        var waiting: [SendID: [Int: AsyncStream<Void>.Continuation]] = [:]
        var expected: [SendID: Int] = [:]
        var listeners: [SendID: [Progress]] = [:]
        var last = 0
    }

    private let state = Mutex(State())
    /// Hears of every change, whoever waits for it; must not block.
    private let heard: @Sendable () -> Void

    init(heard: @escaping @Sendable () -> Void = {}) { self.heard = heard }

    /// Somebody waits for what becomes of it, until as many calls of `noLongerExpected`.
    ///
    /// - Parameter progress: hears how its attempts go on, as long as anybody waits for it; must not block.
    func expect(_ id: SendID, _ progress: Progress? = nil) {
        state.withLock { state in
            state.expected[id, default: 0] += 1
            if let progress { state.listeners[id, default: []].append(progress) }
        }
    }

    func noLongerExpected(_ id: SendID) {
        state.withLock { state in
            state.expected[id, default: 1] -= 1
            if state.expected[id] != 0 { return }
            state.expected[id] = nil
            state.listeners[id] = nil
        }
    }

    /// Those who want to hear of an attempt's moments; nearly always nobody.
    func listeners(to id: SendID) -> [Progress] { state.withLock { $0.listeners[id] ?? [] } }

    func isExpected(_ id: SendID) -> Bool { state.withLock { $0.expected[id] != nil } }

    /// A signal for each change from now on; several that come together count as one.
    func changes(of id: SendID) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let ticket = state.withLock { state in
            state.last += 1
            state.waiting[id, default: [:]][state.last] = continuation
            return state.last
        }
        continuation.onTermination = { [weak self] _ in self?.forget(ticket, of: id) }
        return stream
    }

    func changed(_ id: SendID) {
        heard()
        // Outside of the lock: a signal may end a stream, which takes the lock.
        let waiting = state.withLock { $0.waiting[id] }
        for continuation in (waiting ?? [:]).values { continuation.yield() }
    }

    private func forget(_ ticket: Int, of id: SendID) {
        state.withLock { state in
            _ = state.waiting[id]?.removeValue(forKey: ticket)
            if state.waiting[id]?.isEmpty == true { state.waiting[id] = nil }
        }
    }
}
