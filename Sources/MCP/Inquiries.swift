import JSON
import Synchronization

/// The questions that a legacy client has been asked and has not answered yet. Ours are the ids, theirs the answers.
final class Inquiries: Sendable {
    private enum Ending {
        /// Nil for an error.
        case answered(JSON?)
        /// Nobody waits any more.
        case withdrawn
        /// It was never sent, because nobody could wait for it.
        case unasked
    }

    private struct State {
        var waiting: [String: CheckedContinuation<Ending, Never>] = [:]
        var count = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// True while an answer is waited for.
    var areOpen: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// Asks, and waits for the answer; nil when there is none in time, when it is an error, and when this task is
    /// cancelled.
    func ask(
        _ method: String, _ params: JSON.Object, within limit: Duration, clock: any Clock<Duration>,
        notify: @escaping Notice.Carrier
    ) async -> JSON? {
        let id = state.withLock { state in
            state.count += 1
            return "ask-\(state.count)"
        }
        var request: JSON.Object = ["jsonrpc": "2.0", "id": .string(id), "method": .string(method)]
        if !params.isEmpty { request["params"] = .object(params) }
        let bytes = request.bytes
        let ending = await withTaskGroup(of: Ending.self) { group in
            group.addTask { await self.wait(id) { notify(Notice(bytes: bytes, urgency: .must)) } }
            group.addTask {
                try? await clock.sleep(for: limit)
                return .withdrawn
            }
            var endings: [Ending] = []
            for await ending in group {
                endings.append(ending)
                group.cancelAll()
            }
            return endings.first { if case .withdrawn = $0 { false } else { true } } ?? .withdrawn
        }
        switch ending {
        case .answered(let result): return result
        case .unasked: return nil
        case .withdrawn:
            _ = notify(
                Notice(
                    "notifications/cancelled",
                    ["requestId": .string(id), "reason": "No answer is needed any more."],
                    .must, outlivesCall: true))
            return nil
        }
    }

    /// Takes a response of the client; one that nobody waits for is ignored.
    func answer(_ id: RequestID?, with result: JSON?) {
        if let id = id?.json.string { end(id, .answered(result)) }
    }

    /// Withdraws every question, and all to come.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: .withdrawn) }
    }

    private func wait(_ id: String, begin: @escaping @Sendable () -> Bool) async -> Ending {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return false }
                    state.waiting[id] = continuation
                    return true
                }
                if !isOpen {
                    continuation.resume(returning: .unasked)
                } else if !begin() {
                    end(id, .unasked)
                }
            }
        } onCancel: {
            end(id, .withdrawn)
        }
    }

    private func end(_ id: String, _ ending: Ending) {
        state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: ending)
    }
}
