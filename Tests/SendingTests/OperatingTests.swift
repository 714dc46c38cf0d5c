import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("What an operator does: retry, prune, finish", .timeLimit(.minutes(5)))
struct OperatingTests {
    private static let long = Duration.seconds(3_000)

    @Test(
        "A failed send is tried again when a person asks for it",
        arguments: [
            ScriptedTransport.replies(rcpt: [550], finalDot: nil),
            ScriptedTransport.replies(rcpt: [250], finalDot: 554),
        ])
    func retried(act: @escaping ScriptedTransport.Act) async throws {
        try await withDesk([act, ScriptedTransport.accepts]) { desk in
            let id = try await desk.send().send.id
            // Long after its first give-up time: it has a new one.
            desk.clock.advance(by: 10_000)
            let history = try await desk.service.retry(id, evenIfItMayHaveArrived: false, wait: Self.long)
            #expect(history.send.state == .accepted)
            #expect(history.send.failure == nil)
            #expect(history.events.map(\.kind).suffix(3) == [.retried, .attemptStarted, .accepted])
            let data = desk.transport.carried.map(\.mailData)
            #expect(data.count == 2 && data[0] == data[1])
        }
    }

    @Test("A cancelled send can be tried again, a waiting or sent one cannot")
    func retriedOnlyFailed() async throws {
        try await withDesk([ScriptedTransport.unreachable, ScriptedTransport.accepts]) { desk in
            let id = try await desk.send().send.id
            for (state, word) in [(SendState.deferred, "queued (deferred)"), (.accepted, "sent (accepted)")] {
                #expect(try await desk.track(id).send.state == state)
                let failure = await #expect(throws: Failure.self) {
                    try await desk.service.retry(id, evenIfItMayHaveArrived: true, wait: Self.long)
                }
                #expect(failure?.code == .invalidRequest)
                #expect(failure?.message.contains(word) == true)
                if state == .accepted { break }
                _ = try await desk.service.cancel(id, wait: Self.long)
                let again = try await desk.service.retry(id, evenIfItMayHaveArrived: false, wait: Self.long)
                #expect(again.send.state == .accepted)
            }
            #expect(desk.transport.carried.count == 2)
        }
    }

    @Test("What may have arrived is tried again only by somebody who takes the risk")
    func consent() async throws {
        let acts = [ScriptedTransport.replies(rcpt: [250], finalDot: 0), ScriptedTransport.accepts]
        try await withDesk(acts) { desk in
            let id = try await desk.send().send.id
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.retry(id, evenIfItMayHaveArrived: false, wait: Self.long)
            }
            #expect(failure?.code == .invalidRequest)
            #expect(failure?.mayHaveBeenDelivered == true)
            #expect(failure?.hint.contains("--even-if-it-may-have-arrived") == true)
            #expect(try await desk.track(id).send.state == .unconfirmed)
            let history = try await desk.service.retry(id, evenIfItMayHaveArrived: true, wait: Self.long)
            #expect(history.send.state == .accepted)
        }
    }

    @Test("Pruning takes the mail data of old finished sends, and leaves the rest of the record")
    func pruned() async throws {
        let acts = [
            ScriptedTransport.accepts, ScriptedTransport.replies(rcpt: [550], finalDot: nil),
            ScriptedTransport.unreachable, ScriptedTransport.accepts,
        ]
        try await withDesk(acts, schedule: RetrySchedule(pauses: [20_000], giveUpAfter: 100_000)) { desk in
            let sent = try await desk.send(subject: "sent").send
            let failed = try await desk.send(subject: "failed").send
            let queued = try await desk.send(subject: "queued").send
            desk.clock.advance(by: 1_000)
            let recent = try await desk.send(subject: "recent").send
            #expect(recent.state == .accepted)

            #expect(try await desk.service.prune(olderThan: .seconds(1_001)) == Pruning())
            let pruning = try await desk.service.prune(olderThan: .seconds(500))
            #expect(pruning.sends == 2)
            #expect(pruning.octets == sent.size + failed.size)
            #expect(try await desk.service.prune(olderThan: .seconds(500)) == Pruning())
            let looker = try desk.looker()
            for send in [sent, failed] { #expect(try await looker.mailData(of: send.id) == nil) }
            for send in [queued, recent] { #expect(try await looker.mailData(of: send.id) != nil) }
            let tracked = try await desk.track(sent.id)
            #expect(tracked.send == sent)
            #expect(tracked.events.map(\.kind) == [.created, .attemptStarted, .accepted])
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.retry(failed.id, evenIfItMayHaveArrived: false, wait: .zero)
            }
            #expect(failure?.message.contains("pruned") == true)
        }
    }

    @Test("With a retention the queue prunes by itself, without one never", arguments: [true, false])
    func retention(isSet: Bool) async throws {
        try await withDesk([ScriptedTransport.accepts], retention: isSet ? .seconds(1_000) : nil) { desk in
            let id = try await desk.send().send.id
            let looker = try desk.looker()
            desk.clock.advance(by: 900)
            _ = try await desk.track(id)
            try await eventually { await desk.service.dispatcher.isIdle }
            #expect(try await looker.mailData(of: id) != nil)
            if isSet {
                try await eventually {
                    desk.clock.advance(by: 5)
                    return try await looker.mailData(of: id) == nil
                }
                #expect(desk.clock.now > (try await desk.track(id).send.createdAt.adding(seconds: 1_000)))
            } else {
                // As often as it would have been looked at.
                for _ in 0..<5 {
                    desk.clock.advance(by: 1_000)
                    await desk.service.dispatcher.wake()
                    try await eventually { await desk.service.dispatcher.isIdle }
                }
                #expect(try await looker.mailData(of: id) != nil)
            }
        }
    }

    @Test("At the end it says how many are left, and signs off")
    func finished() async throws {
        try await withDesk([ScriptedTransport.accepts, ScriptedTransport.unreachable]) { desk in
            _ = try await desk.send()
            _ = try await desk.send(subject: "second")
            let looker = try desk.looker()
            #expect(try looker.count("workers") == 1)
            let mover = desk.clock.moving(by: 0.01)
            #expect(await desk.service.finish(within: .seconds(1)) == 1)
            mover.cancel()
            #expect(try looker.count("workers") == 0)
            // What comes now is refused before anything is recorded.
            let failure = await #expect(throws: Failure.self) { try await desk.send(subject: "third") }
            #expect(failure?.message.contains("shutting down") == true)
            #expect(try looker.count("sends") == 2)
        }
    }

    @Test("A send that is taken passes every milestone, in order")
    func milestones() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            _ = try await desk.send()
            try await eventually { await desk.service.dispatcher.isIdle }
            #expect(desk.milestones.all == Milestone.allCases)
        }
    }

    @Test("A send that the gate refuses does not pass it")
    func milestonesUpToGate() async throws {
        let latch = Latch()
        try await withDesk([ScriptedTransport.stuck(by: latch)]) { desk in
            let id = try await desk.send(wait: .zero).send.id
            try await eventually { latch.waiting == 1 }
            _ = try await desk.service.cancel(id, wait: .zero)
            latch.open()
            try await desk.standing(id) { $0.status != .queued }
            try await eventually { await desk.service.dispatcher.isIdle }
            #expect(desk.milestones.all.contains(.atGate))
            for milestone in [Milestone.afterGate, .dotSent, .replyRead] {
                #expect(desk.milestones.all.contains(milestone) == false, "\(milestone)")
            }
        }
    }
}
