import MCP
import Synchronization
import Tools

/// Answers about the record that are still true because nothing has been written since: who asks again and again what
/// became of a send is not read to from the disk each time.
final class AnswerCache: Sendable {
    private struct State {
        var version: RecordMark?
        var answers: [String: HTTPReply] = [:]
    }

    private static let limit = 256
    private static let largest = 32_768
    private let state = Mutex(State())

    /// The answer for that key at that version; `make` is asked when there is none.
    ///
    /// - Parameter version: taken before anything was read for the answer, so that what is written meanwhile counts as
    ///   later.
    func answer(
        _ key: String, at version: RecordMark?, _ make: () async throws(Refused) -> HTTPReply
    ) async throws(Refused) -> HTTPReply {
        guard let version else { return try await make() }
        let known = state.withLock { $0.version == version ? $0.answers[key] : nil }
        if let known { return known }
        let reply = try await make()
        if case .whole(_, _, let body) = reply, body.count <= Self.largest {
            state.withLock { state in
                // Of an older version nothing is true any more.
                if state.version != version { state = State(version: version) }
                if state.answers.count >= Self.limit { state.answers.removeAll(keepingCapacity: true) }
                state.answers[key] = reply
            }
        }
        return reply
    }
}
