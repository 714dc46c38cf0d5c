import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("What one process meets and another does not", .timeLimit(.minutes(5)))
struct TwoHostsTests {
    @Test("A wrong password of one process stops no other whose login works")
    func onesPassword() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let clock = ManualClock()
            let wrong = ScriptedTransport.wrongPassword
            let right = try Desk(
                [ScriptedTransport.accepts, ScriptedTransport.accepts], path: path, clock: clock)
            #expect(try await right.send(subject: "first").send.state == .accepted)
            let bad = try Desk(Array(repeating: wrong, count: 9), path: path, clock: clock)
            for number in 0..<4 {
                clock.advance(by: 1)
                _ = try? await bad.send(subject: "bad \(number)")
            }
            let refusal = await #expect(throws: Failure.self) { try await bad.send(subject: "bad again") }
            #expect(refusal?.code == .authFailed)
            // It is tried all the same, works, and ends the pause.
            #expect(try await right.send(subject: "second").send.state == .accepted)
            #expect(try right.looker().pause(of: "env-me", at: clock.now) == nil)
            for desk in [right, bad] { _ = await desk.service.finish(within: .zero) }
        }
    }

    @Test("What a look at the queue ends, without an attempt, is counted as what draining did")
    func countedEnds() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([], path: path)
            var request = try Desk.request()
            request.sendAt = first.clock.now.adding(seconds: 900)
            _ = try await first.service.send(request, wait: .zero)
            _ = await first.service.finish(within: .zero)
            first.clock.advance(by: 90_000)
            let desk = try Desk([], path: path, clock: first.clock)
            let mover = desk.clock.moving(by: 0.01)
            let drainage = try await desk.service.drain()
            mover.cancel()
            #expect(drainage.ends == [.expired: 1] && drainage.failed == 1)
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("Draining a record that cannot be written ends after a minute, and says why")
    func unwritable() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([], path: path)
            var request = try Desk.request()
            request.sendAt = first.clock.now.adding(seconds: 900)
            _ = try await first.service.send(request, wait: .zero)
            _ = await first.service.finish(within: .zero)
            first.clock.advance(by: 1_000)
            try first.looker().run(
                "CREATE TRIGGER full BEFORE UPDATE ON sends BEGIN SELECT RAISE(ABORT, 'no room'); END")
            let desk = try Desk([], path: path, clock: first.clock)
            let mover = desk.clock.moving(by: 0.5)
            let failure = await #expect(throws: Failure.self) { try await desk.service.drain() }
            mover.cancel()
            #expect(failure?.code == .internal && failure?.retryable == true)
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("Repeated after its times have passed, a key finds its send; a new one is refused")
    func repeatedLate() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            var request = try Desk.request()
            request.idempotencyKey = "K1"
            request.sendAt = desk.clock.now.adding(seconds: 60)
            let id = try await desk.service.send(request, wait: .zero).history.send.id
            desk.clock.advance(by: 600)
            let again = try await desk.service.send(request, wait: .zero)
            #expect(again.isDeduplicated && again.history.send.id == id)
            request.subject = "Other"
            let conflict = await #expect(throws: Failure.self) {
                try await desk.service.send(request, wait: .zero)
            }
            #expect(conflict?.code == .idempotencyConflict)
            request.idempotencyKey = "K2"
            let refusal = await #expect(throws: Failure.self) {
                try await desk.service.send(request, wait: .zero)
            }
            #expect(refusal?.field == "send_at")
        }
    }

    @Test("A retry has the give-up time of its own account, also where this process has another")
    func ownSchedule() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([ScriptedTransport.replies(rcpt: [550], finalDot: nil)], path: path)
            let id = try await first.send().send.id
            _ = await first.service.finish(within: .zero)
            let desk = Desk(
                accounts: [try Desk.account("other", ScriptedTransport([]))], path: path, clock: first.clock)
            _ = try await desk.service.retry(id, evenIfItMayHaveArrived: false, wait: .zero)
            let end = try desk.looker().texts("SELECT give_up_at FROM sends").first
            #expect(
                end == desk.clock.now.adding(seconds: RetrySchedule.standard.giveUpAfter).rfc3339)
            _ = await desk.service.finish(within: .zero)
        }
    }
}
