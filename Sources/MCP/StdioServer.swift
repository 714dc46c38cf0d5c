import Glibc

/// MCP over a pair of descriptors, one message a line: how an agent host talks to the program that it started.
///
/// One thread owns the wire: it waits in poll(2), reads, answers what needs no waiting and writes. Only tool calls
/// become tasks. So a `ping` costs no change of thread, and no reader of the client can hold up the tasks' threads.
package struct StdioServer: Sendable {
    /// Bounds of memory and time.
    package struct Limits: Sendable {
        /// Bytes of one line. A tool's arguments may hold 25 MiB of attachments, in base64, in JSON.
        package var line = 48 << 20
        /// Bytes that may wait for a client that does not read before its requests wait too.
        package var unread = 1 << 20
        /// Calls that may run at once; further ones wait, while everything else is answered.
        package var calls = 64
        /// Calls that may wait before nothing more is read.
        package var waitingCalls = 64
        /// Bytes of waiting calls before nothing more is read; what waits is at most this and one line.
        package var waitingBytes = 16 << 20
        /// From the end of the input to the cancelling of what still runs. Python clients kill after 2 s.
        package var drain = Duration.milliseconds(1400)
        /// From there to the end, for cancelled calls to say what became of them.
        package var grace = Duration.milliseconds(300)
        /// How often to look whether the parent process is still there.
        package var parentCheck = Duration.seconds(5)

        package init() {}
    }

    let catalogue: Catalogue
    let input: Int32
    let output: Int32
    let limits: Limits
    let options: Session.Options
    let parent: @Sendable () -> Int32
    let log: @Sendable (String) -> Void

    /// - Parameter log: takes one line for each event that an operator may want to know; never a message's content.
    package init(
        catalogue: Catalogue, input: Int32 = 0, output: Int32 = 1, limits: Limits = Limits(),
        options: Session.Options = Session.Options(), log: @escaping @Sendable (String) -> Void
    ) {
        self.init(
            catalogue: catalogue, input: input, output: output, limits: limits, options: options,
            parent: { getppid() }, log: log)
    }

    init(
        catalogue: Catalogue, input: Int32, output: Int32, limits: Limits, options: Session.Options,
        parent: @escaping @Sendable () -> Int32,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.catalogue = catalogue
        self.input = input
        self.output = output
        self.limits = limits
        self.options = options
        self.parent = parent
        self.log = log
    }

    /// Serves until the input ends, the output breaks, the parent process dies or this task is cancelled. Then calls
    /// in flight get `drain` to finish, are cancelled, get `grace` to answer, and it returns, with or without them.
    /// The descriptors stay open.
    ///
    /// - Throws: `SystemError` when the pipe or the thread cannot be made.
    package func run() async throws {
        let inbox = try Inbox()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
                do {
                    try OwnThread.start {
                        var loop = StdioLoop(self, inbox: inbox)
                        loop.run()
                        done.resume()
                    }
                } catch {
                    done.resume(throwing: error)
                }
            }
        } onCancel: {
            inbox.post(.stop)
        }
    }
}
