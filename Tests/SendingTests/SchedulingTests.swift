import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Sends for a later time", .timeLimit(.minutes(5)))
struct SchedulingTests {
    private func request(_ clock: ManualClock, in seconds: Double, subject: String = "Later") throws
        -> SendRequest
    {
        var request = try Desk.request(subject: subject)
        request.sendAt = clock.now.adding(seconds: seconds)
        return request
    }

    @Test(
        "It is answered at once, goes out at its time by itself, and not before",
        arguments: [90.0, 3_600, 31_622_400])
    func atItsTime(seconds: Double) async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            let time = desk.clock.now.adding(seconds: seconds)
            let answer = try await desk.service.send(
                try request(desk.clock, in: seconds), wait: .seconds(3_000))
            let send = answer.history.send
            #expect(send.state == .scheduled)
            #expect(send.scheduledFor == time)
            #expect(send.nextAttemptAt == time)
            desk.clock.advance(by: seconds - 1)
            _ = try await desk.service.list(SendFilter(), limit: 1, after: nil)
            try await eventually { await desk.service.dispatcher.isIdle }
            #expect(try await desk.track(send.id).send.state == .scheduled)
            let last = try await desk.advance(send.id, by: 0.3) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(try #require(last.attempts.first).startedAt >= time)
            #expect(last.events.map(\.kind) == [.created, .scheduled, .attemptStarted, .accepted])
            // The date in the message is the day on which it goes out.
            let text = String(
                decoding: try #require(desk.transport.carried.first).mailData.bytes, as: UTF8.self)
            #expect(text.contains("Date: \(time.rfc5322)"), "\(text)")
        }
    }

    @Test("It is given up from its own time on, not from when it was recorded")
    func givenUp() async throws {
        try await withDesk(Array(repeating: ScriptedTransport.unreachable, count: 400)) { desk in
            let answer = try await desk.service.send(try request(desk.clock, in: 100_000), wait: .zero)
            let send = answer.history.send
            let last = try await desk.advance(send.id, by: 50) { $0.status != .queued }
            #expect(last.send.state == .expired)
            #expect(last.attempts.count > 1)
            #expect(try #require(last.events.last).at >= send.createdAt.adding(seconds: 103_000))
        }
    }

    @Test("A time of a moment ago means at once", arguments: [0.0, -1, -59.9])
    func momentAgo(seconds: Double) async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            let answer = try await desk.service.send(
                try request(desk.clock, in: seconds), wait: .seconds(3_000))
            #expect(answer.history.send.state == .accepted)
            #expect(answer.history.send.scheduledFor == nil)
        }
    }

    @Test(
        "A time in the past or beyond a year is refused with what it is now",
        arguments: [
            (-60.0, "in the past"), (-86_400, "in the past"), (31_622_401, "more than a year ahead"),
            (345_600_000, "more than a year ahead"),
        ] as [(Double, String)])
    func refused(seconds: Double, words: String) async throws {
        try await withDesk([]) { desk in
            let request = try request(desk.clock, in: seconds)
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.send(request, wait: .zero)
            }
            #expect(failure?.code == .invalidRequest)
            #expect(failure?.field == "send_at")
            #expect(failure?.message.contains(words) == true)
            #expect(failure?.message.contains(desk.clock.now.rfc3339) == true)
            #expect(try desk.looker().count("sends") == 0)
        }
    }

    @Test("The caller's own give-up time counts, from its own time on", arguments: [nil, 500.0])
    func ownGiveUpTime(start: Double?) async throws {
        try await withDesk(Array(repeating: ScriptedTransport.unreachable, count: 40)) { desk in
            var request = try Desk.request()
            let time = desk.clock.now.adding(seconds: (start ?? 0) + 1_000)
            request.sendAt = start.map { desk.clock.now.adding(seconds: $0) }
            request.giveUpAt = time
            let id = try await desk.service.send(request, wait: .zero).history.send.id
            let last = try await desk.advance(id, by: 2) { $0.status != .queued }
            #expect(last.send.state == .expired)
            #expect(last.attempts.count >= 2)
            let ended = try #require(last.events.last).at
            // Where no further attempt fits in; the account's own time would be 2,600 seconds later.
            #expect(ended > time.adding(seconds: -400) && ended < time.adding(seconds: 2_000))
        }
    }

    @Test(
        "A give-up time that is not after the send's own, or beyond a year, is refused",
        arguments: [
            (0.0, nil), (-1, nil), (31_622_401, nil), (400, 500), (500, 500), (31_622_901, 500),
        ] as [(Double, Double?)])
    func refusedGiveUpTime(seconds: Double, start: Double?) async throws {
        try await withDesk([]) { desk in
            var request = try Desk.request()
            request.sendAt = start.map { desk.clock.now.adding(seconds: $0) }
            request.giveUpAt = desk.clock.now.adding(seconds: seconds)
            let spoiled = request
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.send(spoiled, wait: .zero)
            }
            #expect(failure?.code == .invalidRequest)
            #expect(failure?.field == "give_up_at")
        }
    }

    @Test("A process that only finds it on the record sends it at its time")
    func nextProcess() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([], path: path)
            let id = try await first.service.send(try request(first.clock, in: 600), wait: .zero).history.send
                .id
            #expect(await first.service.finish(within: .zero) == 1)
            let second = try Desk([ScriptedTransport.accepts], path: path, clock: first.clock)
            let last = try await second.advance(id, by: 5) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(try #require(last.attempts.first).startedAt >= first.clock.now.adding(seconds: -1_000))
            _ = await second.service.finish(within: .zero)
        }
    }
}
