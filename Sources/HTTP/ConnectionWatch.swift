import Synchronization

/// Whether a client is still there, for who works on its request.
final class ConnectionWatch: Sendable {
    private struct State {
        var isGone = false
        var task: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// The client went away, or the process ends: what is done for it is cancelled.
    func leave() {
        let cancel = state.withLock { state in
            state.isGone = true
            return state.task
        }
        cancel?()
    }

    /// Runs the body in a task of its own, which is cancelled when the client goes away or this task is cancelled.
    func whileThere<Value: Sendable>(
        on executor: (any TaskExecutor)?, _ body: @escaping @Sendable () async -> Value
    ) async -> Value {
        let task = Task(executorPreference: executor) { await body() }
        let isGone = state.withLock { state in
            state.task = { task.cancel() }
            return state.isGone
        }
        if isGone { task.cancel() }
        return await withTaskCancellationHandler {
            let value = await task.value
            state.withLock { $0.task = nil }
            return value
        } onCancel: {
            task.cancel()
        }
    }

    /// Hands on what a stream brings until it ends, the client goes away, or `write` says that it cannot. Nothing more
    /// is taken from the stream before the client has taken what came.
    func follow(_ stream: AsyncStream<[UInt8]>, _ write: ([UInt8]) async -> Bool) async {
        let (pieces, output) = AsyncStream.makeStream(of: [UInt8].self)
        let (taken, credit) = AsyncStream.makeStream(of: Void.self)
        let pump = Task {
            var isTaken = taken.makeAsyncIterator()
            for await bytes in stream {
                output.yield(bytes)
                if await isTaken.next() == nil { break }
            }
            output.finish()
        }
        let isGone = state.withLock { state in
            state.task = {
                pump.cancel()
                output.finish()
            }
            return state.isGone
        }
        if isGone { pump.cancel() }
        for await bytes in pieces {
            if await !write(bytes) { break }
            credit.yield()
        }
        pump.cancel()
        state.withLock { $0.task = nil }
    }
}
