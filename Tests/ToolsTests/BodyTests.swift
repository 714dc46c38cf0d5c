import JSON
import MCP
import Mail
import TestPeers
import Testing

@testable import Tools

@Suite("Bodies, and arguments that say nothing", .timeLimit(.minutes(5)))
struct BodyTests {
    private static func message(_ more: JSON.Object) -> JSON.Object {
        var message: JSON.Object = ["to": ["ann@example.org"], "subject": "Hello"]
        for (name, value) in more { message[name] = value }
        return message
    }

    /// What was sent, as text.
    private static func sent(_ counter: Counter) throws -> String {
        String(decoding: try #require(counter.transport.carried.first).mailData.bytes, as: UTF8.self)
    }

    @Test(
        "A blank body beside another is not sent: readers show the last part",
        arguments: [
            (["text": "Hello Bob", "markdown": ""], false), (["text": "Hello Bob", "html": ""], false),
            (["text": "Hello Bob", "html": " \n "], false), (["html": "<p>Hello Bob</p>", "text": ""], true),
            (["markdown": "Hello Bob", "html": ""], true),
            (["markdown": "Hello Bob", "text": "\t", "html": ""], true),
        ] as [(JSON.Object, Bool)])
    func blankBeside(bodies: JSON.Object, hasHTML: Bool) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let result = try await counter.call("send_email", Self.message(bodies))
            #expect(result["status"] == "sent" && result["warnings"] == nil, "\(result.text)")
            let text = try Self.sent(counter)
            #expect(text.contains("multipart/alternative") == hasHTML)
            #expect(text.split(separator: "Hello Bob").count == (hasHTML ? 3 : 2), "\(text)")
        }
    }

    @Test(
        "A message without any text is sent with a warning",
        arguments: [
            ["text": ""], ["html": " "], ["markdown": "\n"], ["text": "", "markdown": "", "html": ""],
        ] as [JSON.Object])
    func blank(bodies: JSON.Object) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let result = try await counter.call("send_email", Self.message(bodies))
            #expect(result["status"] == "sent")
            #expect(result["warnings"] == ["The message has no text."])
            #expect(try !Self.sent(counter).contains("multipart"))
        }
    }

    @Test("Optional addresses, ids and times that are blank count as left out, to the key too")
    func blankArguments() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let plain = Self.message(["text": "Hello", "idempotency_key": "k"])
            var filled = plain
            for name in ["account", "from", "bcc", "in_reply_to", "send_at", "give_up_at"] {
                filled[name] = ""
            }
            filled["cc"] = ["", " "]
            filled["reply_to"] = "[]"
            filled["references"] = [""]
            let result = try await counter.call("send_email", filled)
            #expect(result["status"] == "sent" && result["cc"] == [], "\(result.text)")
            let again = try await counter.call("send_email", plain)
            #expect(again["id"] == result["id"], "\(again.text)")
        }
    }

    @Test(
        "What is needed is not left out by saying nothing",
        arguments: [
            (["to": ""], "to[0]"), (["to": [""]], "to[0]"), (["cc": ["", "b@example.org"]], "cc[0]"),
            (["idempotency_key": ""], "idempotency_key"),
        ] as [(JSON.Object, String)])
    func needed(changes: JSON.Object, field: String) async throws {
        try await withCounter { counter, _ in
            var arguments = Self.message(["text": "Hello"])
            for (name, value) in changes { arguments[name] = value }
            let result = try await counter.call("send_email", arguments)
            #expect(result["error", "field"] == .string(field), "\(result.text)")
        }
    }

    @Test(
        "Line breaks that were escaped twice are restored",
        arguments: [
            (#"Dear Ann,\n\nhello."#, "Dear Ann,\n\nhello."),
            (#"Dear Ann,\r\n\r\nhello.\r\nBob"#, "Dear Ann,\n\nhello.\nBob"),
            (#"Hello!\nHow are you?\n"#, "Hello!\nHow are you?\n"),
            (#"Buy:\n\n- milk\n- bread"#, "Buy:\n\n- milk\n- bread"),
            (#"Three things.\n- one.\n2 more.\n* last"#, "Three things.\n- one.\n2 more.\n* last"),
            (#"<p>Hello</p>\n\n<p>Bob</p>"#, "<p>Hello</p>\n\n<p>Bob</p>"),
            (#"Hello, \nBob"#, "Hello, \nBob"), (#"Ärger.\nÜbermut"#, "Ärger.\nÜbermut"),
        ])
    func restored(text: String, expected: String) {
        #expect(text.withBreaksRestored == expected)
    }

    @Test(
        "Code, patterns and paths arrive as they were written",
        arguments: [
            "", "plain", #"a backslash \ alone"#,
            #"replace print("Hello, world!\n") by puts("Hello, world!")"#,
            #"split it at '\n' first."#, #"match (.*?)\n$ or [^.\n]."#, #"`echo -e "Hi!\n"` prints it."#,
            #"It is in C:\Users\me.\new"#, #"C:\new\names"#, #"Put a \n there."#, #"It ends in \n"#,
            #"First.\nsecond"#, "Real.\n\nBreaks and a \\n\\nliteral one.",
            #"text.split("\n\n"), he said.\nBob"#, #"Replace \n\n by \n please."#, #"Hello Bob\nBye"#,
        ])
    func kept(text: String) {
        #expect(text.withBreaksRestored == nil)
    }
}
