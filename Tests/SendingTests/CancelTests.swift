import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Stopping a send", .timeLimit(.minutes(5)))
struct CancelTests {
    /// Long, on a clock that does not move: whoever waits it out never ends.
    private static let long = Duration.seconds(3_000)

    @Test("What waits is cancelled at once, and never tried again")
    func waiting() async throws {
        try await withDesk([ScriptedTransport.unreachable]) { desk in
            let deferred = try await desk.send().send.id
            var later = try Desk.request(subject: "later")
            later.sendAt = desk.clock.now.adding(seconds: 50)
            let scheduled = try await desk.service.send(later, wait: .zero).history.send.id
            for id in [deferred, scheduled] {
                let history = try await desk.service.cancel(id, wait: Self.long)
                #expect(history.send.state == .cancelled)
                #expect(history.send.failure?.code == .cancelled)
                #expect(history.send.nextAttemptAt == nil)
                #expect(history.events.last?.kind == .cancelled)
            }
            let other = try await desk.send(subject: "other", wait: .zero).send.id
            _ = try await desk.advance(other, by: 100) { $0.status != .queued }
            #expect(try await desk.track(deferred).send.attempts == 1)
            #expect(try await desk.track(scheduled).send.attempts == 0)
        }
    }

    @Test("Who waits for the send hears of its end at once")
    func watched() async throws {
        try await withDesk([]) { desk in
            var later = try Desk.request()
            later.sendAt = desk.clock.now.adding(seconds: 5_000)
            let id = try await desk.service.send(later, wait: .zero).history.send.id
            async let watching = desk.service.track(.id(id), wait: Self.long)
            // The queue's timer, and the one of who waits.
            try await eventually { desk.clock.sleepers == 2 }
            _ = try await desk.service.cancel(id, wait: .zero)
            #expect(try await watching.send.state == .cancelled)
        }
    }

    @Test("An attempt that is not at the gate stops promptly")
    func beforeGate() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.held(by: latch)]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            let history = try await desk.service.cancel(id, wait: Self.long)
            #expect(history.send.state == .cancelled)
            #expect(history.events.map(\.kind) == [.created, .attemptStarted, .cancelled])
            #expect(history.send.recipients.map(\.outcome) == [.pending])
            #expect(desk.transport.carried.map(\.gateOpened) == [nil])
            let sent = try await desk.send(subject: "next", wait: .zero)
            // The place is free again.
            try await desk.standing(sent.send.id) { $0.attempts == 1 }
        }
    }

    @Test("A transport that hears of no cancel is stopped by the gate")
    func atGate() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.stuck(by: latch)]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            #expect(try await desk.service.cancel(id, wait: .zero).send.state == .sending)
            latch.open()
            let last = try await desk.standing(id) { $0.status != .queued }
            #expect(last.send.state == .cancelled)
            #expect(desk.transport.carried.map(\.gateOpened) == [false])
        }
    }

    @Test("Another process on the record can cancel it, until the gate")
    func byAnotherProcess() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.stuck(by: latch)]) { desk in
            let other = try Desk([], path: desk.path, clock: desk.clock)
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            #expect(try await other.service.cancel(id, wait: .zero).send.state == .sending)
            latch.open()
            let last = try await other.standing(id) { $0.status != .queued }
            #expect(last.send.state == .cancelled)
            #expect(last.events.map(\.kind) == [.created, .attemptStarted, .cancelled])
            #expect(desk.transport.carried.map(\.gateOpened) == [false])
            _ = await other.service.finish(within: .zero)
        }
    }

    @Test("Behind the gate it is too late, and the reply decides")
    func behindGate() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.stuckBehindGate(by: latch)]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.cancel(id, wait: Self.long)
            }
            #expect(failure?.code == .notCancellable)
            #expect(failure?.message.contains("final dot") == true)
            latch.open()
            #expect(try await desk.standing(id) { $0.status != .queued }.send.state == .accepted)
        }
    }

    @Test(
        "What has ended cannot be cancelled, and the answer says as what it ended",
        arguments: [
            (ScriptedTransport.accepts, "taken by the server"),
            (ScriptedTransport.replies(rcpt: [550], finalDot: nil), "ended as rejected"),
            (ScriptedTransport.replies(rcpt: [250], finalDot: 0), "ended as unconfirmed"),
        ])
    func ended(act: @escaping ScriptedTransport.Act, words: String) async throws {
        try await withDesk([act]) { desk in
            let first = try await desk.send()
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.cancel(first.send.id, wait: Self.long)
            }
            #expect(failure?.code == .notCancellable)
            #expect(failure?.message.contains(words) == true)
            #expect(try await desk.track(first.send.id).send.state == first.send.state)
        }
    }

    @Test("Cancelled for who is still open, it stays sent to those who have it")
    func partly() async throws {
        try await withDesk([ScriptedTransport.replies(rcpt: [250, 451], finalDot: 250)]) { desk in
            let id = try await desk.send(to: ["a@example.org", "b@example.org"]).send.id
            let history = try await desk.service.cancel(id, wait: Self.long)
            #expect(history.send.state == .partial)
            #expect(history.send.failure == nil)
        }
    }

    @Test("An id that nobody gave is not found")
    func unknown() async throws {
        try await withDesk([]) { desk in
            let id = SendID(milliseconds: 5, random: (1, 2))
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.cancel(id, wait: .zero)
            }
            #expect(failure?.code == .notFound)
            let retry = await #expect(throws: Failure.self) {
                try await desk.service.retry(id, evenIfItMayHaveArrived: true, wait: .zero)
            }
            #expect(retry?.code == .notFound)
        }
    }
}
