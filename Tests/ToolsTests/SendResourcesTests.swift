import JSON
import MCP
import Mail
import Sending
import TestPeers
import Testing

@testable import Tools

@Suite("Sends as resources, and prompts", .timeLimit(.minutes(5)))
struct SendResourcesTests {
    private static func message(_ subject: String, to address: String = "ada@example.org") -> JSON.Object {
        ["to": [.string(address)], "subject": .string(subject), "text": "x"]
    }

    @Test("The recent sends are listed newest first, in pages that hold each of them once")
    func list() async throws {
        let acts = Array(repeating: ScriptedTransport.accepts, count: 60)
        try await withCounter(acts) { counter, _ in
            var ids: [String] = []
            for number in 1...60 {
                counter.clock.advance(by: 1)
                let result = try await counter.call("send_email", Self.message("mail \(number)"))
                ids.append(try #require(result["id"]?.string))
            }
            let first = try await counter.page()
            let second = try await counter.page(first.next)
            #expect(first.resources.count == 50)
            #expect(second.next == nil)
            let uris = (first.resources + second.resources).compactMap { $0["uri"]?.string }
            #expect(uris == ids.reversed().map { "envelope://sends/\($0)" })
            #expect(first.resources.first?["title"] == "mail 60")
            await #expect(throws: ProtocolError.self) { try await counter.page("nonsense") }
        }
    }

    @Test("A send reads as track_send gives it, its message as the exact octets")
    func read() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let sent = try await counter.call("send_email", Self.message("Grüße"))
            let id = try #require(sent["id"]?.string)
            #expect(sent.links.map { $0["uri"] } == [.string("envelope://sends/\(id)")])
            let record = try #require(try await counter.read("envelope://sends/\(id)"))
            let tracked = try await counter.call("track_send", ["id": .string(id)])
            #expect(record["mimeType"] == "application/json")
            #expect(record["text"]?.string == tracked.text)
            let message = try #require(
                try await counter.read("envelope://sends/\(id)/message"))
            #expect(message["mimeType"] == "message/rfc822")
            #expect(
                message["text"]?.string
                    == String(decoding: counter.transport.carried[0].mailData.bytes, as: UTF8.self))
        }
    }

    @Test(
        "What no send is called, and what is not there, is not found",
        arguments: [
            "envelope://sends/01a20599-3701-75c0-af4a-aa5e1c290ead", "envelope://sends/",
            "envelope://sends/x",
            "envelope://sends/01a20599-3701-75c0-af4a-aa5e1c290ead/", "file:///etc/passwd",
            "envelope://sends/01a20599-3701-75c0-af4a-aa5e1c290ead/message/x",
            "ENVELOPE://sends/01a20599-3701-75c0-af4a-aa5e1c290ead", "envelope://sends/../../etc", "",
            "envelope://sends/01a20599-3701-75c0-af4a-aa5e1c290ead?x=1",
        ])
    func notFound(uri: String) async throws {
        try await withCounter { counter, _ in
            let found = try await counter.read(uri)
            #expect(found == nil)
        }
    }

    @Test("Only what a send can be called can be watched, and a change is heard of")
    func changes() async throws {
        try await withCounter(approval: .all) { counter, _ in
            let changes = try #require(counter.resources.changes)
            #expect(changes("envelope://sends/nonsense") == nil)
            let held = try await counter.call("send_email", Self.message("held"))
            let id = try #require(held["id"]?.string)
            let stream = try #require(changes("envelope://sends/\(id)"))
            // Heard of although nobody has begun to listen yet.
            async let heard: Void? = {
                var signals = stream.makeAsyncIterator()
                return await signals.next()
            }()
            try await eventually { counter.clock.sleepers > 0 }
            _ = try await counter.call("cancel_send", ["id": .string(id)])
            try await eventually {
                counter.clock.advance(by: 1)
                return true
            }
            #expect(await heard != nil)
        }
    }

    @Test("Ids are completed from what is there, at most a hundred")
    func completion() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let id = try #require(try await counter.call("send_email", Self.message("a"))["id"]?.string)
            let complete = try #require(counter.resources.complete)
            for template in ["envelope://sends/{id}", "envelope://sends/{id}/message"] {
                #expect(await complete(template, "id", String(id.prefix(6)), [:]).values == [id])
            }
            #expect(await complete("envelope://sends/{id}", "id", "ffff", [:]).values.isEmpty)
            #expect(await complete("envelope://sends/{id}", "other", "", [:]).values.isEmpty)
            #expect(await complete("other://{id}", "id", "", [:]).values.isEmpty)
        }
    }

    @Test("The prompt about a failed send holds its record; without an id it is the latest that failed")
    func explanation() async throws {
        let acts = [ScriptedTransport.replies(rcpt: [550], finalDot: nil), ScriptedTransport.accepts]
        try await withCounter(acts) { counter, _ in
            let failed = try await counter.call("send_email", Self.message("one"))
            let sent = try await counter.call("send_email", Self.message("two"))
            #expect(failed["status"] == "failed")
            for (arguments, result) in [
                ([:], failed), (["id": failed["id"]?.string ?? ""], failed),
                (["id": sent["id"]?.string ?? ""], sent),
            ] {
                let messages = try await counter.prompt("explain_failed_send", arguments)
                let text = messages.last?["content"]?["resource"]?["text"]?.string
                #expect(try JSON(parsing: Array((text ?? "").utf8))["id"] == result["id"])
            }
            await #expect(throws: ProtocolError.self) {
                try await counter.prompt("explain_failed_send", ["id": "nonsense"])
            }
        }
    }

    @Test("The prompt for a draft holds what the user wants and sends nothing before a yes")
    func draft() async throws {
        try await withCounter { counter, _ in
            let messages = try await counter.prompt(
                "draft_email", ["to": "Ada", "about": "the offer", "tone": "warm"])
            let text = try #require(messages.first?["content"]?["text"]?.string)
            for words in ["Ada", "the offer", "Tone: warm", "dry_run", "only after"] {
                #expect(text.contains(words), "\(text)")
            }
        }
    }
}
