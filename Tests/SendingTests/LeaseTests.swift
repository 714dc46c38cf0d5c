import Mail
import Store
import TestPeers
import Testing

@testable import Sending

/// Two services on one record stand for two processes. Each has its own clock, so that one can stand still.
@Suite("Processes that stand still, and those that take over", .timeLimit(.minutes(5)))
struct LeaseTests {
    private struct Pair {
        let slow: Desk
        let other: Desk
    }

    /// A process whose attempt is held up, and another one for which more than a lease has passed.
    private func withPair(
        _ slow: [ScriptedTransport.Act], _ other: [ScriptedTransport.Act], _ body: (Pair) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let clock = ManualClock()
            let later = ManualClock(clock.now.adding(seconds: 61))
            let pair = Pair(
                slow: try Desk(slow, path: path, clock: clock),
                other: try Desk(other, path: path, clock: later))
            try await body(pair)
            _ = await pair.slow.service.finish(within: .zero)
            _ = await pair.other.service.finish(within: .zero)
        }
    }

    @Test(
        "Stopped before the gate for longer than the lease: another sends it, and at the gate nothing goes out"
    )
    func stoppedBeforeGate() async throws {
        let latch = Latch()
        try await withPair([ScriptedTransport.stuck(by: latch)], [ScriptedTransport.accepts]) { pair in
            let id = try await pair.slow.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            let last = try await pair.other.advance(id, by: 1) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(
                last.events.map(\.kind) == [.created, .attemptStarted, .released, .attemptStarted, .accepted])
            latch.open()
            try await eventually { await pair.slow.service.dispatcher.isIdle }
            #expect(pair.slow.transport.carried.map(\.gateOpened) == [false])
            #expect(pair.other.transport.carried.map(\.gateOpened) == [true])
            let after = try await pair.other.track(id)
            #expect(after.send == last.send)
            #expect(after.events == last.events)
        }
    }

    /// Looks as another process does, at a moment on its own clock.
    private func moved(_ desk: Desk, after seconds: Double) async throws -> [SendID] {
        let beat = Beat(at: desk.clock.now.adding(seconds: seconds), uptime: desk.clock.uptime + seconds)
        let moved = try await desk.looker().takeOver(from: nil, bootID: "boot", lease: .standard, at: beat)
        return Array(moved.keys)
    }

    @Test("A process that sends shows that it lives, and its lease begins anew each time")
    func renewal() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.held(by: latch)]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            #expect(try await moved(desk, after: 60) == [])
            // The timer of the queue, and the one of the lease.
            try await eventually { desk.clock.sleepers == 2 }
            desk.clock.advance(by: 50)
            let workers = "SELECT id FROM workers WHERE heartbeat_uptime >= \(desk.clock.uptime)"
            try await eventually { try desk.looker().texts(workers).count == 1 }
            #expect(try await moved(desk, after: 60) == [])
            #expect(try await moved(desk, after: 61) == [id])
        }
    }

    @Test(
        "Stopped behind the gate it is unconfirmed; a reply that is read after all settles it, if it is a yes",
        arguments: [(250, SendState.accepted), (554, .unconfirmed), (451, .unconfirmed)])
    func stoppedBehindGate(finalDot: Int, state: SendState) async throws {
        let latch = Latch()
        let act = ScriptedTransport.stuckBehindGate(by: latch, finalDot: finalDot)
        try await withPair([act], [ScriptedTransport.accepts]) { pair in
            let id = try await pair.slow.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            let lost = try await pair.other.advance(id, by: 1) { $0.status != .queued }
            #expect(lost.send.state == .unconfirmed)
            #expect(lost.send.failure?.mayHaveBeenDelivered == true)
            latch.open()
            try await eventually { await pair.slow.service.dispatcher.isIdle }
            let last = try await pair.other.track(id)
            #expect(last.send.state == state)
            let kinds: [SendEvent.Kind] = [.created, .attemptStarted, .unconfirmed]
            #expect(last.events.map(\.kind) == kinds + (state == .accepted ? [.reconciled] : []))
            #expect((last.send.failure == nil) == (state == .accepted))
            #expect((last.send.sentAt == nil) == (state != .accepted))
            #expect(pair.other.transport.carried.isEmpty)
        }
    }

    @Test(
        "A process that finds its lease lost stops what is not at the final dot and goes on as a new worker")
    func losesOwnership() async throws {
        let latch = Latch()
        try await withPair(
            [ScriptedTransport.held(by: latch), ScriptedTransport.accepts], [ScriptedTransport.accepts]
        ) { pair in
            let id = try await pair.slow.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            let before = try pair.slow.looker().texts("SELECT id FROM workers")
            _ = try await pair.other.advance(id, by: 1) { $0.status != .queued }
            // It runs again: its renewal finds the lease gone, and the held attempt is cancelled.
            try await eventually {
                pair.slow.clock.advance(by: 15)
                return await pair.slow.service.dispatcher.isIdle
            }
            #expect(pair.slow.transport.carried.map(\.gateOpened) == [nil])
            let sent = try await pair.slow.send(subject: "second")
            #expect(sent.send.state == .accepted)
            let after = try pair.slow.looker().texts("SELECT id FROM workers")
            #expect(Set(before).isDisjoint(with: after))
        }
    }

    @Test(
        "An idle process keeps its place: after an hour, with another one on the record, it sends as before")
    func idle() async throws {
        try await withDesk([ScriptedTransport.accepts, ScriptedTransport.accepts]) { desk in
            _ = try await desk.send()
            desk.clock.advance(by: 3_600)
            #expect(try await moved(desk, after: 0) == [])
            let second = try await desk.send(subject: "second")
            #expect(second.send.state == .accepted)
        }
    }

    @Test("What a process claims after a long rest is not taken for abandoned")
    func claimAfterRest() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.accepts, ScriptedTransport.stuck(by: latch)]) { desk in
            _ = try await desk.send()
            desk.clock.advance(by: 3_600)
            let id = try await desk.send(subject: "second", wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            #expect(try await moved(desk, after: 30) == [])
            latch.open()
            let last = try await desk.standing(id) { $0.status != .queued }
            #expect(last.events.map(\.kind) == [.created, .attemptStarted, .accepted])
        }
    }

    @Test("An attempt that winds down does not hide the next one of the same send")
    func overlappingAttempts() async throws {
        let old = Latch()
        let new = Latch()
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let desk = try Desk(
                [ScriptedTransport.stuck(by: old), ScriptedTransport.stuck(by: new)], path: path)
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { old.waiting == 1 }
            // Another process finds the lease over, gives the send back, and ends.
            #expect(try await moved(desk, after: 61) == [id])
            try await eventually {
                desk.clock.advance(by: 5)
                return new.waiting == 1
            }
            old.open()
            try await eventually { desk.transport.carried.count == 1 }
            // Its end is over when somebody else gets a turn with the dispatcher.
            try await eventually { await desk.service.dispatcher.busy["env-me"] == 1 }
            #expect(await desk.service.dispatcher.deliveries.count == 1)
            #expect(await desk.service.dispatcher.isIdle == false)
            new.open()
            let last = try await desk.standing(id) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(last.attempts.count == 2)
            _ = await desk.service.finish(within: .zero)
        }
    }
}
