import Foundation
import JSON
import TestPeers
import Testing

/// What an operator forbids, through the whole program.
@Suite("Guard rails of the program", .timeLimit(.minutes(5)))
struct GuardRailTests {
    private static func message(to address: String = "ada@example.org", subject: String = "x") -> JSON {
        ["to": [.string(address)], "subject": .string(subject), "text": "x", "wait_seconds": 20]
    }

    struct Rule: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var flags: [String] = []
        var environment: [String: String] = [:]
        var file: String?
        /// Of the refusal; nil where the message goes out.
        let code: String?
        var says = ""
    }

    static let rules = [
        Rule(
            testDescription: "by the environment",
            environment: ["ENVELOPE_ALLOW_TO": "example.net, .example.net"],
            code: "recipient_not_allowed",
            says: "allow_to of the account sandbox holds only @example.net, .example.net"),
        Rule(
            testDescription: "by a flag above the environment", flags: ["--allow-to", "example.org"],
            environment: ["ENVELOPE_ALLOW_TO": "example.net"], code: nil),
        Rule(
            testDescription: "by a list in the settings file",
            file: #"{"deny": {"to": ["b@x.example", "example.org"]}}"#,
            code: "recipient_not_allowed", says: "deny_to of the account sandbox holds @example.org"),
        Rule(
            testDescription: "by a text in the settings file",
            file: #"{"deny": {"to": "b@x.example, example.org"}}"#,
            code: "recipient_not_allowed", says: "deny_to"),
        Rule(
            testDescription: "by a number in the settings file", file: #"{"max": {"recipients": 1}}"#,
            code: "invalid_request", says: "max_recipients"),
        Rule(
            testDescription: "in the sandbox too, where any sender is taken without a rule",
            environment: ["ENVELOPE_ALLOW_FROM": "example.com"], code: "sender_not_allowed",
            says: "allow_from"),
        Rule(
            testDescription: "empty, as if it were not set", environment: ["ENVELOPE_ALLOW_TO": " "],
            code: nil),
    ]

    @Test("A rule is enforced, whoever set it", arguments: rules)
    func enforced(rule: Rule) async throws {
        try await withTemporaryFolder { folder in
            var environment = ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1"]
            environment.merge(rule.environment) { $1 }
            if let file = rule.file {
                try SettingsTests.write(file, to: folder + "/config.json")
                environment["ENVELOPE_CONFIG"] = folder + "/config.json"
            }
            let program = try Program(rule.flags, environment: environment)
            try await program.initialize()
            let result = try await program.call(
                "send_email",
                [
                    "to": ["ada@example.org"], "cc": ["b@example.org"], "from": "me@example.org",
                    "subject": "x",
                    "text": "x", "wait_seconds": 20,
                ])
            #expect(result["error"]?["code"]?.string == rule.code, "\(result)")
            #expect(result["error"]?["message"]?.string?.contains(rule.says) ?? (rule.code == nil))
            #expect((result["status"] == "sent") == (rule.code == nil))
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    @Test(
        "A rule that cannot be read stops the program before it serves, and the message says what would be right",
        arguments: [
            (["--allow-to", "ada@"], "ENVELOPE_ALLOW_TO (--allow-to)", "name@example.com"),
            (["--deny-to", "*"], "ENVELOPE_DENY_TO (--deny-to)", "example.com for all at a domain"),
            (["--allow-from", "a@b.example,"], "ENVELOPE_ALLOW_FROM (--allow-from)", "name@example.com"),
            (["--send-limit", "10/week"], "ENVELOPE_LIMIT (--send-limit)", "/minute, /hour or /day"),
            (["--max-recipients", "0"], "ENVELOPE_MAX_RECIPIENTS (--max-recipients)", "1 to 100"),
            (["--config", "FILE"], "ENVELOPE_DENY_TO in the settings file", "list of texts"),
        ])
    func unreadable(flags: [String], name: String, words: String) async throws {
        try await withTemporaryFolder { folder in
            let file = folder + "/config.json"
            try SettingsTests.write(#"{"deny": {"to": 1.5}}"#, to: file)
            let flags =
                flags.map { $0 == "FILE" ? file : $0 } + ["--sandbox", "--db", folder + "/envelope.db"]
            for command in [[], ["drain"], ["--http", "--port", "0"]] {
                let ended = try await Program.run(command + flags)
                #expect(ended.status != 0)
                #expect((ended.output + ended.errors).contains(name), "\(ended.errors)")
                #expect((ended.output + ended.errors).contains(words), "\(ended.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db"))
        }
    }

    @Test(
        "Two programs on one record share the count, and what is left is in every result, over HTTP as well")
    func shared() async throws {
        try await withTemporaryFolder { folder in
            let environment = [
                "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1",
                "ENVELOPE_LIMIT": "3/day, 9 recipients/day", "ENVELOPE_DENY_TO": "example.net",
            ]
            let stdio = try Program(environment: environment)
            let web = try await HTTPProgram.started([], environment: environment)
            try await stdio.initialize()
            let first = try await stdio.call("send_email", Self.message())
            #expect(first["quota_remaining"] == ["day": 2, "recipients_day": 8])
            func post(_ subject: String, to address: String = "ada@example.org") async throws
                -> HTTPProgram.Answer
            {
                try await web.curl(
                    "/send", "-X", "POST", "-H", "Content-Type: application/json", "-d",
                    Self.message(to: address, subject: subject).text)
            }
            let denied = try await post("denied", to: "b@example.net")
            #expect(denied.status == 403)
            #expect(denied["code"] == "recipient_not_allowed")
            #expect(try await post("2")["quota_remaining"]?["day"] == 1)
            #expect(try await post("3")["quota_remaining"]?["day"] == 0)
            let refused = try await stdio.call("send_email", Self.message(subject: "4"))
            #expect(refused["error"]?["code"] == "rate_limited")
            #expect((refused["error"]?["retry_after"]?.integer ?? 0) > 86_000)
            #expect(try await post("5").status == 429)
            let account = try await web.curl("/accounts")["accounts"]?[0]
            #expect(account?["quota_remaining"] == ["day": 0, "recipients_day": 6])
            #expect(await web.stop() == 0)
            try stdio.closeInput()
            #expect(await stdio.ended() == 0)
        }
    }

    @Test("An operator suppresses an address, sees it, and lifts that again")
    func suppressions() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1"]
            func run(_ arguments: String...) async throws -> (status: Int32, output: String, errors: String) {
                try await Program.run(["suppressions"] + arguments, environment: environment)
            }
            #expect(try await run().output == "No address is suppressed.\n")
            let added = try await run("add", "Ada@Example.org", "--reason", "asked for it", "--json")
            #expect(added.status == 0, "\(added.errors)")
            let suppression = try JSON(parsing: added.output)
            #expect(suppression["address"] == "Ada@example.org")
            #expect(suppression["added"] == true)
            #expect(suppression["status"] == nil)
            #expect(
                try await run("add", "ada@example.org").output.hasPrefix("It was already: Ada@example.org"))
            let listed = try JSON(parsing: try await run("list", "--json").output)
            #expect(listed["suppressions"]?.array?.count == 1)
            #expect(listed["suppressions"]?[0]?["reason"] == "asked for it")
            #expect(try await Program.run(["list", "--limit", "1"], environment: environment).status == 0)
            #expect(try await run("list").output.contains("by hand  asked for it"))

            let program = try Program(environment: environment)
            try await program.initialize()
            let refused = try await program.call("send_email", Self.message())
            #expect(refused["error"]?["code"] == "recipient_not_allowed")
            #expect(refused["error"]?["field"] == "to[0]")
            let hint = try #require(refused["error"]?["hint"]?.string)
            let command = try #require(hint.split(separator: "`").first { $0.hasPrefix("envelope ") })
            // As the hint says.
            let removed = try await Program.run(
                command.split(separator: " ").dropFirst().map(String.init), environment: environment)
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(try await program.call("send_email", Self.message())["status"] == "sent")
            try program.closeInput()
            #expect(await program.ended() == 0)

            let again = try await run("remove", "ada@example.org", "--json")
            #expect(again.status == 2)
            #expect(try JSON(parsing: again.output)["error"]?["code"] == "not_found")
            let wrong = try await run("add", "ada")
            #expect(wrong.status != 0)
            #expect(wrong.errors.contains("name@example.com"))
        }
    }
}
