import JSON
import MCP
import Mail
import TestPeers
import Testing

@testable import Tools

/// The clock of these tests begins at 2027-01-15T08:00:00Z.
@Suite("Keys, later times, repetitions and cancelling", .timeLimit(.minutes(5)))
struct QueueToolsTests {
    @Test(
        "A call repeated with its key gives the same send and says so; every printable ASCII character may be in a key"
    )
    func key() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let key = JSON.string(String(decoding: UInt8(0x20)...0x7E, as: UTF8.self))
            let first = try await counter.call("send_email", SendEmailTests.plain(["idempotency_key": key]))
            #expect(first["status"] == "sent")
            #expect(first["deduplicated"] == nil)
            let again = try await counter.call("send_email", SendEmailTests.plain(["idempotency_key": key]))
            #expect(again["id"] == first["id"])
            #expect(again["deduplicated"] == true)
            #expect(again.isError == false)
            #expect(counter.transport.carried.count == 1)
            let tracked = try await counter.call("track_send", ["idempotency_key": key])
            #expect(tracked["id"] == first["id"])
            #expect(tracked["deduplicated"] == nil)
            #expect(tracked["events"]?.array?.last?["type"] == "deduplicated")
        }
    }

    @Test("A key of 256 characters is taken")
    func longestKey() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let key = JSON.string(String(repeating: "k", count: 256))
            let result = try await counter.call("send_email", SendEmailTests.plain(["idempotency_key": key]))
            #expect(result["status"] == "sent", "\(result.text)")
        }
    }

    @Test("A key with another request is a conflict that names the fields, not the key's send")
    func conflict() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            _ = try await counter.call("send_email", SendEmailTests.plain(["idempotency_key": "k"]))
            let result = try await counter.call(
                "send_email",
                SendEmailTests.plain(["idempotency_key": "k", "subject": "Other", "metadata": ["a": "b"]]))
            #expect(result.isError)
            #expect(result["id"] == nil)
            #expect(result["error", "code"] == "idempotency_conflict")
            #expect(result["error", "category"] != nil)
            #expect(
                result["error", "message"]?.string?.contains("`metadata`, `subject`") == true,
                "\(result.text)")
        }
    }

    @Test("How a call is meant changes no request: another wait, and the same list written as text")
    func sameRequest() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let first = try await counter.call("send_email", SendEmailTests.plain(["idempotency_key": "k"]))
            let again = try await counter.call(
                "send_email",
                SendEmailTests.plain([
                    "idempotency_key": "k", "wait_seconds": 0, "allow_duplicate": true,
                    "to": "Ann Lee <ann@example.org>",
                ]))
            #expect(again["id"] == first["id"], "\(again.text)")
        }
    }

    @Test("The same mail again is refused with the way to force it, and that way works")
    func duplicate() async throws {
        try await withCounter([ScriptedTransport.accepts, ScriptedTransport.accepts]) { counter, _ in
            let first = try await counter.call("send_email", SendEmailTests.plain)
            let refused = try await counter.call("send_email", SendEmailTests.plain)
            #expect(refused.isError)
            #expect(refused["error", "code"] == "duplicate_send")
            #expect(refused["error", "retryable"] == false)
            let id = try #require(first["id"]?.string)
            #expect(refused["next_step"]?.string?.contains(id) == true)
            #expect(refused["next_step"]?.string?.contains("allow_duplicate") == true)
            let forced = try await counter.call("send_email", SendEmailTests.plain(["allow_duplicate": true]))
            #expect(forced["status"] == "sent")
            #expect(forced["id"] != first["id"])
            #expect(counter.transport.carried.count == 2)
        }
    }

    @Test("A send for later says when, in every answer, and what happens when this server ends before")
    func scheduled() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let arguments = SendEmailTests.plain(["send_at": "2027-01-15T11:00:00+02:00"])
            let time = "2027-01-15T09:00:00.000Z"
            let dry = try await counter.call(
                "send_email", SendEmailTests.plain(["send_at": "2027-01-15T11:00:00+02:00", "dry_run": true]))
            #expect(dry["scheduled_for"] == .string(time))
            let result = try await counter.call("send_email", arguments)
            #expect(result.isError == false)
            #expect(result["status"] == "queued")
            #expect(result["state"] == "scheduled")
            #expect(result["scheduled_for"] == .string(time))
            #expect(result["next_attempt_at"] == .string(time))
            let step = try #require(result["next_step"]?.string)
            #expect(step.contains("sent at \(time)") && step.contains("`envelope drain`"))
            #expect(step.contains("Do not send it again"))
            let tracked = try await counter.call("track_send", ["id": try #require(result["id"])])
            #expect(tracked["scheduled_for"] == .string(time))
            #expect(tracked["events", "1", "type"] == "scheduled")
            let listed = try await counter.call("list_sends", ["state": "scheduled"])
            #expect(listed["sends", "0", "scheduled_for"] == .string(time))
        }
    }

    @Test("Without a later time no answer has one")
    func unscheduled() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let dry = try await counter.call("send_email", SendEmailTests.plain(["dry_run": true]))
            #expect(dry["scheduled_for"] == nil)
            let result = try await counter.call("send_email", SendEmailTests.plain)
            #expect(result["scheduled_for"] == nil)
        }
    }

    @Test("A send that was put off says who sends it when this server ends")
    func deferred() async throws {
        try await withCounter([ScriptedTransport.unreachable]) { counter, _ in
            let result = try await counter.call("send_email", SendEmailTests.plain)
            let step = try #require(result["next_step"]?.string)
            #expect(step.contains("`envelope drain`"))
            #expect(step.contains("tried again at \(try #require(result["next_attempt_at"]?.string))"))
        }
    }

    /// Refuses the login, as long as it is asked.
    private static let wrongPassword: ScriptedTransport.Act = { envelope, _ in
        var transaction = Transaction(forwardPaths: envelope.forwardPaths)
        transaction.phase = .auth
        transaction.sessionRefusal = Reply(lines: ["535 5.7.8 no"])
        return transaction
    }

    @Test("While the account rests, who does not wait finds out why and until when")
    func paused() async throws {
        try await withCounter([Self.wrongPassword]) { counter, _ in
            let first = try await counter.call("send_email", SendEmailTests.plain)
            #expect(first["error", "code"] == "auth_failed")
            let queued = try await counter.call(
                "send_email", SendEmailTests.plain(["subject": "c", "wait_seconds": 0]))
            #expect(queued["status"] == "queued")
            let tracked = try await counter.call("track_send", ["id": try #require(queued["id"])])
            #expect(tracked["status"] == "queued")
            #expect(tracked["error", "code"] == "auth_failed")
            let until = try #require(tracked["next_attempt_at"]?.string)
            #expect(until == "2027-01-15T08:01:00.000Z")
            let step = try #require(tracked["next_step"]?.string)
            #expect(step.contains("paused until \(until)") && step.contains("`envelope drain`"))
        }
    }

    @Test("A scheduled send is cancelled; the second time the answer says that it has ended")
    func cancelled() async throws {
        try await withCounter { counter, _ in
            let result = try await counter.call(
                "send_email", SendEmailTests.plain(["send_at": "2027-01-15T09:00:00Z"]))
            let id = try #require(result["id"])
            let cancelled = try await counter.call("cancel_send", ["id": id])
            #expect(cancelled.isError == false)
            #expect(cancelled["id"] == id)
            #expect(cancelled["status"] == "failed")
            #expect(cancelled["state"] == "cancelled")
            #expect(cancelled["next_step"]?.string?.contains("stopped on purpose") == true)
            let again = try await counter.call("cancel_send", ["id": id])
            #expect(again.isError)
            #expect(again["error", "code"] == "not_cancellable")
            #expect(again["error", "message"]?.string?.contains("cancelled") == true)
            // Nobody is kept from sending what was cancelled.
            let anew = try await counter.call(
                "send_email", SendEmailTests.plain(["send_at": "2027-01-15T09:00:00Z"]))
            #expect(anew["state"] == "scheduled", "\(anew.text)")
        }
    }

    @Test(
        "What is asked wrongly is refused by name",
        arguments: [
            ([:], "id", "invalid_request"), (["id": "12"], "id", "invalid_request"),
            (["id": 12], "id", "invalid_request"),
            (["id": "019ac0de-0000-7000-8000-000000000000"], "id", "not_found"),
            (["id": "019ac0de-0000-7000-8000-000000000000", "force": true], "force", "invalid_request"),
        ] as [(JSON.Object, String, String)])
    func refusals(arguments: JSON.Object, field: String, code: String) async throws {
        try await withCounter { counter, _ in
            let result = try await counter.call("cancel_send", arguments)
            #expect(result.isError)
            #expect(result["error", "field"] == .string(field), "\(result.text)")
            #expect(result["error", "code"] == .string(code), "\(result.text)")
        }
    }

    @Test("What the server took cannot be cancelled")
    func tooLate() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let sent = try await counter.call("send_email", SendEmailTests.plain)
            let result = try await counter.call("cancel_send", ["id": try #require(sent["id"])])
            #expect(result["error", "code"] == "not_cancellable")
            #expect(result["error", "message"]?.string?.contains("taken by the server") == true)
        }
    }
}
