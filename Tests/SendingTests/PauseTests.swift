import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Accounts that rest because their server says so", .timeLimit(.minutes(5)))
struct PauseTests {
    @Test("Who waits hears of a refused login at once, and then the account rests")
    func waitedFor() async throws {
        try await withDesk([ScriptedTransport.wrongPassword, ScriptedTransport.accepts]) { desk in
            let first = try await desk.send()
            #expect(first.send.state == .rejected)
            #expect(first.send.failure?.code == .authFailed)
            #expect(first.send.failure?.smtp?.code == 535)
            let pause = try #require(try desk.looker().pause(of: "env-me", at: desk.clock.now))
            #expect(pause.until == desk.clock.now.adding(seconds: 60))
            #expect(pause.failure.code == .authFailed)

        }
    }

    @Test(
        "Who waits may try again, because what was wrong may have been put right; after three refusals no more"
    )
    func waitedForAgain() async throws {
        let acts = Array(repeating: ScriptedTransport.wrongPassword, count: 3) + [ScriptedTransport.accepts]
        try await withDesk(acts) { desk in
            for (number, length) in [60.0, 120, 240].enumerated() {
                let refused = try await desk.send(subject: "\(number)")
                #expect(refused.send.state == .rejected)
                let pause = try #require(try desk.looker().pause(of: "env-me", at: desk.clock.now))
                #expect(pause.length == length)
                desk.clock.advance(by: 1)
            }
            let pause = try #require(try desk.looker().pause(of: "env-me", at: desk.clock.now))
            let failure = await #expect(throws: Failure.self) { try await desk.send(subject: "next") }
            #expect(failure?.code == .authFailed)
            #expect(failure?.message.contains("paused until \(pause.until.rfc3339)") == true)
            #expect(failure?.message.contains("nothing was recorded or sent") == true)
            #expect(failure?.message.contains("Username and Password not accepted") == true)
            #expect(failure?.smtp?.code == 535)
            #expect(try desk.looker().count("sends") == 3)
            #expect(desk.transport.carried.count == 3)
        }
    }

    @Test("A login that was put right works at once for who waits, in the middle of the pause")
    func putRight() async throws {
        try await withDesk([ScriptedTransport.wrongPassword, ScriptedTransport.accepts]) { desk in
            _ = try await desk.send()
            desk.clock.advance(by: 1)
            let sent = try await desk.send(subject: "next")
            #expect(sent.send.state == .accepted)
            #expect(try desk.looker().pause(of: "env-me", at: desk.clock.now) == nil)
        }
    }

    @Test("Many who wait in the middle of another process's pause make one worker of this process, not many")
    func oneWorker() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let other = try Desk([ScriptedTransport.wrongPassword], path: path)
            let desk = try Desk(
                Array(repeating: ScriptedTransport.accepts, count: 12), path: path, clock: other.clock)
            _ = try await other.send()
            let states = try await withThrowingTaskGroup(of: SendState.self) { group in
                for number in 0..<12 {
                    group.addTask { try await desk.send(subject: "\(number)").send.state }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states == Array(repeating: .accepted, count: 12))
            #expect(try desk.looker().count("workers") == 2)
            for desk in [other, desk] { _ = await desk.service.finish(within: .zero) }
        }
    }

    @Test(
        "Who does not wait finds the send queued until the pause is over, with the reason; then it goes out")
    func notWaitedFor() async throws {
        try await withDesk([ScriptedTransport.wrongPassword, ScriptedTransport.accepts]) { desk in
            _ = try await desk.send()
            let until = desk.clock.now.adding(seconds: 60)
            let queued = try await desk.send(subject: "next", wait: .zero)
            #expect(queued.send.state == .ready)
            let tracked = try await desk.track(queued.send.id)
            #expect(tracked.send.state == .ready)
            #expect(tracked.send.failure?.code == .authFailed)
            #expect(tracked.send.nextAttemptAt == until)
            let last = try await desk.advance(queued.send.id, by: 5) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(last.attempts.count == 1)
            #expect(last.attempts.allSatisfy { $0.startedAt >= until })
        }
    }

    @Test("A refused login that nobody waits for puts the send off without using up a try")
    func deferredWithoutTry() async throws {
        try await withDesk([ScriptedTransport.wrongPassword, ScriptedTransport.accepts]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            let first = try await desk.standing(id) { $0.state == .deferred }
            #expect(first.send.nextAttemptAt == desk.clock.now.adding(seconds: 60))
            #expect(first.send.failure?.code == .authFailed)
            #expect(first.send.recipients.map(\.outcome) == [.deferred])
            #expect(try desk.looker().texts("SELECT tries FROM sends") == ["0"])
            let last = try await desk.advance(id, by: 5) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(
                last.events.map(\.kind) == [.created, .attemptStarted, .deferred, .attemptStarted, .accepted])
        }
    }

    @Test(
        "Also where the server asks for a login only later, nobody's send is lost by it",
        arguments: [
            ("530 5.7.0 Authentication Required", Phase.mail), ("530 5.7.1 Authentication required", .rcpt),
        ])
    func laterInTransaction(line: String, phase: Phase) async throws {
        try await withDesk([ScriptedTransport.refuses(line, in: phase), ScriptedTransport.accepts]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            let first = try await desk.standing(id) { $0.attempts == 1 && $0.state != .sending }
            #expect(first.send.state == .deferred)
            #expect(first.send.failure?.code == .authFailed)
            #expect(try await desk.advance(id, by: 5) { $0.status != .queued }.send.state == .accepted)
        }
    }

    @Test("Each further refusal of the login doubles the pause, up to an hour")
    func doubling() async throws {
        let acts = Array(repeating: ScriptedTransport.wrongPassword, count: 9)
        let schedule = RetrySchedule(pauses: [60], giveUpAfter: 1_000_000)
        try await withDesk(acts, schedule: schedule) { desk in
            let id = try await desk.send(wait: .zero).send.id
            for (number, pause) in [60.0, 120, 240, 480, 960, 1_920, 3_600, 3_600].enumerated() {
                let history = try await desk.advance(id, by: pause / 8) {
                    $0.state == .deferred && $0.attempts == number + 1
                }
                let ended = try #require(history.attempts.last?.endedAt)
                #expect(history.send.nextAttemptAt == ended.adding(seconds: pause), "pause \(number + 1)")
            }
        }
    }

    @Test("Refusals of logins that were under way together count as one")
    func burst() async throws {
        try await withTemporaryFolder { folder in
            let transport = HeldTransport()
            let desk = Desk(accounts: [try Desk.account("me", transport)], path: folder + "/envelope.db")
            for number in 0..<4 { _ = try await desk.send(subject: "\(number)", wait: .zero) }
            try await eventually { transport.waiting.count == 4 }
            for number in 1...4 {
                transport.release(ScriptedTransport.wrongPassword)
                try await eventually {
                    try desk.looker().texts("SELECT id FROM sends WHERE state = 'deferred'").count == number
                }
            }
            let pause = try #require(try desk.looker().latestPause(of: "env-me"))
            #expect(pause.until == desk.clock.now.adding(seconds: 60))
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("A login that worked in between makes the next refusal a first one")
    func doublingEnds() async throws {
        let acts = [
            ScriptedTransport.wrongPassword, ScriptedTransport.wrongPassword, ScriptedTransport.accepts,
            ScriptedTransport.wrongPassword,
        ]
        try await withDesk(acts) { desk in
            let first = try await desk.send(wait: .zero).send.id
            let sent = try await desk.advance(first, by: 5) { $0.status != .queued }
            #expect(sent.send.state == .accepted)
            let second = try await desk.send(subject: "second", wait: .zero).send.id
            let put = try await desk.standing(second) { $0.state == .deferred }
            #expect(put.send.nextAttemptAt == desk.clock.now.adding(seconds: 60))
        }
    }

    @Test(
        "A new process may have a new password: it tries once, whatever the last one was told",
        arguments: [false, true])
    func liftedByNewProcess(isWaiting: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let old = try Desk([ScriptedTransport.wrongPassword], path: path)
            _ = try await old.send()
            _ = await old.service.finish(within: .zero)
            // A moment later, and still within the pause.
            old.clock.advance(by: 1)

            let new = try Desk([ScriptedTransport.accepts], path: path, clock: old.clock)
            let sent = try await new.send(subject: "again", wait: isWaiting ? .seconds(3_000) : .zero)
            try await new.standing(sent.send.id) { $0.state == .accepted }
            _ = await new.service.finish(within: .zero)
        }
    }

    @Test("A new process lifts a login's pause once, not what it is told itself")
    func liftedOnce() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let old = try Desk([ScriptedTransport.wrongPassword], path: path)
            _ = try await old.send()
            _ = await old.service.finish(within: .zero)
            old.clock.advance(by: 1)
            let new = try Desk(
                Array(repeating: ScriptedTransport.wrongPassword, count: 2), path: path, clock: old.clock)
            let id = try await new.send(subject: "again", wait: .zero).send.id
            try await new.standing(id) { $0.attempts == 1 && $0.state == .deferred }
            // Sweeps of the same process leave it alone.
            for _ in 0..<5 {
                new.clock.advance(by: 5)
                try await eventually { await new.service.dispatcher.isIdle }
            }
            #expect(try await new.track(id).send.attempts == 1)
            #expect(try new.looker().pause(of: "env-me", at: new.clock.now) != nil)
            _ = await new.service.finish(within: .zero)
        }
    }

    struct Limit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let act: ScriptedTransport.Act
        let pause: Double

        init(_ line: String, in phase: Phase, pause: Double) {
            testDescription = line
            act =
                phase < .mail
                ? ScriptedTransport.refusesSession(line, in: phase)
                : ScriptedTransport.refuses(line, in: phase)
            self.pause = pause
        }
    }

    @Test(
        "A limit of the provider rests the account and uses up no try; what waits goes out by itself after it",
        arguments: [
            Limit("421 4.7.0 Try again later", in: .greeting, pause: 300),
            Limit("550 5.4.5 Daily user sending limit exceeded", in: .mail, pause: 3_600),
            Limit("550 5.4.5 Daily user sending limit exceeded", in: .rcpt, pause: 3_600),
            Limit("452 4.7.1 limit reached, try again in 10 minutes", in: .rcpt, pause: 610),
        ])
    func rateLimit(limit: Limit) async throws {
        let schedule = RetrySchedule(pauses: [7], giveUpAfter: 86_400)
        let acts = [limit.act, ScriptedTransport.accepts, ScriptedTransport.accepts]
        try await withDesk(acts, schedule: schedule) { desk in
            // Also for who waits: it passes by itself.
            let first = try await desk.send()
            #expect(first.send.state == .deferred)
            #expect(first.send.failure?.code == .rateLimited)
            let until = desk.clock.now.adding(seconds: limit.pause)
            #expect(first.send.nextAttemptAt == until)
            #expect(try desk.looker().pause(of: "env-me", at: desk.clock.now)?.until == until)
            #expect(try desk.looker().texts("SELECT tries FROM sends") == ["0"])

            // Nor is who waits refused meanwhile: the answer is queued, at once.
            let second = try await desk.send(subject: "second").send.id
            let waiting = try await desk.track(second).send
            #expect(waiting.state == .ready)
            #expect(waiting.failure?.code == .rateLimited)
            #expect(waiting.nextAttemptAt == until)
            for id in [first.send.id, second] {
                let last = try await desk.advance(id, by: 20) { $0.status != .queued }
                #expect(last.send.state == .accepted)
                #expect(try #require(last.attempts.last).startedAt >= until)
            }
            #expect(desk.transport.carried.count == 3)
        }
    }

    @Test("A key that was used finds its send also while the account rests")
    func keyWhilePaused() async throws {
        try await withDesk([ScriptedTransport.accepts, ScriptedTransport.wrongPassword]) { desk in
            var request = try Desk.request()
            request.idempotencyKey = "order-1"
            let first = try await desk.service.send(request, wait: .seconds(3_000))
            _ = try await desk.send(subject: "other")
            let again = try await desk.service.send(request, wait: .seconds(3_000))
            #expect(again.isDeduplicated)
            #expect(again.history.send.id == first.history.send.id)
            #expect(again.history.send.state == .accepted)
        }
    }

    @Test("A login that works, tried elsewhere, ends the pause: what waits goes out without another moment")
    func resumed() async throws {
        let acts = Array(repeating: ScriptedTransport.wrongPassword, count: 3) + [ScriptedTransport.accepts]
        try await withDesk(acts) { desk in
            for number in 0..<3 {
                _ = try await desk.send(subject: "\(number)")
                desk.clock.advance(by: 1)
            }
            let waiting = try await desk.send(subject: "waits", wait: .zero).send.id
            let failure = await #expect(throws: Failure.self) { try await desk.send(subject: "refused") }
            #expect(failure?.hint.contains("`envelope accounts test`") == true)
            #expect(try await desk.track(waiting).send.attempts == 0)

            #expect(try await desk.service.loginWorked(for: "env-me"))
            try await desk.standing(waiting) { $0.state == .accepted }
            #expect(try desk.looker().latestPause(of: "env-me") == nil)
            #expect(try await !desk.service.loginWorked(for: "env-me"))
        }
    }

    @Test("A limit's pause is not the login's to end")
    func limitStays() async throws {
        let act = ScriptedTransport.refuses("550 5.4.5 Daily user sending limit exceeded", in: .mail)
        try await withDesk([act]) { desk in
            _ = try await desk.send()
            let pause = try #require(try desk.looker().latestPause(of: "env-me"))
            #expect(try await !desk.service.loginWorked(for: "env-me"))
            #expect(try desk.looker().latestPause(of: "env-me") == pause)
        }
    }

    @Test(
        "New processes that are refused too make the pause longer each time, and a login that works forgets it"
    )
    func remembered() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let clock = ManualClock()
            for (act, length) in [
                (ScriptedTransport.wrongPassword, 60.0), (ScriptedTransport.wrongPassword, 120),
                (ScriptedTransport.wrongPassword, 240), (ScriptedTransport.accepts, nil),
                (ScriptedTransport.wrongPassword, 60),
            ] as [(ScriptedTransport.Act, Double?)] {
                let desk = try Desk([act], path: path, clock: clock)
                let id = try await desk.send(subject: "\(clock.now)", wait: .zero).send.id
                try await desk.standing(id) { $0.attempts > 0 && $0.state != .sending }
                #expect(try desk.looker().latestPause(of: "env-me")?.length == length)
                try await eventually { await desk.service.dispatcher.isIdle }
                // Not tried by the next process instead of its own.
                _ = try? await desk.service.cancel(id, wait: .zero)
                _ = await desk.service.finish(within: .zero)
                clock.advance(by: 1)
            }
        }
    }

    @Test("Draining the queue each minute does not try a refused login each time")
    func drainedOften() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([ScriptedTransport.wrongPassword], path: path)
            let id = try await first.send(wait: .zero).send.id
            try await first.standing(id) { $0.state == .deferred }
            _ = await first.service.finish(within: .zero)
            var tried = 0
            for _ in 0..<12 {
                first.clock.advance(by: 10)
                let desk = try Desk([ScriptedTransport.wrongPassword], path: path, clock: first.clock)
                let mover = first.clock.moving(by: 0.001)
                _ = try await desk.service.drain()
                mover.cancel()
                tried += desk.transport.carried.count
                _ = await desk.service.finish(within: .zero)
            }
            #expect(tried == 1)
        }
    }
}
