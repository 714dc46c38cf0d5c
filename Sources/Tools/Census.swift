import Mail
import Sending
import Store
import Synchronization

/// The last count of the record. Counting reads every row, so it is not repeated before twenty times as long has passed
/// as it took: who asks for the metrics too often gets the same numbers again.
final class Census: Sendable {
    private struct State {
        var last: Statistics?
        var until = -Double.infinity
    }

    private let state = Mutex(State())

    func statistics(_ service: SendingService) async throws(Failure) -> Statistics? {
        let start = service.uptime
        let known = state.withLock { start < $0.until ? $0.last : nil }
        if let known { return known }
        let statistics = try await service.statistics()
        let end = service.uptime
        state.withLock { state in
            state.last = statistics
            state.until = end + 20 * (end - start)
        }
        return statistics
    }
}
