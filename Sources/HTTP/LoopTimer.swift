import NIOCore

/// One timer of a channel handler, on the event loop of its channel.
struct LoopTimer {
    private var task: Scheduled<Void>?

    var isRunning: Bool { task != nil }

    /// Instead of the one that runs. The timer counts as running until it is stopped or started again.
    mutating func start<Owner: AnyObject>(
        _ owner: Owner, _ context: ChannelHandlerContext, in time: Duration,
        _ body: @escaping @Sendable (Owner, ChannelHandlerContext) -> Void
    ) {
        task?.cancel()
        let bound = NIOLoopBound((owner, context), eventLoop: context.eventLoop)
        task = context.eventLoop.scheduleTask(in: TimeAmount(time)) {
            let (owner, context) = bound.value
            body(owner, context)
        }
    }

    mutating func stop() {
        task?.cancel()
        task = nil
    }
}
