import JSON
import MCP
import Sending
import Store
import TestPeers
import Testing

@testable import Tools

@Suite("Guard rails, as an agent meets them", .timeLimit(.minutes(5)))
struct GuardRailToolTests {
    private static let limits = [
        SendLimit(2, per: .minute), SendLimit(100, per: .day), SendLimit(4, .recipients, per: .hour),
    ]

    @Test("Every result says what is left of the limits; a refusal when there is room again")
    func quota() async throws {
        let acts = Array(repeating: ScriptedTransport.accepts, count: 2)
        try await withCounter(acts, rails: GuardRails(limits: Self.limits)) { counter, _ in
            let message = SendEmailTests.plain(["idempotency_key": "k"])
            let dry = try await counter.call("send_email", SendEmailTests.plain(["dry_run": true]))
            #expect(dry["quota_remaining"] == ["minute": 2, "day": 100, "recipients_hour": 4])
            for isRepeated in [false, true] {
                let sent = try await counter.call("send_email", message)
                #expect(sent["status"] == "sent")
                #expect(sent["deduplicated"] == (isRepeated ? true : nil))
                #expect(sent["quota_remaining"] == ["minute": 1, "day": 99, "recipients_hour": 3])
                #expect(sent.structured?.last?.0 == "next_step")
            }
            let second = try await counter.call("send_email", SendEmailTests.plain(["subject": "2"]))
            #expect(second["quota_remaining"] == ["minute": 0, "day": 98, "recipients_hour": 2])

            let refused = try await counter.call("send_email", SendEmailTests.plain(["subject": "3"]))
            #expect(refused.isError)
            #expect(refused["error", "code"] == "rate_limited")
            #expect(refused["error", "category"] == "policy")
            #expect(refused["error", "retryable"] == true)
            #expect(refused["error", "retry_after"] == 60)
            #expect(refused["next_step"] == "Wait 60 seconds. Then call again.")
            #expect(refused["id"] == nil)
            #expect(counter.transport.carried.count == 2)
        }
    }

    @Test("Without a limit no result speaks of one")
    func noQuota() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let sent = try await counter.call("send_email", SendEmailTests.plain)
            #expect(sent["quota_remaining"] == nil)
            let track = try await counter.call("track_send", ["id": try #require(sent["id"])])
            #expect(track["quota_remaining"] == nil)
        }
    }

    @Test("A refusal by a list names the argument and the rule, also in a dry run")
    func lists() async throws {
        let rule = try AddressRule(parsing: "example.org")
        try await withCounter([], rails: GuardRails(denied: [rule])) { counter, _ in
            for isDry in [true, false] {
                let refused = try await counter.call(
                    "send_email", SendEmailTests.plain(["dry_run": .bool(isDry), "cc": ["b@example.net"]]))
                #expect(refused["error", "code"] == "recipient_not_allowed")
                #expect(refused["error", "field"] == "to[0]")
                #expect(refused["error", "message"]?.string?.contains("deny_to") == true)
                #expect(refused["error", "retryable"] == false)
            }
        }
    }
}
