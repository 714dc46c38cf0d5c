import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Trying again, and giving up", .timeLimit(.minutes(5)))
struct RetryTests {
    /// Seconds from the end of the last attempt to the next.
    private func pause(_ history: SendHistory) throws -> Double {
        let ended = try #require(history.attempts.last?.endedAt)
        let next = try #require(history.send.nextAttemptAt)
        return Double(next.milliseconds - ended.milliseconds) / 1000
    }

    @Test(
        "Only attempts that failed by themselves advance the schedule: not one that was given back or met a pause"
    )
    func tries() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let schedule = RetrySchedule(pauses: [100, 1_000, 10_000, 100_000], giveUpAfter: 1_000_000)
            let latch = Latch()
            let first = try Desk(
                [ScriptedTransport.unreachable, ScriptedTransport.held(by: latch)], path: path,
                schedule: schedule)
            let id = try await first.send().send.id
            #expect(try (80...120).contains(pause(try await first.track(id))))
            _ = try await first.advance(id, by: 10) { $0.attempts == 2 }
            try await eventually { latch.waiting == 1 }
            let mover = first.clock.moving(by: 0.01)
            _ = await first.service.finish(within: .seconds(2))
            mover.cancel()
            let looker = try first.looker()
            try await eventually { try await looker.send(id)?.state == .ready }

            let second = try Desk(
                [
                    ScriptedTransport.refusesSession("421 4.7.0 Try again later", in: .greeting),
                    ScriptedTransport.unreachable,
                ], path: path, clock: first.clock, schedule: schedule)
            let paused = try await second.advance(id, by: 1) { $0.attempts == 3 && $0.state == .deferred }
            #expect(try pause(paused) == 300)
            let failed = try await second.advance(id, by: 10) { $0.attempts == 4 && $0.state == .deferred }
            #expect(try (800...1_200).contains(pause(failed)))
            _ = await second.service.finish(within: .zero)
        }
    }

    @Test("The second failure waits the second pause, whatever came between them")
    func secondPause() async throws {
        let acts = [
            ScriptedTransport.unreachable, ScriptedTransport.wrongPassword,
            ScriptedTransport.refuses("452 4.7.1 too many messages", in: .mail),
            ScriptedTransport.unreachable,
            ScriptedTransport.accepts,
        ]
        let schedule = RetrySchedule(pauses: [100, 1_000, 10_000, 100_000], giveUpAfter: 1_000_000)
        try await withDesk(acts, schedule: schedule) { desk in
            let id = try await desk.send(wait: .zero).send.id
            let bounds: [ClosedRange<Double>] = [80...120, 60...60, 300...300, 800...1_200]
            for (number, bound) in bounds.enumerated() {
                let history = try await desk.advance(id, by: 10) {
                    $0.state == .deferred && $0.attempts == number + 1
                }
                #expect(bound.contains(try pause(history)), "attempt \(number + 1)")
            }
            let last = try await desk.advance(id, by: 100) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            for (attempt, next) in zip(last.attempts, last.attempts.dropFirst()) {
                #expect(next.startedAt > attempt.startedAt)
            }
        }
    }

    @Test(
        "More recipients than the server takes at once: the rest goes at once in a transaction of its own, at no cost"
    )
    func tooManyRecipients() async throws {
        let acts = [ScriptedTransport.takes(2), ScriptedTransport.takes(2), ScriptedTransport.takes(2)]
        try await withDesk(acts) { desk in
            let everybody = (0..<5).map { "a\($0)@example.org" }
            let first = try await desk.send(to: everybody)
            let last = try await desk.advance(first.send.id, by: 0.01) { $0.status != .queued }
            // No pause lies between them: the shortest is a minute.
            #expect(try #require(last.attempts.last).startedAt < first.send.createdAt.adding(seconds: 20))
            #expect(last.send.state == .accepted)
            #expect(last.send.recipients.allSatisfy { $0.outcome == .accepted })
            #expect(desk.transport.carried.map(\.envelope.forwardPaths.count) == [5, 3, 1])
            #expect(
                desk.transport.carried.flatMap { $0.envelope.forwardPaths.prefix(2).map(\.text) } == everybody
            )
            // The last one is a try as any other.
            #expect(try desk.looker().texts("SELECT tries FROM sends") == ["1"])
        }
    }

    @Test("What never had its turn is given up, too, when its time is over")
    func givenUpWaiting() async throws {
        let schedule = RetrySchedule(pauses: [60], giveUpAfter: 100)
        let act = ScriptedTransport.refuses("550 5.4.5 Daily user sending limit exceeded", in: .mail)
        try await withDesk([act], schedule: schedule) { desk in
            let first = try await desk.send()
            // The pause lasts longer than there is time.
            #expect(first.send.state == .expired)
            #expect(first.send.failure?.message.contains("Daily user sending limit") == true)
            let id = try await desk.send(subject: "second", wait: .zero).send.id
            let last = try await desk.advance(id, by: 10) { $0.status != .queued }
            #expect(last.send.state == .expired)
            #expect(last.attempts.isEmpty)
            #expect(last.send.failure?.code == .expired)
            #expect(last.send.failure?.message.contains("before the message could be sent") == true)
            #expect(try #require(last.events.last).at >= last.send.createdAt.adding(seconds: 100))
        }
    }

    @Test("A day that passes in a moment gives nothing up for ten minutes, and then does")
    func clockForward() async throws {
        try await withDesk(Array(repeating: ScriptedTransport.unreachable, count: 400)) { desk in
            let id = try await desk.send().send.id
            let jumpedAt = desk.clock.uptime
            desk.clock.jump(by: 86_400)
            // Due by the new time, and tried; its time seems to be over.
            let tried = try await desk.advance(id, by: 1) { $0.attempts == 2 && $0.state != .sending }
            #expect(tried.send.state == .deferred)
            let last = try await desk.advance(id, by: 5) { $0.status != .queued }
            #expect(last.send.state == .expired)
            let ended = try #require(last.events.last).at
            #expect(Double(ended.milliseconds) / 1000 - 86_400 >= jumpedAt + 600)
        }
    }

    @Test("A jump while an attempt is under way gives nothing up, either")
    func clockForwardMeanwhile() async throws {
        let latch = Latch()
        let act = ScriptedTransport.stuck(by: latch, then: ScriptedTransport.unreachable)
        try await withDesk([act, ScriptedTransport.accepts]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            desk.clock.jump(by: 86_400)
            latch.open()
            let tried = try await desk.standing(id) { $0.attempts == 1 && $0.state != .sending }
            #expect(tried.send.state == .deferred)
            #expect(try await desk.advance(id, by: 5) { $0.status != .queued }.send.state == .accepted)
        }
    }

    @Test("A clock that was a day ahead for a while leaves no send waiting for that day")
    func clockForwardAndBack() async throws {
        let acts = [
            ScriptedTransport.unreachable, ScriptedTransport.unreachable,
            ScriptedTransport.refuses("450 4.7.1 too many messages", in: .mail), ScriptedTransport.accepts,
            ScriptedTransport.accepts,
        ]
        try await withDesk(acts) { desk in
            let id = try await desk.send().send.id
            desk.clock.jump(by: 86_400)
            _ = try await desk.advance(id, by: 1) { $0.attempts == 2 && $0.state == .deferred }
            let waiting = try await desk.advance(id, by: 10) { $0.attempts == 3 && $0.state == .deferred }
            let real = desk.clock.now.adding(seconds: -86_400)
            #expect(try #require(waiting.send.nextAttemptAt) > real.adding(seconds: 80_000))
            desk.clock.jump(by: -86_400)
            let other = try await desk.send(subject: "other", wait: .zero).send.id
            for id in [id, other] {
                let last = try await desk.advance(id, by: 1) { $0.status != .queued }
                #expect(last.send.state == .accepted)
                #expect(try #require(last.send.sentAt) < real.adding(seconds: 3_000))
            }
        }
    }

    @Test(
        "A jump is noticed by the difference of the two hands",
        arguments: [
            (0.0, false), (59, false), (-59, false), (61, true), (-61, true), (86_400, true), (-86_400, true),
        ])
    func steadyClock(jump: Double, isJump: Bool) {
        let start = Timestamp(milliseconds: 1_800_000_000_000)
        var clock = SteadyClock(Beat(at: start, uptime: 5))
        let beat = Beat(at: start.adding(seconds: 1_000 + jump), uptime: 1_005)
        #expect(clock.note(beat) == isJump)
        #expect(clock.isDoubtful(at: beat) == isJump)
        // Held against it for ten minutes, from the jump.
        #expect(clock.isDoubtful(at: Beat(at: beat.at, uptime: 1_604)) == isJump)
        #expect(clock.isDoubtful(at: Beat(at: beat.at, uptime: 1_605)) == false)
        #expect(clock.note(Beat(at: beat.at.adding(seconds: 5), uptime: 1_010)) == false)
    }
}
