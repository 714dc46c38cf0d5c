import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Addresses that are not written to any more", .timeLimit(.minutes(5)))
struct SuppressionTests {
    private static let long = Duration.seconds(3_000)

    /// What a report of delivery has told.
    private func suppress(_ text: String, _ desk: Desk, send: SendID? = nil) async throws {
        let suppression = try #require(
            Suppression(
                bounced: try Address(parsing: text), status: EnhancedStatusCode(5, 1, 1),
                reason: "No such user", send: send, at: desk.clock.now))
        try await desk.looker().suppress(suppression)
    }

    @Test("The next send is refused with the reason and how to lift it, in whatever letters it is written")
    func refused() async throws {
        let two = ScriptedTransport.replies(rcpt: [250, 250], finalDot: 250)
        try await withDesk([two, two]) { desk in
            let first = try await desk.send(to: ["a@example.org", "b@example.org"])
            try await suppress("b@example.org", desk, send: first.send.id)
            let since = desk.clock.now
            desk.clock.advance(by: 100)
            for isPreview in [true, false] {
                let failure = await #expect(throws: Failure.self) {
                    let request = try Desk.request(to: ["a@example.org", "B@Example.org"], subject: "again")
                    if isPreview {
                        _ = try desk.service.preview(request)
                    } else {
                        _ = try await desk.service.send(request, wait: .zero)
                    }
                }
                #expect(failure?.code == .recipientNotAllowed)
                #expect(failure?.field == "to[1]")
                for words in ["B@example.org is suppressed", "5.1.1", "No such user", since.rfc3339] {
                    #expect(failure?.message.contains(words) == true, "\(words)")
                }
                #expect(failure?.hint.contains("`envelope suppressions remove b@example.org`") == true)
            }
            #expect(try desk.looker().count("sends") == 1)
            try await desk.service.lift(try Address(parsing: "B@example.org"))
            let sent = try await desk.send(to: ["a@example.org", "b@example.org"], subject: "again")
            #expect(sent.send.state == .accepted)
        }
    }

    @Test("A key that was used finds its send, whatever became of its recipient")
    func replayed() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            var request = try Desk.request()
            request.idempotencyKey = "k"
            let made = request
            _ = try await desk.service.send(made, wait: Self.long)
            try await suppress("a@example.org", desk)
            #expect(try await desk.service.send(made, wait: Self.long).isDeduplicated)
        }
    }

    @Test("A retry is refused as a whole, and what failed stays as it is")
    func retried() async throws {
        try await withDesk([ScriptedTransport.replies(rcpt: [550, 550], finalDot: nil)]) { desk in
            let id = try await desk.send(to: ["a@example.org", "b@example.org"]).send.id
            try await suppress("b@example.org", desk)
            let before = try await desk.track(id)
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.retry(id, evenIfItMayHaveArrived: true, wait: Self.long)
            }
            #expect(failure?.code == .recipientNotAllowed)
            #expect(failure?.message.contains("b@example.org is suppressed") == true)
            #expect(try await desk.track(id) == before)
            #expect(desk.transport.carried.count == 1)
        }
    }

    @Test("What waits when its only recipient is suppressed ends without an attempt, also after a yes")
    func heldThenSuppressed() async throws {
        try await withDesk([ScriptedTransport.accepts], approval: .all) { desk in
            let id = try await desk.send().send.id
            try await suppress("a@example.org", desk)
            let history = try await desk.service.approve(id, by: "Ann", wait: Self.long)
            #expect(history.send.state == .rejected)
            #expect(history.send.failure?.code == .recipientNotAllowed)
            #expect(history.send.failure?.message.contains("a@example.org is suppressed") == true)
            #expect(history.send.recipients.map(\.outcome) == [.notAttempted])
            #expect(history.send.attempts == 0)
            #expect(history.events.map(\.kind) == [.created, .held, .approved, .rejected])
            #expect(desk.transport.carried.isEmpty)
        }
    }

    @Test("The others get it, and the send says who did not and why")
    func othersGetIt() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            var request = try Desk.request(to: ["a@example.org", "b@example.org"])
            request.sendAt = desk.clock.now.adding(seconds: 600)
            let id = try await desk.service.send(request, wait: .zero).history.send.id
            try await suppress("b@example.org", desk)
            let history = try await desk.advance(id) { $0.status != .queued }
            #expect(history.send.state == .partial)
            #expect(history.send.recipients.map(\.outcome) == [.accepted, .notAttempted])
            #expect(history.send.warnings.count == 1)
            #expect(history.send.warnings.first?.contains("b@example.org did not get it") == true)
            #expect(desk.transport.carried.map(\.envelope.forwardPaths.count) == [1])
        }
    }

    @Test("A retry by the schedule leaves out who bounced in between")
    func deferredThenSuppressed() async throws {
        let acts = [
            ScriptedTransport.replies(rcpt: [250, 451], finalDot: 250), ScriptedTransport.accepts,
        ]
        try await withDesk(acts) { desk in
            let id = try await desk.send(to: ["a@example.org", "b@example.org"]).send.id
            #expect(try await desk.track(id).send.state == .deferred)
            try await suppress("b@example.org", desk)
            let history = try await desk.advance(id) { $0.status != .queued }
            #expect(history.send.state == .partial)
            #expect(history.send.failure == nil)
            #expect(history.send.recipients.map(\.outcome) == [.accepted, .notAttempted])
            #expect(history.events.map(\.kind).last == .partial)
            #expect(desk.transport.carried.count == 1)
        }
    }

    @Test("A rule that came later keeps a retry, a yes and the queue from who is denied now")
    func deniedLater() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk(
                [ScriptedTransport.replies(rcpt: [550], finalDot: nil), ScriptedTransport.unreachable],
                path: path)
            let failed = try await first.send(to: ["b@example.org"], subject: "failed").send.id
            let queued = try await first.send(to: ["b@example.org", "a@example.org"], subject: "queued").send
                .id
            _ = await first.service.finish(within: .zero)
            let holder = try Desk([], path: path, clock: first.clock, approval: .all)
            let held = try await holder.send(to: ["b@example.org"], subject: "held").send.id
            _ = await holder.service.finish(within: .zero)

            let desk = try Desk(
                [ScriptedTransport.accepts], path: path, clock: first.clock,
                rails: try GuardRails(denied: "b@example.org"))
            for isRetry in [true, false] {
                let failure = await #expect(throws: Failure.self) {
                    if isRetry {
                        _ = try await desk.service.retry(failed, evenIfItMayHaveArrived: false, wait: .zero)
                    } else {
                        _ = try await desk.service.approve(held, by: "Ann", wait: .zero)
                    }
                }
                #expect(failure?.code == .recipientNotAllowed)
                #expect(failure?.message.contains("deny_to") == true)
            }
            #expect(try await desk.track(failed).send.state == .rejected)
            #expect(try await desk.track(held).send.state == .held)
            let history = try await desk.advance(queued) { $0.status != .queued }
            #expect(history.send.state == .partial)
            #expect(history.send.recipients.map(\.outcome) == [.notAttempted, .accepted])
            #expect(history.send.warnings.first?.contains("deny_to") == true)
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("A fence around one process does not stop what another, without it, has queued")
    func allowedOnly() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([ScriptedTransport.unreachable], path: path)
            let id = try await first.send(to: ["b@example.org"]).send.id
            _ = await first.service.finish(within: .zero)
            let desk = try Desk(
                [ScriptedTransport.accepts], path: path, clock: first.clock,
                rails: try GuardRails(to: "example.net"))
            #expect(try await desk.advance(id) { $0.status != .queued }.send.state == .accepted)
            _ = await desk.service.finish(within: .zero)
        }
    }

    @Test("A person adds one by hand, once, and takes it away")
    func byHand() async throws {
        try await withDesk([]) { desk in
            let address = try Address(parsing: "Ann@example.org")
            let (added, isNew) = try await desk.service.suppress(address, reason: "asked\r\nfor it")
            #expect(isNew)
            #expect(added.reason == "asked for it")
            let again = try await desk.service.suppress(try Address(parsing: "ann@example.org"), reason: "x")
            #expect(!again.isNew)
            #expect(again.suppression == added)
            #expect(try desk.service.suppressions() == [added])
            try await desk.service.lift(address)
            let failure = await #expect(throws: Failure.self) { try await desk.service.lift(address) }
            #expect(failure?.code == .notFound)
        }
    }
}
