import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Sending what is due, until nothing is", .timeLimit(.minutes(5)))
struct DrainTests {
    /// Sends of an earlier process that are all due in a quarter of an hour, and one that is due in a day.
    private func backlog(_ count: Int, path: String) async throws -> ManualClock {
        let first = try Desk([], path: path)
        for number in 0..<count {
            var request = try Desk.request(to: ["a\(number)@example.org", "b\(number)@example.org"])
            request.sendAt = first.clock.now.adding(seconds: 900)
            _ = try await first.service.send(request, wait: .zero)
        }
        var tomorrow = try Desk.request(subject: "Tomorrow")
        tomorrow.sendAt = first.clock.now.adding(seconds: 86_400)
        _ = try await first.service.send(tomorrow, wait: .zero)
        #expect(await first.service.finish(within: .zero) == count + 1)
        first.clock.advance(by: 1_000)
        return first.clock
    }

    @Test("Draining ends when nothing is due any more, and counts what became of it")
    func drained() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let clock = try await backlog(30, path: path)
            let acts =
                Array(repeating: ScriptedTransport.accepts, count: 20)
                + Array(repeating: ScriptedTransport.replies(rcpt: [550], finalDot: nil), count: 4)
                + Array(repeating: ScriptedTransport.replies(rcpt: [250, 550], finalDot: 250), count: 3)
                + Array(repeating: ScriptedTransport.replies(rcpt: [451], finalDot: nil), count: 2)
                + [ScriptedTransport.replies(rcpt: [250], finalDot: 0)]
            let desk = try Desk(acts, path: path, clock: clock)
            let mover = clock.moving(by: 0.01)
            let drainage = try await desk.service.drain()
            mover.cancel()
            #expect(
                drainage.ends == [.accepted: 20, .rejected: 4, .partial: 3, .deferred: 2, .unconfirmed: 1])
            #expect(drainage.sent == 23)
            #expect(drainage.failed == 5)
            #expect(drainage.waiting == [.deferred: 2, .scheduled: 1])
            #expect(drainage.queued == 2)
            let next = try #require(drainage.next)
            #expect(next > clock.now && next < clock.now.adding(seconds: 80))
            #expect(await desk.service.finish(within: .zero) == 3)
        }
    }

    @Test("Draining waits for attempts under way, and for what becomes due at once by them")
    func drainedToTheEnd() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let clock = try await backlog(1, path: path)
            let latch = Latch()
            let acts = [ScriptedTransport.takes(1), ScriptedTransport.stuck(by: latch)]
            let desk = try Desk(acts, path: path, clock: clock)
            let mover = clock.moving(by: 0.01)
            let draining = Task { try await desk.service.drain() }
            try await eventually { latch.waiting == 1 }
            latch.open()
            let drainage = try await draining.value
            mover.cancel()
            #expect(drainage.ends == [.deferred: 1, .accepted: 1])
            #expect(drainage.waiting == [.scheduled: 1])
            #expect(drainage.queued == 0)
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("Draining an empty or missing queue ends at once")
    func drainedNothing() async throws {
        try await withDesk([]) { desk in
            let mover = desk.clock.moving(by: 0.01)
            let drainage = try await desk.service.drain()
            mover.cancel()
            #expect(drainage == Drainage(ends: [:]))
        }
    }

    @Test("Draining does not wait for an account that rests")
    func drainedWhilePaused() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let clock = try await backlog(3, path: path)
            let desk = Desk(
                accounts: [
                    try Desk.account(
                        "me", ScriptedTransport([ScriptedTransport.wrongPassword]), connections: 1)
                ],
                path: path, clock: clock)
            let mover = clock.moving(by: 0.01)
            let drainage = try await desk.service.drain()
            mover.cancel()
            #expect(drainage.sent == 0)
            // One or two had been claimed and met the pause. The others did not get their turn: they are due all
            // the same, and not for later.
            #expect(drainage.waiting[.scheduled] == 1)
            #expect(drainage.queued == 3)
            let next = try #require(drainage.next)
            #expect(next > clock.now)
            _ = await desk.service.finish(within: .zero)
        }
    }
}
