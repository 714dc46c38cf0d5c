import Synchronization

/// The one resource that changes: when the tool made for it says so.
final class Watched: Sendable {
    static let uri = "test://watched-resource"

    private struct State {
        var revision = 1
        var lastWatcher = 0
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    private let state = Mutex(State())

    var text: String { "Watched resource content, revision \(state.withLock { $0.revision })" }

    func touch() {
        let watchers = state.withLock { state in
            state.revision += 1
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.yield() }
    }

    /// One element for each change, as long as somebody reads; changes that nobody has read yet become one.
    func changes() -> AsyncStream<Void> {
        let (stream, watcher) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = watcher
            return state.lastWatcher
        }
        watcher.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.watchers.removeValue(forKey: number) }
        }
        return stream
    }
}
