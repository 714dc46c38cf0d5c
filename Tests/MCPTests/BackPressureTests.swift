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
        var received = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let size = read(wire.outputEnd, &buffer, buffer.count), size > 0 {
            received += buffer[..<size].count { $0 == 0x0A }
        }
        #expect(received == total)
        try await wire.server.value
        close(wire.outputEnd)
    }
}
