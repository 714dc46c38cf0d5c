/// Lets a request be worked on for as long as its client is there.
struct Waiting: Sendable {
    let watch: ConnectionWatch
    /// Where the connection's tasks run.
    let executor: (any TaskExecutor)?

    /// For what ends at once.
    static var none: Waiting { Waiting(watch: ConnectionWatch(), executor: nil) }

    func whileThere<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        await watch.whileThere(on: executor, body)
    }
}
