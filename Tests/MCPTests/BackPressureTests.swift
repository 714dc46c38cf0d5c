import Glibc
import JSON
import Synchronization
import Testing

@testable import MCP

struct BackPressureTests {
    /// Looks into the input whenever the server has waited in vain for something to do.
    private final class Watch: Sendable {
        let input = Atomic<Int32>(-1)
        let allSent = Atomic<Bool>(false)
        /// True when the server leaves requests unread, false when it has taken all.
        let verdicts: AsyncStream<Bool>
        private let verdict: AsyncStream<Bool>.Continuation
        private let before = Atomic<Bool>(false)

        init() { (verdicts, verdict) = AsyncStream.makeStream() }

        func look() {
            var waiting: Int32 = 0
            let input = input.load(ordering: .sequentiallyConsistent)
            let allSent = allSent.load(ordering: .sequentiallyConsistent)
            if input < 0 || ioctl(input, UInt(FIONREAD), &waiting) != 0 { return }
            // Twice in a row: the server waited although it could have read all the while.
            let wasWaiting = before.exchange(waiting > 0, ordering: .sequentiallyConsistent)
            if wasWaiting, waiting > 0 { verdict.yield(true) }
            if allSent, waiting == 0 { verdict.yield(false) }
        }
    }

    @Test("a client that does not read is not served without bound, and gets everything once it reads")
    func backPressure() async throws {
        let watch = Watch()
        var limits = StdioServer.Limits.patient
        limits.parentCheck = .milliseconds(2)
        let wire = try Wire(
            limits: limits, reads: false,
            parent: {
                watch.look()
                return 7
            })
        watch.input.store(wire.inputEnd, ordering: .sequentiallyConsistent)
        let total = 5000
        for _ in 0..<total { wire.send(Lines.modern(1, "tools/list")) }
        wire.afterSending { watch.allSent.store(true, ordering: .sequentiallyConsistent) }
        for await stalled in watch.verdicts {
            #expect(stalled, "all requests were taken although no answer was read")
            break
        }
        watch.input.store(-1, ordering: .sequentiallyConsistent)
        wire.closeInput()
        wire.beginReading()
        var received = 0
        for await _ in wire.lines { received += 1 }
        #expect(received == total)
        try await wire.server.value
    }

    @Test("what a client has read is forgotten, even when it never catches up")
    func forgotten() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        var queue = OutputQueue(ends[1])
        let line = [UInt8](repeating: 0x78, count: 4095)
        var buffer = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<64 { queue.append(line: line) }
        for _ in 0..<2000 {
            queue.append(line: line)
            queue.flush()
            #expect(read(ends[0], &buffer, buffer.count) == 4096)
            #expect(queue.count > 0 && queue.held < 1 << 19)
        }
        for end in ends { close(end) }
    }

    /// Waits until the server has twice found nothing to do: then it has taken everything that was told before.
    private final class Idleness: Sendable {
        let moments: AsyncStream<Void>
        private let moment: AsyncStream<Void>.Continuation

        init() { (moments, moment) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

        @Sendable func look() -> Int32 {
            moment.yield()
            return 7
        }

        func comes() async {
            // One may be left over from before, and one may have begun before.
            var count = 0
            for await _ in moments {
                count += 1
                if count == 4 { return }
            }
        }
    }

    @Test("of what changes again and again a client that does not read hears once")
    func coalesced() async throws {
        let idleness = Idleness()
        var limits = StdioServer.Limits.patient
        limits.parentCheck = .milliseconds(2)
        limits.unread = 1
        let gate = Gate()
        let bell = Bell()
        let tools = [
            gate.tool(), Tools.tool("bulk") { _ in ToolResult(text: String(repeating: "x", count: 1 << 20)) },
        ]
        let wire = try Wire(
            catalogue: Full.catalogue(bell: bell, tools: tools), limits: limits, reads: false,
            parent: idleness.look)
        wire.send(SubscriptionTests.listen("l", ["note://1"]))
        #expect(await bell.nextVisit() == "note://1")
        wire.send(Lines.modern(1, "tools/call", ["name": "wait", "arguments": ["name": "a"]]))
        #expect(await gate.nextBegun() == "a")
        wire.send(Lines.modern(2, "tools/call", ["name": "bulk"]))
        // A pipe holds 64 KiB of it, and the rest waits: from now on nobody reads. Idle alone says nothing, for the tool
        // has a thread of its own, which a busy machine lets wait.
        while wire.unreadOutput < 60 << 10 { await idleness.comes() }
        for _ in 0..<1000 { bell.ring("note://1") }
        gate.open("a")
        await idleness.comes()
        await idleness.comes()
        wire.closeInput()
        wire.beginReading()
        var lines = 0
        var updates = 0
        while let message = try await wire.next() {
            lines += 1
            if message["method"] == "notifications/resources/updated" { updates += 1 }
        }
        // The acknowledgement, two answers, the updates, the end of the stream and its cancellation.
        #expect((1...4).contains(updates) && lines == 5 + updates, "\(updates) updates in \(lines) lines")
        try await wire.server.value
    }
}
