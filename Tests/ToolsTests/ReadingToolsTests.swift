import JSON
import MCP
import Mail
import TestPeers
import Testing

@testable import Tools

@Suite("track_send and list_sends", .timeLimit(.minutes(5)))
struct ReadingToolsTests {
    @Test("A send is found by its id and by its Message-ID, with attempts and events")
    func tracked() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let sent = try await counter.call("send_email", SendEmailTests.plain)
            for key in ["id", "message_id"] {
                let tracked = try await counter.call("track_send", [key: try #require(sent[key])])
                #expect(tracked["id"] == sent["id"])
                #expect(
                    tracked["events"]?.array?.compactMap { $0["type"]?.string } == [
                        "created", "attempt_started", "accepted",
                    ])
                #expect(tracked["attempt_log", "0", "phase"] == "done")
                #expect(tracked["attempts"] == 1)
            }
        }
    }

    @Test(
        "What is asked wrongly is refused by name",
        arguments: [
            ("track_send", [:], "id", "invalid_request"),
            ("track_send", ["id": "12"], "id", "invalid_request"),
            ("track_send", ["id": "019ac0de-0000-7000-8000-000000000000"], "id", "not_found"),
            ("track_send", ["message_id": "<x@example.com>"], "message_id", "not_found"),
            ("track_send", ["message_id": "x"], "message_id", "invalid_request"),
            (
                "track_send", ["id": "019ac0de-0000-7000-8000-000000000000", "message_id": "<x@y.org>"], "id",
                "invalid_request"
            ),
            (
                "track_send", ["id": "019ac0de-0000-7000-8000-000000000000", "idempotency_key": "k"], "id",
                "invalid_request"
            ),
            ("track_send", ["message_id": "<x@y.org>", "idempotency_key": "k"], "id", "invalid_request"),
            (
                "track_send",
                [
                    "id": "019ac0de-0000-7000-8000-000000000000", "message_id": "<x@y.org>",
                    "idempotency_key": "k",
                ], "id", "invalid_request"
            ),
            ("track_send", ["wait_seconds": 1], "id", "invalid_request"),
            ("track_send", ["idempotency_key": "k"], "idempotency_key", "not_found"),
            ("track_send", ["idempotency_key": 5], "idempotency_key", "invalid_request"),
            ("list_sends", ["limit": 0], "limit", "invalid_request"),
            ("list_sends", ["limit": 201], "limit", "invalid_request"),
            ("list_sends", ["status": "done"], "status", "invalid_request"),
            ("list_sends", ["since": "yesterday"], "since", "invalid_request"),
            ("list_sends", ["since": "2026-01-01T00:00:00"], "since", "invalid_request"),
            ("list_sends", ["cursor": "abc"], "cursor", "invalid_request"),
            ("list_sends", ["to": "nobody"], "to", "invalid_address"),
        ] as [(String, JSON.Object, String, String)])
    func refusals(tool: String, arguments: JSON.Object, field: String, code: String) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            _ = try await counter.call("send_email", SendEmailTests.plain)
            let result = try await counter.call(tool, arguments)
            #expect(result.isError)
            #expect(result["error", "field"] == .string(field), "\(result.text)")
            #expect(result["error", "code"] == .string(code), "\(result.text)")
        }
    }

    @Test("Pages lead from one to the next, and a cursor fits only its own list")
    func pages() async throws {
        try await withCounter(Array(repeating: ScriptedTransport.accepts, count: 5)) { counter, _ in
            for number in 0..<5 {
                _ = try await counter.call(
                    "send_email", SendEmailTests.plain(["subject": .string("n\(number)")]))
            }
            let first = try await counter.call("list_sends", ["limit": 3])
            let cursor = try #require(first["next_cursor"])
            let second = try await counter.call("list_sends", ["limit": 3, "cursor": cursor])
            let subjects = [first, second].flatMap {
                $0["sends"]?.array?.compactMap { $0["subject"]?.string } ?? []
            }
            #expect(Set(subjects).count == 5)
            #expect(second["next_cursor"] == nil)
            let foreign = try await counter.call(
                "list_sends", ["limit": 3, "cursor": cursor, "status": "sent"])
            #expect(foreign["error", "field"] == "cursor")
            #expect(foreign["error", "message"]?.string?.contains("other filters") == true)
        }
    }
}
