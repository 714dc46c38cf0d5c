import JSON
import MCP
import Mail
import Sending
import Store
import TestPeers
import Testing

@testable import Tools

@Suite("send_email where a person approves", .timeLimit(.minutes(5)))
struct ApprovalToolTests {
    private static let form = Client(revision: .july2026, capabilities: ["elicitation": [:]])
    private static let yes: JSON.Object = ["action": "accept", "content": ["decision": "send"]]
    private static let arguments: JSON.Object = [
        "to": ["Ada <ada@example.org>"], "bcc": ["bob@example.net"], "subject": "Offer", "text": "Hello",
        "attachments": [["filename": "offer.pdf", "content_base64": "aGVsbG8="]],
    ]

    /// Asks, and gives the question with its state.
    private func asked(_ counter: Counter, _ arguments: JSON.Object = arguments) async throws -> Questions {
        let outcome = try await counter.run(
            ToolCall(name: "send_email", arguments: arguments, client: Self.form))
        guard case .ask(let questions) = outcome else { throw NotAsked(outcome: "\(outcome)") }
        return questions
    }

    private func answered(
        _ counter: Counter, _ questions: Questions, _ answer: JSON.Object?,
        _ arguments: JSON.Object = arguments
    ) async throws -> ToolOutcome {
        try await counter.run(
            ToolCall(
                name: "send_email", arguments: arguments, client: Self.form,
                answers: answer.map { ["approval": $0] } ?? [:], state: questions.state))
    }

    private func result(_ outcome: ToolOutcome) throws -> ToolResult {
        guard case .result(let result) = outcome else { throw NotAsked(outcome: "\(outcome)") }
        return result
    }

    @Test("The question shows the exact envelope: everybody, the subject, the size and the attachments")
    func shown() async throws {
        try await withCounter(approval: .all) { counter, _ in
            let form = try #require(try await asked(counter).requests.first?.request.params)
            let message = try #require(form["message"]?.string)
            for words in [
                "From: Me <me@example.com>", "To: ada@example.org (Ada)", "Bcc: bob@example.net",
                "Subject: Offer",
                "octets", "Attachment: offer.pdf",
            ] {
                #expect(message.contains(words), "\(message)")
            }
            #expect(form["requestedSchema"]?["required"] == ["decision"])
            #expect(form["requestedSchema"]?["properties"]?["decision"]?["default"] == nil)
        }
    }

    @Test("After a yes the result says what is left of the account's limits, as every other does")
    func quota() async throws {
        let rails = GuardRails(limits: [SendLimit(5, .recipients, per: .day)])
        try await withCounter([ScriptedTransport.accepts], approval: .all, rails: rails) { counter, _ in
            let questions = try await asked(counter)
            let result = try result(try await answered(counter, questions, Self.yes))
            #expect(result["status"] == "sent")
            #expect(result["quota_remaining"] == ["recipients_day": 3])
        }
    }

    @Test("However long names and subject are, every address is shown whole, on a line of its own")
    func nobodyPushedOut() async throws {
        try await withCounter(approval: .all) { counter, _ in
            var arguments = Self.arguments
            let marks = String(repeating: "\u{0301}", count: 300)
            let addresses = (1...99).map { "person\($0)@example.org" }
            arguments["to"] = .array(addresses.map { .string("\"A\(marks)\" <\($0)>") })
            arguments["subject"] = .string(String(repeating: "subject ", count: 100))
            let message = try #require(
                try await asked(counter, arguments).requests.first?.request.params["message"]?.string)
            let lines = message.split(separator: "\n")
            for address in addresses {
                #expect(lines.contains { $0.hasPrefix("To: \(address) (") }, "\(address)")
            }
            #expect(lines.contains("Bcc: bob@example.net"))
            #expect(lines.allSatisfy { $0.unicodeScalars.count < 400 })
        }
    }

    @Test("What would disguise an address in the question is shown as what it is")
    func disguised() async throws {
        try await withCounter(approval: .all) { counter, _ in
            var arguments = Self.arguments
            arguments["subject"] = "safe \u{202E}cod.exe \u{200B}end"
            let message = try #require(
                try await asked(counter, arguments).requests.first?.request.params["message"]?.string)
            #expect(!message.unicodeScalars.contains { ["\u{202E}", "\u{200B}"].contains($0) })
            #expect(message.contains("safe \u{FFFD}cod.exe \u{FFFD}end"))
        }
    }

    @Test("A yes sends it once; the same yes again sends nothing and says what became of it")
    func approved() async throws {
        try await withCounter([ScriptedTransport.accepts], approval: .all) { counter, _ in
            let questions = try await asked(counter)
            #expect(counter.transport.carried.isEmpty)
            let first = try result(try await answered(counter, questions, Self.yes))
            #expect(first["status"] == "sent")
            #expect(first.isError == false)
            let again = try result(try await answered(counter, questions, Self.yes))
            #expect(again["id"] == first["id"])
            #expect(again["status"] == "sent")
            #expect(counter.transport.carried.count == 1)
        }
    }

    @Test(
        "Decline, a no and a cancel never send; only a cancel leaves it to be decided later",
        arguments: [
            (#"{"action":"decline"}"#, "denied"), (#"{"action":"cancel"}"#, "held"),
            (#"{"action":"accept","content":{"decision":"do_not_send"}}"#, "denied"),
            (#"{"action":"accept","content":{"decision":"maybe"}}"#, "held"),
            (#"{"action":"accept"}"#, "held"), (#"{"action":"yes","content":{"decision":"send"}}"#, "held"),
        ])
    func refused(answer: String, state: String) async throws {
        try await withCounter([ScriptedTransport.accepts], approval: .all) { counter, _ in
            let questions = try await asked(counter)
            let object = try #require(try JSON(parsing: Array(answer.utf8)).object)
            let result = try result(try await answered(counter, questions, object))
            #expect(result["state"] == .string(state))
            #expect(result.isError == false, "A model that reads of an error tries again.")
            #expect(counter.transport.carried.isEmpty)
            // A no is final, whatever comes after it.
            let later = try self.result(try await answered(counter, questions, Self.yes))
            #expect(later["state"] == (state == "held" ? "accepted" : "denied"))
        }
    }

    @Test("Without an answer the same question is asked again, about the same send")
    func askedAgain() async throws {
        try await withCounter(approval: .all) { counter, _ in
            let questions = try await asked(counter)
            guard case .ask(let again) = try await answered(counter, questions, nil) else {
                Issue.record("not asked again")
                return
            }
            #expect(again.state == questions.state)
            #expect(try await counter.call("list_sends", [:])["sends"]?.array?.count == 1)
        }
    }

    @Test("A state that was made for another content sends nothing")
    func otherContent() async throws {
        try await withCounter([ScriptedTransport.accepts], approval: .all) { counter, _ in
            let first = try await asked(counter)
            var other = Self.arguments
            other["subject"] = "Other"
            let second = try await asked(counter, other)
            let mixed = Questions(
                [], state: ["id": first.state?["id"] ?? .null, "content": second.state?["content"] ?? .null])
            let result = try result(try await answered(counter, mixed, Self.yes))
            #expect(result["error", "code"] == "invalid_request")
            #expect(counter.transport.carried.isEmpty)
        }
    }

    @Test("A client that cannot ask gets the held send at once, and how a person approves it")
    func withoutElicitation() async throws {
        try await withCounter(approval: .all) { counter, _ in
            let result = try await counter.call("send_email", Self.arguments)
            #expect(result["status"] == "queued")
            #expect(result["state"] == "held")
            let id = try #require(result["id"]?.string)
            #expect(result["next_step"]?.string?.contains("`envelope approve \(id)`") == true)
            #expect(try await counter.call("list_sends", ["state": "held"])["sends"]?.array?.count == 1)
        }
    }

    @Test("A dry run says that it would wait for a person, and records nothing")
    func dryRun() async throws {
        try await withCounter(approval: .external) { counter, _ in
            var arguments = Self.arguments
            arguments["dry_run"] = true
            let result = try await counter.call("send_email", arguments)
            #expect(result["next_step"]?.string?.contains("person's approval") == true, "\(result.text)")
            #expect(try await counter.call("list_sends", [:])["sends"]?.array?.isEmpty == true)
        }
    }
}

private struct NotAsked: Error { let outcome: String }
