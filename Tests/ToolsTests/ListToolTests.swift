import JSON
import MCP
import Mail
import TestPeers
import Testing

@testable import Tools

@Suite("What reading tools say of wrong questions", .timeLimit(.minutes(5)))
struct ListToolTests {
    @Test(
        "Mail is found by an address in any spelling",
        arguments: [
            ["to": "Ann@Example.org"], ["to": "<ann@example.org>"], ["to": "Ann Lee <ANN@example.org>"],
            ["from": "ME@example.com"], ["from": "Me <me@example.com>"],
            ["to": " ann@example.org ", "from": "me@EXAMPLE.com"],
        ] as [JSON.Object])
    func addresses(filter: JSON.Object) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let sent = try await counter.call("send_email", SendEmailTests.plain)
            let list = try await counter.call("list_sends", filter)
            #expect(list["sends", "0", "id"] == sent["id"], "\(list.text)")
        }
    }

    @Test("The same mail to another spelling of an address is a repetition")
    func duplicate() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            _ = try await counter.call("send_email", SendEmailTests.plain)
            let again = try await counter.call(
                "send_email", SendEmailTests.plain(["to": "ANN@example.org", "from": "Me <me@example.com>"]))
            #expect(again["error", "code"] == "duplicate_send", "\(again.text)")
        }
    }

    @Test(
        "What is wrong is said so that the next call is right",
        arguments: [
            ("list_sends", ["to": "a@example.org, b@example.org"], "call once for each"),
            ("list_sends", ["from": "nobody"], "one address"),
            ("list_sends", ["account": "work"], "Use one of: me"),
            ("list_sends", ["since": "0001-01-01T00:00:00Z"], "1970"),
            ("list_sends", ["since": "2026-01-01T00:00:00"], "offset"),
            (
                "track_send", ["id": "019ac0de-0000-7000-8000-000000000000", "message_id": "<x@y.org>"],
                "got `id` and `message_id`. Give only `id`."
            ),
            ("track_send", ["message_id": "<x@y.org>", "idempotency_key": "k"], "Give only `message_id`."),
            ("track_send", ["message_id": "019ac0de-0000-7000-8000-000000000000"], "goes into `id`"),
            ("track_send", ["idempotency_key": ""], "needs one of"),
            ("track_send", ["id": "", "message_id": ""], "needs one of"),
        ] as [(String, JSON.Object, String)])
    func hints(tool: String, arguments: JSON.Object, words: String) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            _ = try await counter.call("send_email", SendEmailTests.plain)
            let result = try await counter.call(tool, arguments)
            let sentence = [result["error", "message"], result["error", "hint"]].compactMap { $0?.string }
                .joined(separator: " ")
            #expect(result.isError && sentence.contains(words), "\(result.text)")
        }
    }

    @Test("An empty key beside another one is not counted")
    func emptyKeys() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let id = try #require(try await counter.call("send_email", SendEmailTests.plain)["id"])
            let tracked = try await counter.call(
                "track_send", ["id": id, "message_id": "", "idempotency_key": ""])
            #expect(tracked["id"] == id, "\(tracked.text)")
        }
    }

    @Test("Only send_email says that nothing was sent")
    func nothingSent() async throws {
        try await withCounter { counter, _ in
            for (tool, arguments, isSaid) in [
                ("send_email", ["to": 5], true), ("list_sends", ["limit": 0], false),
                ("track_send", ["send_id": "x"], false), ("cancel_send", ["send_id": "x"], false),
            ] as [(String, JSON.Object, Bool)] {
                let hint = try await counter.call(tool, arguments)["error", "hint"]?.string
                #expect(hint?.contains("call again") == true)
                #expect(hint?.contains("nothing was recorded or sent") == isSaid, "\(tool)")
            }
        }
    }

    @Test("An account that is set up and has sent nothing has an empty list")
    func unusedAccount() async throws {
        try await withCounter { counter, _ in
            for name in ["me", "env-1"] {
                #expect(try await counter.call("list_sends", ["account": .string(name)])["sends"] == [])
            }
            let unknown = try await counter.call("list_sends", ["account": "work"])
            #expect(unknown["error", "code"] == "unknown_account")
            #expect(unknown["error", "field"] == "account")
        }
    }

    @Test("A cursor of another record is none of this one")
    func foreignCursor() async throws {
        try await withCounter(Array(repeating: ScriptedTransport.accepts, count: 2)) { counter, _ in
            for subject in ["one", "two"] {
                _ = try await counter.call("send_email", SendEmailTests.plain(["subject": .string(subject)]))
            }
            let cursor = try #require(try await counter.call("list_sends", ["limit": 1])["next_cursor"])
            try await withCounter([ScriptedTransport.accepts]) { other, _ in
                let empty = try await other.call("list_sends", ["cursor": cursor])
                #expect(empty["error", "field"] == "cursor", "\(empty.text)")
                _ = try await other.call("send_email", SendEmailTests.plain)
                let list = try await other.call("list_sends", ["cursor": cursor])
                #expect(list["error", "message"]?.string?.contains("not one that list_sends made") == true)
                let text = try #require(cursor.string)
                await #expect(throws: ProtocolError.self) { try await other.page(text) }
            }
        }
    }
}
