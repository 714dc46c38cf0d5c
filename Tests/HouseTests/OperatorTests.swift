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
            let id = try #require(sent["id"]?.string)
            _ = try await Program.run(["cancel", id], environment: environment)
            let retried = try await Program.run(["retry", id], environment: environment)
            #expect(retried.status == 75 && retried.output.contains(told), "\(retried)")
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
            // Not due yet.
            let early = try await Program.run(["drain", "--json"], environment: environment)
            #expect(early.status == 75)
            // The sandbox puts an address off once, whichever process it was.
            try await eventually {
                try await Program.run(["drain"], environment: environment).status == 0
            }
            let tracked = try await Program.run(["track", id], environment: environment)
            #expect(tracked.output.contains("\"attempts\": 2"), "\(tracked)")
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

    @Test("Each command of a sentence names the record, as a shell reads its path")
    func commandsNameTheRecord() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/it's.db"
            let program = try Program(
                ["--sandbox"], environment: ["ENVELOPE_DB": database, "ENVELOPE_APPROVE": "all"])
            try await program.initialize()
            let held = try await program.call("send_email", Self.message(to: "ada@example.org"))
            let id = held["id"]?.string ?? ""
            let flag = "--db '\(folder)/it'\\''s.db' --sandbox"
            let step = held["next_step"]?.string ?? ""
            #expect(step.contains("`envelope approve \(id) \(flag)` sends it,"), "\(held)")
            #expect(step.contains("`envelope deny \(id) \(flag)` stops it. Call track_send"), "\(held)")
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
            let command = "`envelope drain --db \(folder)/envelope.db --sandbox`"
            #expect(send["next_step"]?.string?.contains(command) == true, "\(send)")
            try program.closeInput()
            #expect(await program.ended() == 0)
            #expect(program.standardError.contains(command), "\(program.standardError)")
        }
    }

    @Test("send takes a message from the command line, and its exit status says what became of it")
    func send() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1"]
            try SettingsTests.write("a,b\n1,2\n", to: folder + "/figures.csv")
            func send(_ to: String, _ more: [String] = [], input: String = "") async throws -> (
                status: Int32, output: String, errors: String
            ) {
                try await AccountsTests.run(
                    ["send", "--to", to, "--subject", "Done"] + more, input: input, environment: environment)
            }
            let sent = try await send(
                "Ada <ada@example.org>",
                ["--to", "b@example.org", "--attach", folder + "/figures.csv", "--json"],
                input: "It is\ndone.\n")
            #expect(sent.status == 0, "\(sent)")
            let json = try JSON(parsing: sent.output)
            #expect(json["status"] == "sent" && json["to"]?.array?.count == 2, "\(sent)")
            let inbox = try await Program.run(["sandbox", "list", "--json"], environment: environment)
            let taken = try #require(try JSON(parsing: inbox.output)[0]?["id"]?.string)
            let shown = try await Program.run(["sandbox", "show", taken], environment: environment)
            #expect(
                shown.output.contains("figures.csv") && shown.output.contains("It is\r\ndone."), "\(shown)")
            let failed = try await send("rejected@simulator.test", ["--text", "x"])
            #expect(failed.status == 1 && failed.output.contains("failed"), "\(failed)")
            let queued = try await send("deferred@simulator.test", ["--text", "x", "--wait", "1"])
            #expect(queued.status == 75 && queued.output.contains("queued"), "\(queued)")
            let again = try await send("deferred@simulator.test", ["--text", "x"])
            #expect(again.status == 2 && again.errors.contains("allow_duplicate"), "\(again)")
            for more in [["--attach", folder + "/none"], ["--text", "x", "--send-at", "soon"]] {
                let refused = try await send("ada@example.org", more)
                #expect(refused.status == 2 && !refused.errors.isEmpty, "\(refused)")
            }
            // A folder opens, and cannot be read.
            let shell = try ChildProcess(
                "/bin/sh", ["-c", "exec \"$0\" send --to ada@example.org --subject x < /", Program.path],
                environment: environment)
            #expect(await shell.ended() == 2)
            #expect(shell.standardError.contains("cannot be read"), "\(shell.standardError)")
            let wrong = try await send("ada@", ["--text", "x", "--json"])
            #expect(try JSON(parsing: wrong.output)["error"]?["field"] == "to[0]", "\(wrong)")
            #expect(wrong.status == 2)
        }
    }

    @Test("config prints an entry that a host starts the program by, without a secret")
    func config() async throws {
        try await withTemporaryFolder { folder in
            try SettingsTests.write("{}", to: folder + "/own.json")
            let printed = try await Program.run(
                [
                    "config", "--sandbox", "--attachment-root", "/srv/a", "--attachment-root", "b",
                    "--config",
                    folder + "/own.json",
                ],
                environment: [
                    "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SMTP_PASSWORD": "planted",
                    "ENVELOPE_LIMIT": "5/day",
                ])
            #expect(printed.status == 0, "\(printed)")
            #expect(!(printed.output + printed.errors).contains("planted"))
            #expect(printed.errors.contains("ENVELOPE_SMTP_PASSWORD"))
            let entry = try #require(try JSON(parsing: printed.output)["mcpServers"]?["envelope"])
            let variables = try #require(entry["env"]?.object)
            #expect(variables["ENVELOPE_SANDBOX"] == "true" && variables["ENVELOPE_LIMIT"] == "5/day")
            #expect(variables["ENVELOPE_CONFIG"]?.string == folder + "/own.json")
            let roots = variables["ENVELOPE_ATTACHMENT_ROOTS"]?.string?.split(separator: ",") ?? []
            #expect(roots.count == 2 && roots.allSatisfy { $0.hasPrefix("/") }, "\(roots)")
            // As a host would: nothing else is set.
            let child = try ChildProcess(
                try #require(entry["command"]?.string), ["doctor", "--offline"],
                environment: Dictionary(
                    uniqueKeysWithValues: variables.names.map { ($0, variables[$0]?.string ?? "") }))
            child.closeInput()
            var said = ""
            for await line in child.lines { said += line }
            #expect(await child.ended() == 0)
            #expect(said.contains(folder + "/envelope.db"), "\(said)")
        }
    }

    @Test(
        "An entry of config works: the record's key by its file, each root, and nothing that is refused later"
    )
    func configEntry() async throws {
        try await withTemporaryFolder { folder in
            let base = ["ENVELOPE_DB": folder + "/envelope.db"]
            let printed = try await Program.run(
                ["config"],
                environment: base.merging([
                    "ENVELOPE_SECRET_KEY_FILE": "key", "ENVELOPE_SECRET_KEY_COMMAND": "echo planted",
                    "ENVELOPE_ATTACHMENT_ROOTS": "/srv/a, /srv/b ,",
                ]) { $1 })
            #expect(printed.status == 0, "\(printed)")
            let variables = try JSON(parsing: printed.output)["mcpServers"]?["envelope"]?["env"]
            let key = variables?["ENVELOPE_SECRET_KEY_FILE"]?.string ?? ""
            #expect(key.hasPrefix("/") && key.hasSuffix("/key"), "\(printed)")
            #expect(variables?["ENVELOPE_ATTACHMENT_ROOTS"] == "/srv/a,/srv/b", "\(printed)")
            #expect(printed.errors.contains("ENVELOPE_SECRET_KEY_COMMAND"), "\(printed)")
            #expect(!(printed.output + printed.errors).contains("planted"))
            for (flags, word) in [
                (["--connections", "0"], "1 to 256"), (["--give-up-after", "1w"], "24h"),
                (["--retention", "soon"], "7d"), (["--smtp-url", "mail.example.com"], "no scheme"),
            ] {
                let refused = try await Program.run(["config"] + flags, environment: base)
                #expect(refused.status == 2 && refused.errors.contains(word), "\(refused)")
            }
        }
    }

    @Test("A password in a URL is shown by nobody", arguments: ["ENVELOPE_SMTP_URL", "ENVELOPE_IMAP_URL"])
    func passwordInURL(variable: String) async throws {
        try await withTemporaryFolder { folder in
            let scheme = variable.contains("IMAP") ? "imaps" : "smtps"
            for url in ["\(scheme)://me:planted@127.0.0.1:1", "me:pla/planted@127.0.0.1"] {
                let environment = ["ENVELOPE_DB": folder + "/envelope.db", variable: url]
                let doctor = try await Program.run(["doctor", "--offline"], environment: environment)
                #expect(doctor.output.contains("\(variable) = •••"), "\(doctor)")
                let config = try await Program.run(["config"], environment: environment)
                #expect(config.status == 2, "\(config)")
                for said in [doctor.output, doctor.errors, config.output, config.errors] {
                    #expect(!said.contains("planted"), "\(said)")
                }
            }
        }
    }

    @Test("A stored account gets its mailbox by being added anew, and not by a setting that is not for it")
    func mailboxAdvice() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            let adding = ["accounts", "add", "me@example.com", "--name", "work", "--no-test"]
            let flags = ["--smtp-url", "smtps://127.0.0.1:1", "--password-stdin"]
            let added = try await AccountsTests.run(
                adding + flags + ["--no-imap"], input: "planted\n", environment: environment)
            #expect(added.status == 0, "\(added)")
            let words = "envelope accounts add 'me@example.com' --name 'work' --imap-url imaps://host"
            let check = try await Program.run(["mailbox", "check"], environment: environment)
            let doctor = try await Program.run(["doctor", "--offline"], environment: environment)
            for said in [check.errors, doctor.output] {
                #expect(said.contains(words) && !said.contains("ENVELOPE_IMAP_URL"), "\(said)")
            }
            let again = try await AccountsTests.run(
                adding + flags + ["--imap-url", "imaps://127.0.0.1:2"], input: "planted\n",
                environment: environment)
            #expect(again.status == 0, "\(again)")
            let list = try await Program.run(["accounts", "list"], environment: environment)
            #expect(list.output.contains("mailbox: imaps://127.0.0.1:2"), "\(list)")
        }
    }
}
