import Foundation
import JSON
import TestPeers
import Testing

/// What a person, or cron, does with the queue from the command line.
@Suite("cancel, retry, drain and prune")
struct OperatorTests {
    /// Lends the environment of a record that holds one send, made by a server that has ended.
    private func withSend(
        _ arguments: JSON, _ body: (_ id: String, _ environment: [String: String]) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1"]
            let program = try Program(environment: environment)
            try await program.initialize()
            let send = try await program.call("send_email", arguments)
            try program.closeInput()
            #expect(await program.ended() == 0)
            try await body(try #require(send["id"]?.string), environment)
        }
    }

    private static func message(to address: String, sendAt: String? = nil) -> JSON {
        var message: JSON.Object = ["to": [.string(address)], "subject": "x", "text": "x"]
        message["send_at"] = sendAt.map(JSON.string)
        return .object(message)
    }

    private static func tomorrow() -> String { Date.now.addingTimeInterval(86_400).formatted(.iso8601) }

    @Test("What waits is cancelled, once; what was taken cannot be")
    func cancel() async throws {
        try await withSend(Self.message(to: "ada@example.org", sendAt: Self.tomorrow())) { id, environment in
            let first = try await Program.run(["cancel", id, "--json"], environment: environment)
            #expect(first.status == 0)
            #expect(try JSON(parsing: first.output)["state"] == "cancelled")
            let second = try await Program.run(["cancel", id], environment: environment)
            #expect(second.status == 1)
            #expect(second.errors.contains("cancelled"))
        }
        try await withSend(Self.message(to: "ada@example.org")) { id, environment in
            let refused = try await Program.run(["cancel", id, "--json"], environment: environment)
            #expect(try JSON(parsing: refused.output)["error"]?["code"] == "not_cancellable")
        }
    }

    @Test("An unconfirmed send is retried only by who says that it may arrive twice")
    func retry() async throws {
        try await withSend(Self.message(to: "unconfirmed@simulator.test")) { id, environment in
            let asked = try await Program.run(["retry", id], environment: environment)
            #expect(asked.status == 2)
            #expect(asked.errors.contains("--even-if-it-may-have-arrived"))
            let retried = try await Program.run(
                ["retry", id, "--even-if-it-may-have-arrived", "--json"], environment: environment)
            let send = try JSON(parsing: retried.output)
            #expect(send["attempts"] == 2)
            #expect(send["events"]?.array?.contains { $0["type"] == "retried" } == true)
        }
    }

    @Test("After a correction of the server's name, drain and doctor say what still waits for the old one")
    func stranded() async throws {
        try await withTemporaryFolder { folder in
            var environment = SettingsTests.environment(folder)
            environment["ENVELOPE_SMTP_PASSWORD"] = "x"
            let sent = try await SettingsTests.send([], environment)
            #expect(sent["status"] == "queued", "\(sent)")
            environment["ENVELOPE_SMTP_URL"] = "smtp+plain://me@localhost:1"
            let told = "1 send waits for me@example.com at smtp+plain://127.0.0.1:1, which is no account"
            let drained = try await Program.run(["drain"], environment: environment)
            #expect(drained.status == 0 && drained.output.contains(told), "\(drained)")
            let json = try await Program.run(["drain", "--json"], environment: environment)
            #expect(try JSON(parsing: json.output)["elsewhere"]?[0]?["sends"] == 1, "\(json)")
            let doctor = try await Program.run(["doctor", "--offline"], environment: environment)
            #expect(doctor.output.contains(told), "\(doctor)")
            environment["ENVELOPE_SMTP_URL"] = "smtp+plain://me@127.0.0.1:1"
            #expect(try await !Program.run(["drain"], environment: environment).output.contains("waits for"))
            // A sandbox has nothing to do with it.
            let sandbox = try await Program.run(["drain", "--sandbox"], environment: environment)
            #expect(sandbox.status == 0 && !sandbox.output.contains("waits for"), "\(sandbox)")
        }
    }

    @Test("drain sends what an ended server left, and its exit status says what is left")
    func drain() async throws {
        try await withSend(Self.message(to: "deferred@simulator.test")) { id, environment in
            // The sandbox puts an address off once in each process, and this is another one.
            let early = try await Program.run(["drain", "--json"], environment: environment)
            #expect(early.status == 75)
            try await eventually {
                let drained = try await Program.run(["drain"], environment: environment)
                let tracked = try await Program.run(["track", id], environment: environment)
                return drained.status == 75 && tracked.output.contains("\"attempts\": 2")
            }
        }
        try await withSend(Self.message(to: "ada@example.org", sendAt: Self.tomorrow())) { _, environment in
            let drained = try await Program.run(["drain", "--json"], environment: environment)
            #expect(drained.status == 0)
            #expect(try JSON(parsing: drained.output)["scheduled"] == 1)
        }
    }

    @Test("drain without an account is a matter of configuration")
    func drainWithoutAccount() async throws {
        try await withTemporaryFolder { folder in
            let ended = try await Program.run(
                ["drain"], environment: ["ENVELOPE_DB": folder + "/envelope.db"])
            #expect(ended.status == 2)
            #expect(ended.errors.contains("ENVELOPE_SMTP_URL"))
        }
    }

    @Test("prune takes the mail data of what is finished, and the record stays")
    func prune() async throws {
        try await withSend(Self.message(to: "rejected@simulator.test")) { id, environment in
            let pruned = try await Program.run(
                ["prune", "--older-than", "0s", "--json"], environment: environment)
            #expect(pruned.status == 0)
            #expect(try JSON(parsing: pruned.output)["sends"] == 1)
            let tracked = try await Program.run(["track", id], environment: environment)
            #expect(try JSON(parsing: tracked.output)["state"] == "rejected")
            let retried = try await Program.run(["retry", id], environment: environment)
            #expect(retried.status == 2)
            #expect(retried.errors.contains("pruned"))
        }
    }

    @Test(
        "A setting that cannot be used is named, with what would be right",
        arguments: [
            (["--tools", "send_email,fly"], "cancel_send"), (["--connections", "0"], "1 to 256"),
            (["--retention", "soon"], "7d"), (["--give-up-after", "1w"], "24h"),
        ])
    func settings(flags: [String], word: String) async throws {
        let ended = try await Program.run(["drain", "--sandbox"] + flags)
        #expect(ended.status != 0)
        #expect((ended.output + ended.errors).contains(word))
    }

    @Test("cancel_send is there for who names it, and only then")
    func tools() async throws {
        for (tools, count) in [
            ("send_email,track_send,list_sends,cancel_send", 4), ("", 3), ("track_send", 1),
        ] {
            let program = try Program(["--sandbox"], environment: ["ENVELOPE_TOOLS": tools])
            try await program.initialize()
            let list = try await program.request("tools/list")
            #expect(list["result"]?["tools"]?.array?.count == count)
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    @Test("A server that must leave mail behind says who will send it")
    func leftBehind() async throws {
        try await withTemporaryFolder { folder in
            let program = try Program(["--sandbox"], environment: ["ENVELOPE_DB": folder + "/envelope.db"])
            try await program.initialize()
            let send = try await program.call(
                "send_email", Self.message(to: "ada@example.org", sendAt: Self.tomorrow()))
            // In the shell of a person the record is another one.
            let command = "`envelope drain --db \(folder)/envelope.db`"
            #expect(send["next_step"]?.string?.contains(command) == true, "\(send)")
            try program.closeInput()
            #expect(await program.ended() == 0)
            #expect(program.standardError.contains(command), "\(program.standardError)")
        }
    }
}
