/// Runs tasks on the engine's own thread, between its socket events.
///
/// A conversation that prefers it needs no change of thread between a reply and the next command: measured with 16
/// connections in lock-step, that is a third of the CPU per message. What runs here must never block. Before the
/// engine has started and after its shutdown the jobs run on the global executor, so that no task is ever stranded.
package final class EngineExecutor: TaskExecutor {
    private let inbox: Inbox

    init(inbox: Inbox) { self.inbox = inbox }

    package func enqueue(_ job: UnownedJob) {
        if !inbox.put(job) { Self.runElsewhere(job) }
    }

    static func runElsewhere(_ job: UnownedJob) { globalConcurrentExecutor.enqueue(job) }
}
