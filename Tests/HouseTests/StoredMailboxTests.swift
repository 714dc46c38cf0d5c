import Foundation
import JSON
import TestPeers
import Testing

/// `envelope accounts add` sets up the mailbox too: a real Postfix writes the reports, a real Dovecot keeps them.
@Suite("The mailbox of a stored account", .timeLimit(.minutes(5)))
struct StoredMailboxTests {
    /// - Parameter trust: how both servers are trusted.
    private static func adding(
        _ server: MailServer, trust: [String]? = nil, imap: Bool = true, _ extra: String...
    ) -> [String] {
        [
            "accounts", "add", server.username, "--name", "work", "--smtp-url",
            "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)", "--password-stdin",
            "--json",
        ] + (trust ?? ["--smtp-ca-file", server.caFile])
            + (imap ? ["--imap-url", "imaps://\(server.host):\(server.imapsPort)"] : []) + extra
    }

    private static func send(
        to address: String, _ environment: [String: String]
    ) async throws -> JSON {
        let program = try Program(environment: environment)
        try await program.initialize()
        let sent = try await program.call(
            "send_email",
            ["to": [.string(address)], "subject": "Hello", "text": "x", "wait_seconds": 30] as JSON)
        try program.closeInput()
        #expect(await program.ended() == 0)
        #expect(sent["status"] == "sent", "\(sent)")
        return sent
    }

    @Test("Added in one command, it files the Sent copy once, reads the bounce, and track tells it")
    func wholeDay() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db", "HOME": folder]
                let added = try await AccountsTests.run(
                    Self.adding(server, "--sent-copy", "always"), input: server.password + "\n",
                    environment: environment)
                let account = try JSON(parsing: added.output)
                #expect(added.status == 0 && account["tested"] == true, "\(added)")
                #expect(account["mailbox"] == ["works": true, "sent_folder": "Sent"], "\(account)")
                #expect(
                    account["account"]?["imap"] == .string("imaps://\(server.host):\(server.imapsPort)"))
                #expect(account["account"]?["sent_copy"] == "always")

                let sent = try await Self.send(to: "gone@" + server.domain, environment)
                try await eventually { try !server.messages.isEmpty }
                for _ in 1...2 {
                    let check = try await Program.run(
                        ["mailbox", "check", "--json"], environment: environment)
                    #expect(check.status == 0, "\(check)")
                }
                let tracked = try JSON(
                    parsing: try await Program.run(
                        ["track", sent["id"]?.string ?? ""], environment: environment
                    ).output)
                #expect(tracked["status"] == "sent" && tracked["delivery"] == "bounced", "\(tracked)")
                #expect(tracked["recipients"]?[0]?["report"]?["status"] == "5.1.1")
                let events = tracked["events"]?.array?.compactMap { $0["type"]?.string } ?? []
                #expect(events.count { $0 == "sent_copy_saved" } == 1 && events.contains("bounced"))
                let copies = try FileManager.default.subpathsOfDirectory(atPath: server.maildir + "/.Sent")
                    .filter { $0.hasPrefix("cur/") || $0.hasPrefix("new/") }
                #expect(copies.count == 1, "\(copies)")

                let doctor = try await Program.run(["doctor", "--json"], environment: environment)
                let finding = try JSON(parsing: doctor.output)["findings"]?.array?.first {
                    $0["subject"] == "mailbox of work"
                }
                #expect(doctor.status == 0 && finding?["verdict"] == "well", "\(doctor.output)")
                #expect(finding?["detail"]?.string?.contains("sent folder Sent") == true)
            }
        }
    }

    @Test(
        "A mailbox that refuses the login is kept and said, with the fix; mail is sent, and its password is nowhere"
    )
    func refused() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db", "HOME": folder]
                let planted = "planted-imap-secret"
                let added = try await AccountsTests.run(
                    Self.adding(server), input: server.password + "\n",
                    environment: environment.merging(["ENVELOPE_IMAP_PASSWORD": planted]) { $1 })
                let account = try JSON(parsing: added.output)
                #expect(added.status == 0, "\(added)")
                #expect(account["mailbox"]?["works"] == false && account["mailbox"]?["kept"] == true)
                #expect(account["mailbox"]?["error"]?["code"] == "auth_failed", "\(account)")
                #expect(account["mailbox"]?["error"]?["hint"]?.string?.isEmpty == false)
                #expect(account["account"]?["imap_secret"] == "sealed in the record")

                _ = try await Self.send(to: server.username, environment)
                let tested = try await Program.run(["accounts", "test", "--json"], environment: environment)
                let result = try JSON(parsing: tested.output)["accounts"]?[0]
                #expect(tested.status == 0 && result?["works"] == true, "\(tested)")
                #expect(result?["mailbox"]?["works"] == false)
                let rekeyed = try await Program.run(
                    ["accounts", "rekey", "--json"], environment: environment)
                #expect(try JSON(parsing: rekeyed.output)["secrets"] == 2, "\(rekeyed)")
                let looked = try await Program.run(["mailbox", "check", "--json"], environment: environment)
                #expect(try JSON(parsing: looked.output)["mailboxes"]?[0]?["error"]?["code"] == "auth_failed")
                let doctor = try await Program.run(["doctor"], environment: environment)
                #expect(doctor.status == 1 && doctor.output.contains("✘ mailbox of work"), "\(doctor.output)")

                var written = [added, tested, rekeyed, looked, doctor].map { $0.output + $0.errors }.joined()
                for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                    let octets = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
                    written += String(decoding: octets, as: UTF8.self)
                }
                let initial = Data("\0\(server.username)\0\(planted)".utf8).base64EncodedString()
                for secret in [planted, Data(planted.utf8).base64EncodedString(), initial, server.password] {
                    #expect(!written.contains(secret))
                }
                // Put right by the same command.
                let again = try await AccountsTests.run(
                    Self.adding(server), input: server.password + "\n", environment: environment)
                #expect(try JSON(parsing: again.output)["mailbox"]?["works"] == true, "\(again)")
                let one = try await Program.run(["accounts", "rekey", "--json"], environment: environment)
                #expect(try JSON(parsing: one.output)["secrets"] == 1)
            }
        }
    }

    @Test(
        "A key that is pinned for the one server is trusted for the other on the same host; else a key is offered"
    )
    func pinned() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db", "HOME": folder]
                func add(_ arguments: [String]) async throws -> JSON {
                    let run = try await AccountsTests.run(
                        arguments, input: server.password + "\n", environment: environment)
                    return try JSON(parsing: run.output)
                }
                // The authority is none, so that no certificate is trusted.
                let stranger = try await add(
                    Self.adding(server, "--imap-ca-file", "/etc/ssl/certs/ca-certificates.crt"))
                let hint = stranger["mailbox"]?["error"]?["hint"]?.string ?? ""
                #expect(stranger["mailbox"]?["error"]?["code"] == "tls_failed", "\(stranger)")
                let words = hint.split(separator: " ").map(String.init)
                let place = try #require(words.firstIndex(of: "--imap-pin"), "\(hint)")
                let pin = words[place + 1].trimmingCharacters(in: ["."])
                let pinned = try await add(Self.adding(server, trust: ["--pin", pin]))
                #expect(pinned["mailbox"]?["works"] == true, "\(pinned)")
                #expect(pinned["account"]?["imap_pin"] == .string(pin))
                let wrong = "sha256//" + Data(repeating: 7, count: 32).base64EncodedString()
                let other = try await add(Self.adding(server, "--imap-pin", wrong))
                #expect(other["mailbox"]?["error"]?["code"] == "tls_failed", "\(other)")
            }
        }
    }

    @Test(
        "Without a mailbox, or with one that is not there, the account is kept, and it is said what is missing"
    )
    func without() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db", "HOME": folder]
                func add(_ arguments: [String], status: Int32 = 0) async throws -> JSON {
                    let run = try await AccountsTests.run(
                        arguments, input: server.password + "\n", environment: environment)
                    #expect(run.status == status, "\(run)")
                    return try JSON(parsing: run.output)
                }
                let none = try await add(Self.adding(server, imap: false, "--no-imap"))
                #expect(none["mailbox"] == nil && none["account"]?["imap"] == nil, "\(none)")
                // Nobody listens at port 993 of this machine.
                let guessed = try await add(Self.adding(server, imap: false))
                #expect(guessed["mailbox"] == ["works": false, "kept": false], "\(guessed)")
                let run = try await Program.run(["mailbox", "check"], environment: environment)
                #expect(run.status == 2 && run.errors.contains("--imap-url"), "\(run)")
                let both = try await add(Self.adding(server, "--no-imap"), status: 2)
                #expect(both["error"]?["field"] == "no_imap")
                let clear = try await add(
                    Self.adding(server, imap: false, "--imap-url", "imap+plain://mail.example.com"),
                    status: 1)
                #expect(clear["error"]?["code"] == "tls_failed", "\(clear)")
                let policy = try await add(Self.adding(server, "--sent-copy", "sometimes"), status: 2)
                #expect(policy["error"]?["field"] == "sent_copy")
                let list = try await Program.run(["accounts", "list"], environment: environment)
                #expect(list.output.contains("mailbox: none"), "\(list.output)")
            }
        }
    }
}
