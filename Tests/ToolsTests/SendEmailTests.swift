import Foundation
import JSON
import MCP
import Mail
import Store
import TestPeers
import Testing

@testable import Tools

@Suite("send_email", .timeLimit(.minutes(5)))
struct SendEmailTests {
    static let plain: JSON.Object = [
        "to": ["Ann Lee <ann@example.org>"], "subject": "Hello", "text": "Hello there",
    ]

    static func plain(_ changes: JSON.Object) -> JSON.Object {
        var arguments = plain
        for (name, value) in changes { arguments[name] = value }
        return arguments
    }

    @Test("A message that the server took is sent, with everything that the contract promises")
    func sent() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let result = try await counter.call(
                "send_email", Self.plain(["tags": ["a"], "metadata": ["k": "v"]]))
            #expect(result.isError == false)
            #expect(result["status"] == "sent")
            #expect(result["state"] == "accepted")
            #expect(result["to"] == ["Ann Lee <ann@example.org>"])
            #expect(result["from"] == "Me <me@example.com>")
            #expect(result["recipients", "0", "outcome"] == "accepted")
            #expect(result["recipients", "0", "reply", "code"] == 250)
            #expect(result["delivery"] == "unknown")
            #expect(result["tags"] == ["a"])
            #expect(result["metadata"] == ["k": "v"])
            #expect(result["error"] == nil)
            #expect(result["sandbox"] == nil)
            #expect(result["next_step"]?.string?.contains("Do not send it again") == true)
            let parsed = try JSON(parsing: result.text)
            #expect(parsed.object == result.structured)
        }
    }

    @Test("In the sandbox every result says that nothing left")
    func sandbox() async throws {
        try await withCounter([ScriptedTransport.accepts], kind: .sandbox) { counter, _ in
            let result = try await counter.call("send_email", Self.plain)
            #expect(result["sandbox"] == true)
            #expect(result["next_step"]?.string?.hasPrefix("Sandbox: nothing left this machine.") == true)
            let list = try await counter.call("list_sends", [:])
            #expect(list["sends", "0", "sandbox"] == true)
        }
    }

    @Test("A refused recipient is an error result with the whole send, the reason and what to change")
    func refused() async throws {
        try await withCounter([ScriptedTransport.replies(rcpt: [550], finalDot: nil)]) { counter, _ in
            let result = try await counter.call("send_email", Self.plain)
            #expect(result.isError)
            #expect(result["status"] == "failed")
            #expect(result["id"] != nil)
            #expect(result["error", "code"] == "recipient_rejected")
            #expect(result["error", "category"] == "recipient")
            #expect(result["error", "smtp", "code"] == 550)
            #expect(result["error", "smtp", "enhanced"] == "5.1.1")
            #expect(result["error", "smtp", "phase"] == "rcpt")
            #expect(result["error", "may_have_been_delivered"] == false)
            #expect(result["error", "hint"]?.string?.isEmpty == false)
        }
    }

    @Test("Silence after the final dot tells the agent not to send again")
    func unconfirmed() async throws {
        try await withCounter([ScriptedTransport.replies(rcpt: [250], finalDot: 0)]) { counter, _ in
            let result = try await counter.call("send_email", Self.plain)
            #expect(result.isError)
            #expect(result["error", "code"] == "unconfirmed")
            #expect(result["error", "may_have_been_delivered"] == true)
            #expect(result["error", "retryable"] == false)
            #expect(result["next_step"]?.string?.hasPrefix("Do not send it again") == true)
        }
    }

    @Test("A deferred send is no error: it says when it is tried again")
    func deferred() async throws {
        try await withCounter([ScriptedTransport.unreachable]) { counter, _ in
            let result = try await counter.call("send_email", Self.plain)
            #expect(result.isError == false)
            #expect(result["status"] == "queued")
            let next = try #require(result["next_attempt_at"]?.string)
            #expect(result["next_step"]?.string?.contains(next) == true)
            #expect(result["error", "code"] == "connection_failed")
        }
    }

    @Test("A dry run says what would go out and records nothing")
    func dryRun() async throws {
        try await withCounter { counter, _ in
            let result = try await counter.call(
                "send_email", Self.plain(["dry_run": true, "bcc": ["b@example.org"]]))
            #expect(result["dry_run"] == true)
            #expect(result["id"] == nil)
            #expect(result["recipients"]?.array?.count == 2)
            #expect((result["size"]?.integer ?? 0) > 100)
            #expect(try await counter.call("list_sends", [:])["sends"] == [])
        }
    }

    @Test(
        "Shapes that clients are known to send mean what they say",
        arguments: [
            ["to": "ann@example.org"], ["to": "[\"ann@example.org\"]"],
            ["to": ["ann@example.org"], "cc": nil],
            ["wait_seconds": "0"], ["dry_run": "false"], ["metadata": "{\"k\":\"v\"}"], ["tags": "one"],
            ["attachments": "[{\"filename\":\"a.txt\",\"content_base64\":\"YQ==\"}]"], ["wait_seconds": 1.5],
        ] as [JSON.Object])
    func lenient(changes: JSON.Object) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            let result = try await counter.call("send_email", Self.plain(changes))
            #expect(result.isError == false, "\(result.text)")
            #expect(result["recipients", "0", "address"] == "ann@example.org")
        }
    }

    @Test(
        "What is wrong is named, with what would be right, and nothing is recorded",
        arguments: [
            (["to": "a@example.org, b@example.org"], "to[0]", "array"),
            (["to": [5]], "to[0]", "string"), (["to": ["nobody"]], "to[0]", "@"),
            (["to": ["a@b.org\r\nBcc: c@d.org"]], "to[0]", "control"),
            (["to": nil, "subject": "x"], "to", "to"),
            (["subject": nil], "subject", "subject"), (["subject": "a\nb"], "subject", "subject"),
            (["text": nil], "markdown", "body"), (["wait_seconds": 90], "wait_seconds", "60"),
            (["wait_seconds": "soon"], "wait_seconds", "number"), (["cc_": ["a@b.org"]], "cc_", "cc"),
            (["account": "work"], "account", "me"), (["from": "you@example.com"], "from", "me@example.com"),
            (["headers": ["Bcc": "x@example.org"]], "headers.Bcc", "X-"),
            (["headers": ["X-A": "1\r\nBcc: x@example.org"]], "headers.X-A", "control"),
            (["in_reply_to": "not an id"], "in_reply_to", "@"),
            (["attachments": [["filename": "a.txt"]]], "attachments[0]", "content_base64"),
            (
                ["attachments": [["filename": "a.txt", "content_base64": "%%"]]],
                "attachments[0].content_base64", "base64"
            ),
            (["attachments": [["content_base64": "YQ=="]]], "attachments[0].filename", "filename"),
            (
                ["attachments": [["filename": "../x", "content_base64": "YQ=="]]], "attachments[0].filename",
                "path"
            ),
            (["attachments": [["path": "/etc/passwd"]]], "attachments[0]", "below"),
            (["markdown": "a", "html": "b"], "markdown", "html"),
            (["idempotency_key": "caf\u{E9}"], "idempotency_key", "ASCII"),
            (["idempotency_key": "a\tb"], "idempotency_key", "ASCII"),
            (["idempotency_key": "a\u{7F}"], "idempotency_key", "ASCII"),
            (["idempotency_key": ""], "idempotency_key", "1"),
            (["idempotency_key": .string(String(repeating: "k", count: 257))], "idempotency_key", "256"),
            (["send_at": "tomorrow"], "send_at", "RFC 3339"),
            (["send_at": "2027-01-16T08:00:00"], "send_at", "offset"),
            (["send_at": "2027-02-30T08:00:00Z"], "send_at", "does not exist"),
            (["send_at": 1_800_000_000], "send_at", "string"),
            (["send_at": "2026-01-01T00:00:00Z"], "send_at", "in the past"),
            (["send_at": "2029-01-01T00:00:00Z"], "send_at", "more than a year ahead"),
            (["give_up_at": "soon"], "give_up_at", "RFC 3339"),
            (["give_up_at": "2027-01-15T08:00:00Z"], "give_up_at", "later time"),
            (["allow_duplicate": "maybe"], "allow_duplicate", "true or false"),
        ] as [(JSON.Object, String, String)])
    func refusals(changes: JSON.Object, field: String, word: String) async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, _ in
            var arguments = Self.plain
            for (name, value) in changes { arguments[name] = value.isNull ? nil : value }
            let result = try await counter.call("send_email", arguments)
            #expect(result.isError)
            #expect(result["error", "field"] == .string(field), "\(result.text)")
            let sentence = [result["error", "message"], result["error", "hint"]].compactMap { $0?.string }
                .joined(separator: " ")
            #expect(sentence.contains(word), "\(sentence)")
            #expect(try await counter.call("list_sends", [:])["sends"] == [])
            #expect(counter.transport.carried.isEmpty)
        }
    }

    @Test("A body escaped twice is repaired with a warning, a path with a backslash is left alone")
    func escapes() async throws {
        try await withCounter([ScriptedTransport.accepts, ScriptedTransport.accepts]) { counter, _ in
            let repaired = try await counter.call("send_email", Self.plain(["text": "Dear Ann,\\n\\nhello."]))
            #expect(repaired["warnings", "0"]?.string?.contains("`text`") == true)
            let kept = try await counter.call(
                "send_email", Self.plain(["text": "It is in C:\\new\\names", "subject": "Other"]))
            #expect(kept["warnings"] == nil)
            let bodies = counter.transport.carried.map { String(decoding: $0.mailData.bytes, as: UTF8.self) }
            #expect(bodies[0].hasSuffix("\r\n\r\nDear Ann,\r\n\r\nhello.\r\n"))
            #expect(bodies[1].contains("C:\\new\\names"))
        }
    }

    @Test("An attachment by path is taken as it is at that moment")
    func attachment() async throws {
        try await withCounter([ScriptedTransport.accepts]) { counter, folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/files", withIntermediateDirectories: true)
            try Data("hello".utf8).write(to: URL(fileURLWithPath: folder + "/files/a.txt"))
            let result = try await counter.call(
                "send_email", Self.plain(["attachments": [["path": .string(folder + "/files/a.txt")]]]))
            #expect(result["status"] == "sent", "\(result.text)")
            let text = String(
                decoding: try #require(counter.transport.carried.first).mailData.bytes, as: UTF8.self)
            #expect(text.contains("filename=\"a.txt\"") || text.contains("filename=a.txt"))
        }
    }

    @Test(
        "Taken for one and refused for the other: the next step names who has it and never says to send to all again"
    )
    func partial() async throws {
        try await withCounter([ScriptedTransport.replies(rcpt: [250, 550], finalDot: 250)]) { counter, _ in
            let result = try await counter.call(
                "send_email", Self.plain(["to": ["a@example.org", "b@example.org"]]))
            #expect(result["state"] == "partial")
            let step = try #require(result["next_step"]?.string)
            #expect(step.contains("accepted it for a@example.org. Do not send it to them again."))
            #expect(result["warnings", "0"]?.string?.hasPrefix("b@example.org did not get it") == true)
            #expect(result["warnings", "0"]?.string?.contains("nothing was accepted") == false)
        }
    }
}
