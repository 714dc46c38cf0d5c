import Synchronization

/// Changes of resources that a test makes happen.
final class Bell: Sendable {
    private let listeners = Mutex<[(uri: String, continuation: AsyncStream<Void>.Continuation)]>([])
    /// The URI of each listener as it comes, and again, with a minus before it, as it goes.
    let visits: AsyncStream<String>
    private let visit: AsyncStream<String>.Continuation

    init() {
        (visits, visit) = AsyncStream.makeStream()
    }

    /// Nil for what is no note.
    @Sendable func changes(_ uri: String) -> AsyncStream<Void>? {
        if !uri.hasPrefix("note://") { return nil }
        return AsyncStream { continuation in
            continuation.onTermination = { [visit] _ in visit.yield("-" + uri) }
            listeners.withLock { $0.append((uri, continuation)) }
            visit.yield(uri)
        }
    }

    func ring(_ uri: String) {
        for listener in listeners.withLock({ $0 }) where listener.uri == uri { listener.continuation.yield() }
    }

    func nextVisit() async -> String? {
        for await uri in visits { return uri }
        return nil
    }
}
