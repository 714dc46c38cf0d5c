import NIOCore
import Synchronization

/// The body of one request, between the event loop that reads it and the task that wants it.
///
/// It is wanted at once or never: what comes before anybody has asked is kept, what comes after nobody did is not.
final class RequestBody: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// Granted by the budget.
        var taken = 0
        var limit: Int?
        var isUnwanted = false
        var end: Result<Void, Face.BodyFault>?
        var reader: CheckedContinuation<Void, Never>?

        /// The first end stands. Gives who waits for it.
        mutating func finish(_ end: Result<Void, Face.BodyFault>) -> CheckedContinuation<Void, Never>? {
            if self.end == nil { self.end = end }
            defer { reader = nil }
            return reader
        }
    }

    private let budget: BodyBudget
    /// As `Content-Length` says it; nil for a body in chunks.
    private let announced: Int?
    private let state = Mutex(State())

    init(announced: Int?, budget: BodyBudget) {
        self.announced = announced
        self.budget = budget
    }

    deinit { budget.giveBack(state.withLock { $0.taken }) }

    /// The whole body, at most `limit` bytes. To be called once.
    func collect(_ limit: Int) async throws(Face.BodyFault) -> [UInt8] {
        if let announced {
            if announced > limit { throw .tooLarge }
            if announced == 0 { return [] }
        }
        let isWhole = state.withLock { state in
            state.limit = limit
            take(max(state.bytes.count, announced ?? 0), &state)
            if state.bytes.count > limit { state.end = .failure(.tooLarge) }
            if let announced, state.end == nil { state.bytes.reserveCapacity(announced) }
            return state.end != nil
        }
        if !isWhole {
            await withCheckedContinuation { reader in
                let isWhole = state.withLock { state in
                    if state.end == nil { state.reader = reader }
                    return state.end != nil
                }
                if isWhole { reader.resume() }
            }
        }
        let (bytes, end) = state.withLock { state in
            defer { state.bytes = [] }
            return (state.bytes, state.end ?? .success(()))
        }
        try end.get()
        return bytes
    }

    /// Nobody asked: what still comes is not kept.
    func settle() {
        state.withLock { state in
            if state.limit != nil { return }
            state.isUnwanted = true
            state.bytes = []
        }
    }

    func append(_ buffer: ByteBuffer) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.isUnwanted || state.end != nil { return nil }
            let count = state.bytes.count + buffer.readableBytes
            if let limit = state.limit {
                if count > limit { return state.finish(.failure(.tooLarge)) }
                if count > state.taken { take(count - state.taken, &state) }
                if state.end != nil { return state.finish(state.end ?? .success(())) }
            }
            state.bytes.append(contentsOf: buffer.readableBytesView)
            return nil
        }
        reader?.resume()
    }

    /// The end of the body, or why there will be none.
    func finish(_ end: Result<Void, Face.BodyFault>) {
        state.withLock { $0.finish(end) }?.resume()
    }

    /// True while somebody waits for the rest.
    var isAwaited: Bool { state.withLock { $0.reader != nil } }

    private func take(_ bytes: Int, _ state: inout State) {
        if budget.take(bytes) { state.taken += bytes } else { state.end = .failure(.tooMuchAtOnce) }
    }
}
