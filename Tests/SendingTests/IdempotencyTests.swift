import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Once and not twice", .timeLimit(.minutes(5)))
struct IdempotencyTests {
    private func keyed(_ subject: String = "Hello") throws -> SendRequest {
        var request = try Desk.request(subject: subject)
        request.idempotencyKey = "order-4711"
        return request
    }

    @Test("The same key at the same time, in one process and in two, is one send")
    func concurrent() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let desks = try (0..<2).map { _ in
                try Desk(Array(repeating: ScriptedTransport.accepts, count: 8), path: path)
            }
            let request = try keyed()
            let answers = try await withThrowingTaskGroup(of: SendAnswer.self) { group in
                for number in 0..<8 {
                    group.addTask { try await desks[number % 2].service.send(request, wait: .zero) }
                }
                return try await group.reduce(into: [SendAnswer]()) { $0.append($1) }
            }
            let ids = Set(answers.map(\.history.send.id))
            #expect(ids.count == 1)
            #expect(answers.filter(\.isDeduplicated).count == 7)
            let id = try #require(ids.first)
            let last = try await desks[0].advance(id, by: 1) { $0.status != .queued }
            #expect(last.send.state == .accepted)
            #expect(last.events.filter { $0.kind == .deduplicated }.count == 7)
            #expect(desks.map(\.transport.carried.count).reduce(0, +) == 1)
            for desk in desks { _ = await desk.service.finish(within: .zero) }
        }
    }

    @Test(
        "A key finds its send whatever became of it, and nothing is sent",
        arguments: [
            (ScriptedTransport.accepts, SendState.accepted), (ScriptedTransport.unreachable, .deferred),
            (ScriptedTransport.replies(rcpt: [550], finalDot: nil), .rejected),
            (ScriptedTransport.replies(rcpt: [250], finalDot: 0), .unconfirmed),
        ])
    func later(act: @escaping ScriptedTransport.Act, state: SendState) async throws {
        try await withDesk([act, ScriptedTransport.accepts]) { desk in
            let first = try await desk.service.send(try keyed(), wait: .seconds(3_000))
            #expect(first.isDeduplicated == false)
            desk.clock.advance(by: 1)
            let again = try await desk.service.send(try keyed(), wait: .seconds(3_000))
            #expect(again.isDeduplicated)
            #expect(again.history.send.id == first.history.send.id)
            #expect(again.history.send.state == state)
            #expect(desk.transport.carried.count == 1)
            let tracked = try await desk.service.track(.idempotencyKey("order-4711"), wait: .zero)
            #expect(tracked.send.id == first.history.send.id)
        }
    }

    @Test("The key of a send for later is answered at once, too")
    func scheduled() async throws {
        try await withDesk([]) { desk in
            var request = try keyed()
            request.sendAt = desk.clock.now.adding(seconds: 5_000)
            let first = try await desk.service.send(request, wait: .seconds(3_000))
            let again = try await desk.service.send(request, wait: .seconds(3_000))
            #expect(again.isDeduplicated)
            #expect(again.history.send == first.history.send)
        }
    }

    @Test("Another request with the same key is refused, and the fields that differ are named")
    func conflict() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            let first = try await desk.service.send(try keyed(), wait: .seconds(3_000))
            var other = try keyed("Other")
            other.to = [try Mailbox(parsing: "b@example.org")]
            other.tags = ["new"]
            let spoiled = other
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.send(spoiled, wait: .seconds(3_000))
            }
            #expect(failure?.code == .idempotencyConflict)
            #expect(failure?.field == "idempotency_key")
            #expect(failure?.message.contains("`subject`, `tags`, `to`") == true)
            #expect(failure?.message.contains(first.history.send.id.text) == true)
            #expect(try desk.looker().count("sends") == 1)
            #expect(desk.transport.carried.count == 1)
        }
    }

    @Test("A preview uses no key up")
    func preview() async throws {
        try await withDesk([ScriptedTransport.accepts]) { desk in
            _ = try desk.service.preview(try keyed("Other"))
            let answer = try await desk.service.send(try keyed(), wait: .seconds(3_000))
            #expect(answer.isDeduplicated == false)
            #expect(answer.history.send.state == .accepted)
        }
    }

    @Test("A key that nobody used is not found, and says that sending with it is safe")
    func unknownKey() async throws {
        try await withDesk([]) { desk in
            let failure = await #expect(throws: Failure.self) {
                try await desk.service.track(.idempotencyKey("none"), wait: .zero)
            }
            #expect(failure?.code == .notFound)
            #expect(failure?.field == "idempotency_key")
        }
    }

    @Test(
        "The same mail again within ten minutes is refused with the first one's id, unless that one failed for good",
        arguments: [
            (ScriptedTransport.accepts, true), (ScriptedTransport.unreachable, true),
            (ScriptedTransport.replies(rcpt: [250], finalDot: 0), true),
            (ScriptedTransport.replies(rcpt: [550], finalDot: nil), false),
        ])
    func nearDuplicate(act: @escaping ScriptedTransport.Act, isRefused: Bool) async throws {
        try await withDesk([act, ScriptedTransport.accepts]) { desk in
            let first = try await desk.send()
            desk.clock.advance(by: 1)
            guard isRefused else {
                #expect(try await desk.send().send.state == .accepted)
                return
            }
            let failure = await #expect(throws: Failure.self) { try await desk.send() }
            #expect(failure?.code == .duplicateSend)
            #expect(failure?.field == "allow_duplicate")
            #expect(failure?.message.contains(first.send.id.text) == true)
            #expect(failure?.hint.contains(first.send.id.text) == true)
            // What may have arrived is not sent once more because a field says so.
            let isInDoubt = first.send.state == .unconfirmed
            #expect(failure?.mayHaveBeenDelivered == isInDoubt)
            #expect(failure?.message.contains("unconfirmed") == isInDoubt)
            #expect(failure?.hint.hasPrefix("Do not send it again") == isInDoubt)
            #expect(try desk.looker().count("sends") == 1)
        }
    }

    @Test("The same mail goes out again where that is asked for, with a key of its own, or after ten minutes")
    func wanted() async throws {
        try await withDesk(Array(repeating: ScriptedTransport.accepts, count: 4)) { desk in
            _ = try await desk.send()
            var again = try Desk.request()
            again.allowsDuplicate = true
            #expect(try await desk.service.send(again, wait: .seconds(3_000)).history.send.state == .accepted)
            #expect(
                try await desk.service.send(try keyed(), wait: .seconds(3_000)).history.send.state
                    == .accepted)
            desk.clock.advance(by: 599)
            await #expect(throws: Failure.self) { try await desk.send() }
            desk.clock.advance(by: 2)
            #expect(try await desk.send().send.state == .accepted)
            #expect(desk.transport.carried.count == 4)
        }
    }

    @Test("Three processes at once with the same mail and no key record one of it")
    func concurrentDuplicates() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let desks = try (0..<3).map { _ in
                try Desk(Array(repeating: ScriptedTransport.accepts, count: 3), path: path)
            }
            let codes = await withTaskGroup(of: Failure.Code?.self) { group in
                for desk in desks {
                    group.addTask {
                        do {
                            _ = try await desk.send(wait: .zero)
                            return nil
                        } catch {
                            return (error as? Failure)?.code
                        }
                    }
                }
                return await group.reduce(into: [Failure.Code?]()) { $0.append($1) }
            }
            #expect(codes.filter { $0 == nil }.count == 1)
            #expect(codes.filter { $0 == .duplicateSend }.count == 2)
            for desk in desks { _ = await desk.service.finish(within: .zero) }
        }
    }
}
