import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Limits of an account", .timeLimit(.minutes(5)))
struct LimitTests {
    private static let long = Duration.seconds(3_000)

    private func refusal(_ desk: Desk, to: [String] = ["a@example.org"], _ subject: String) async -> Failure?
    {
        await #expect(throws: Failure.self) { try await desk.send(to: to, subject: subject, wait: .zero) }
    }

    @Test("A full limit refuses, says when there is room again, and is right about it")
    func refused() async throws {
        let acts = Array(repeating: ScriptedTransport.accepts, count: 4)
        try await withDesk(acts, rails: try GuardRails(limits: "2/minute, 100/day")) { desk in
            let start = desk.clock.now
            _ = try await desk.send(subject: "1")
            desk.clock.advance(by: 10.5)
            _ = try await desk.send(subject: "2")
            let failure = try #require(await refusal(desk, "3"))
            #expect(failure.code == .rateLimited)
            #expect(failure.retryable)
            #expect(failure.retryAfter == 50)
            #expect(failure.message.contains("account me has the limit 2/minute"))
            #expect(failure.message.contains("2 messages were recorded in the last minute"))
            #expect(failure.message.contains(start.adding(seconds: 60).rfc3339))
            #expect(failure.hint == "Wait 50 seconds.")
            #expect(try desk.looker().count("sends") == 2)
            #expect(try desk.service.quotas(of: "me").map(\.remaining) == [0, 98])

            desk.clock.advance(by: 49.25)
            #expect(await refusal(desk, "3")?.retryAfter == 1)
            desk.clock.advance(by: 0.25)
            #expect(try await desk.send(subject: "3").send.state == .accepted)
            #expect(await refusal(desk, "4")?.retryAfter == 11)
            #expect(try desk.service.quotas(of: "me").map(\.remaining) == [0, 97])
        }
    }

    @Test("What is repeated by its key, a duplicate, a dry run and a refusal use up nothing")
    func usesNothing() async throws {
        let acts = Array(repeating: ScriptedTransport.accepts, count: 3)
        try await withDesk(acts, rails: try GuardRails(denied: "b@example.org", limits: "2/hour")) { desk in
            var request = try Desk.request()
            request.idempotencyKey = "k"
            let made = request
            _ = try await desk.service.send(made, wait: Self.long)
            #expect(try desk.service.quotas(of: "me").map(\.remaining) == [1])
            for _ in 0..<3 {
                #expect(try await desk.service.send(made, wait: Self.long).isDeduplicated)
                _ = try desk.service.preview(try Desk.request(subject: "preview"))
                #expect(await refusal(desk, to: ["b@example.org"], "denied")?.code == .recipientNotAllowed)
                #expect(await refusal(desk, "Hello")?.code == .duplicateSend)
            }
            #expect(try desk.service.quotas(of: "me").map(\.remaining) == [1])
            _ = try await desk.send(subject: "second")
            // Full now, and a repeated key is still answered.
            #expect(try await desk.service.send(made, wait: Self.long).isDeduplicated)
            #expect(await refusal(desk, "third")?.code == .rateLimited)
            let failure = #expect(throws: Failure.self) {
                try desk.service.preview(try Desk.request(subject: "preview"))
            }
            #expect(failure?.code == .rateLimited)
        }
    }

    @Test("What failed counts, because it was tried; a retry of it is the same send and does not")
    func failedCounts() async throws {
        let acts = [ScriptedTransport.replies(rcpt: [550], finalDot: nil), ScriptedTransport.accepts]
        try await withDesk(acts, rails: try GuardRails(limits: "1/day")) { desk in
            let id = try await desk.send().send.id
            #expect(await refusal(desk, "2")?.code == .rateLimited)
            let history = try await desk.service.retry(id, evenIfItMayHaveArrived: false, wait: Self.long)
            #expect(history.send.state == .accepted)
        }
    }

    @Test(
        "Counted by recipients, a message has to fit as a whole; one that never can is not to be tried again")
    func recipients() async throws {
        let rails = try GuardRails(limits: "5 recipients/hour")
        try await withDesk([ScriptedTransport.replies(rcpt: [250, 250, 250], finalDot: 250)], rails: rails) {
            desk in
            _ = try await desk.send(to: ["a@example.org", "b@example.org", "c@example.org"])
            #expect(try desk.service.quotas(of: "me").map(\.remaining) == [2])
            let failure = try #require(
                await refusal(desk, to: ["a@example.org", "b@example.org", "c@example.org"], "2"))
            #expect(
                failure.message.contains("5 recipients/hour: 3 recipients were written to in the last hour"))
            #expect(failure.message.contains("this message has 3"))
            #expect(failure.retryAfter == 3_600)
            let never = try #require(await refusal(desk, to: (0..<6).map { "a\($0)@example.org" }, "3"))
            #expect(never.code == .rateLimited)
            #expect(!never.retryable)
            #expect(never.retryAfter == nil)
            #expect(never.hint.contains("split it"))
        }
    }

    @Test("A held and a scheduled send count when they are recorded")
    func held() async throws {
        try await withDesk([], approval: .all, rails: try GuardRails(limits: "2/day")) { desk in
            _ = try await desk.send(subject: "held")
            var later = try Desk.request(subject: "later")
            later.sendAt = desk.clock.now.adding(seconds: 90_000)
            _ = try await desk.service.send(later, wait: .zero)
            #expect(await refusal(desk, "third")?.code == .rateLimited)
        }
    }
}
