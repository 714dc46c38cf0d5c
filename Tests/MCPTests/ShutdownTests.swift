import Glibc
import JSON
import Synchronization
import Testing

@testable import MCP

/// How a server ends: on its own, in time, with what was promised written.
struct ShutdownTests {
    /// Short enough for a test, long beside what the machine needs to cancel a task.
    static var hasty: StdioServer.Limits {
        var limits = StdioServer.Limits.patient
        limits.drain = .milliseconds(50)
        limits.grace = .seconds(30)
        return limits
    }

    static func waiting(_ gate: Gate, _ tool: Tool, limits: StdioServer.Limits) async throws -> Wire {
        let wire = try Wire(tools: [tool], limits: limits)
        wire.send(Lines.modern(1, "tools/call", ["name": "wait", "arguments": ["name": "a"]]))
        #expect(await gate.nextBegun() == "a")
        return wire
    }

    @Test("at the end of the input a running call may finish and is answered")
    func finishes() async throws {
        let gate = Gate()
        let wire = try await Self.waiting(gate, gate.tool(), limits: .patient)
        wire.closeInput()
        gate.open("a")
        #expect(try await wire.next()?.holds(CallTests.text("opened", id: 1)) == true)
        try await wire.server.value
    }

    @Test("a call that does not finish in time is cancelled, and what it then says is written")
    func cancels() async throws {
        let gate = Gate()
        let wire = try await Self.waiting(gate, gate.tool(), limits: Self.hasty)
        wire.closeInput()
        #expect(try await wire.next()?.holds(CallTests.text("cancelled", id: 1)) == true)
        try await wire.server.value
    }

    @Test("a call that heeds nothing does not keep the server")
    func abandons() async throws {
        let gate = Gate()
        var limits = Self.hasty
        limits.grace = .milliseconds(50)
        let logged = Mutex<[String]>([])
        let wire = try Wire(
            tools: [gate.tool(heedsCancellation: false)], limits: limits,
            log: { line in logged.withLock { $0.append(line) } })
        wire.send(Lines.modern(1, "tools/call", ["name": "wait", "arguments": ["name": "a"]]))
        #expect(await gate.nextBegun() == "a")
        #expect(try await wire.finish() == [])
        #expect(logged.withLock { $0.last } == "ended with 1 call unfinished")
        gate.open("a")
    }

    @Test("cancelling the task that runs the server ends it in the same way")
    func cancelled() async throws {
        let gate = Gate()
        let wire = try await Self.waiting(gate, gate.tool(), limits: Self.hasty)
        wire.server.cancel()
        #expect(try await wire.next()?.holds(CallTests.text("cancelled", id: 1)) == true)
        #expect(try await wire.next() == nil)
        try await wire.server.value
    }

    @Test("a server that is stopped withdraws its questions and ends its streams, and says so")
    func stopped() async throws {
        let client = try await Conversation(.november2025)
        client.send(SubscriptionTests.listen("l", ["note://1"]))
        #expect(try await client.next()["method"] == "notifications/subscriptions/acknowledged")
        client.send(SubscriptionTests.subscribe("s", "note://1"))
        #expect(try await client.next()["id"] == "s")
        client.send(Lines.call(1, "approve"))
        let (question, _) = try await client.question("elicitation/create")
        client.wire.server.cancel()
        var said: [JSON] = []
        while let message = try await client.wire.next() { said.append(message) }
        #expect(said.count == 4)
        #expect(said.contains { $0["params"]?["requestId"] == question })
        #expect(said.contains { $0.holds(LegacyAskingTests.answered(LegacyAskingTests.cancel, id: 1)) })
        #expect(said.contains { $0["id"] == "l" && $0["result"]?["resultType"] == "complete" })
        #expect(said.contains(Lines.cancelled("l")))
        try await client.wire.server.value
    }

    @Test("a server whose task was cancelled before it began ends at once")
    func cancelledBefore() async throws {
        let wire = try Wire()
        wire.server.cancel()
        try await wire.server.value
    }

    @Test("the server ends when its parent process is gone")
    func orphan() async throws {
        let parent = Parent()
        var limits = StdioServer.Limits.patient
        limits.parentCheck = .milliseconds(5)
        let wire = try Wire(limits: limits, parent: { parent.id.load(ordering: .relaxed) })
        wire.send(Lines.request(1, "ping"))
        #expect(try await wire.next()?["id"] == 1)
        parent.id.store(1, ordering: .relaxed)
        #expect(try await wire.next() == nil)
        try await wire.server.value
    }

    private final class Parent: Sendable {
        let id = Atomic<Int32>(7)
    }

    @Test("the server ends when nobody can read its output, without a signal")
    func outputClosed() async throws {
        let wire = try Wire(reads: false)
        close(wire.outputEnd)
        wire.send(Lines.request(1, "ping"))
        try await wire.server.value
    }

    @Test("writing to a closed pipe is an end of the output and no signal, on a thread of our own")
    func brokenPipe() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let output = ends[1]
        close(ends[0])
        let (isBlocked, isClosed) = try await withCheckedThrowingContinuation {
            (done: CheckedContinuation<(Bool, Bool), any Error>) in
            do {
                try OwnThread.start {
                    var signals = sigset_t()
                    pthread_sigmask(SIG_BLOCK, nil, &signals)
                    let isBlocked = sigismember(&signals, SIGPIPE) == 1
                    var queue = OutputQueue(output)
                    queue.append(line: [0x7B, 0x7D])
                    if isBlocked { queue.flush() }
                    done.resume(returning: (isBlocked, queue.isClosed && queue.count == 0))
                }
            } catch {
                done.resume(throwing: error)
            }
        }
        #expect(isBlocked && isClosed)
        close(output)
    }

    @Test("the server ends when its output is a socket whose other end is gone")
    func socketClosed() async throws {
        var sockets: [Int32] = [0, 0]
        var input: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &sockets) == 0 && pipe(&input) == 0)
        let server = StdioServer(catalogue: Tools.catalogue(), input: input[0], output: sockets[0]) { _ in }
        close(sockets[1])
        try await server.run()
        for end in [input[0], input[1], sockets[0]] { close(end) }
    }

    @Test("the end of the input is waited for by nobody when the client does not read")
    func unreadAtTheEnd() async throws {
        var limits = Self.hasty
        limits.grace = .milliseconds(50)
        let wire = try Wire(limits: limits, reads: false)
        for id in Int64(0)..<1000 { wire.send(Lines.modern(.integer(id), "tools/list")) }
        wire.closeInput()
        try await wire.server.value
        close(wire.outputEnd)
    }

    @Test("standard output is kept for the protocol and prints go where errors go")
    func protectedOutput() throws {
        func pair() -> (read: Int32, write: Int32) {
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            return (ends[0], ends[1])
        }
        let (wire, errors) = (pair(), pair())
        let kept = try StdioServer.protect(output: wire.write, with: errors.write)
        write(kept, "answer", 6)
        write(wire.write, "print", 5)
        var bytes = [UInt8](repeating: 0, count: 16)
        #expect(read(wire.read, &bytes, 16) == 6)
        #expect(read(errors.read, &bytes, 16) == 5)
        #expect(fcntl(kept, F_GETFD) & FD_CLOEXEC != 0)
        for end in [wire.read, wire.write, errors.read, errors.write, kept] { close(end) }
    }
}
