import Foundation
import JSON
import TestPeers
import Testing

/// When and how a password or token is read.
@Suite("The secret of an account")
struct SecretTests {
    static let sources: [(variable: String, value: String, reason: String)] = [
        ("ENVELOPE_SMTP_PASSWORD_FILE", "/nonexistent/password", "cannot be read"),
        ("ENVELOPE_SMTP_PASSWORD_FILE", "FOLDER/empty", "is empty"),
        ("ENVELOPE_SMTP_TOKEN_COMMAND", "echo planted; exit 3", "ended with status 3"),
        ("ENVELOPE_SMTP_PASSWORD_COMMAND", "yes planted", "too much"),
    ]

    @Test(
        "A secret that cannot be read fails the send and names its variable; reading tools work",
        arguments: sources)
    func unreadable(variable: String, value: String, reason: String) async throws {
        try await withTemporaryFolder { folder in
            var environment = SettingsTests.environment(folder)
            try SettingsTests.write("\n", to: folder + "/empty")
            environment[variable] = value.replacingOccurrences(of: "FOLDER", with: folder)
            let program = try Program(environment: environment)
            try await program.initialize()
            #expect(try await program.call("list_sends", [:])["sends"] == [])
            let failed = try await program.call("send_email", SettingsTests.message)
            #expect(failed["status"] == "failed", "\(failed)")
            #expect(failed["error"]?["code"] == "auth_failed")
            let message = failed["error"]?["message"]?.string ?? ""
            #expect(message.contains(reason) && message.contains(variable), "\(message)")
            // Of a queued one it would be wrong, so only what has ended says it.
            #expect(failed["error"]?["hint"]?.string?.contains("send it again") == false)
            #expect(failed["next_step"]?.string?.hasSuffix("Then send it again.") == true, "\(failed)")
            let tracked = try await program.call("track_send", ["id": failed["id"] ?? nil])
            #expect(tracked["status"] == "failed")
            #expect(!(failed.text + tracked.text + program.standardError).contains("planted"))
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    @Test(
        "A refused secret is read again for the next message, without a new process",
        arguments: ["ENVELOPE_SMTP_PASSWORD_FILE", "ENVELOPE_SMTP_PASSWORD_COMMAND"])
    func corrected(variable: String) async throws {
        let refused = SettingsTests.session(
            password: "old", login: "S: 535 5.7.8 bad credentials", isTaken: false)
        try await withPeer(try SettingsTests.dialogue(refused, SettingsTests.session(password: "new"))) {
            peer in
            try await withTemporaryFolder { folder in
                let file = folder + "/password"
                try SettingsTests.write("old\n", to: file)
                var environment = SettingsTests.environment(folder, port: peer.port)
                environment[variable] = variable.hasSuffix("FILE") ? file : "cat '\(file)'"
                let program = try Program(environment: environment)
                try await program.initialize()
                let failed = try await program.call("send_email", SettingsTests.message)
                #expect(failed["error"]?["code"] == "auth_failed", "\(failed)")
                try SettingsTests.write("new\r\n", to: file)
                let sent = try await program.call("send_email", SettingsTests.message)
                #expect(sent["status"] == "sent", "\(sent)")
                try program.closeInput()
                #expect(await program.ended() == 0)
            }
        }
    }

    @Test(
        "A command that never ends does not keep the program, which leaves nothing of it behind",
        arguments: [SIGTERM, 0])
    func endless(signal: Int32) async throws {
        try await withTemporaryFolder { folder in
            var environment = SettingsTests.environment(folder)
            // The shell and a child of it, both of which have to go.
            environment["ENVELOPE_SMTP_PASSWORD_COMMAND"] =
                "sleep 3600 & echo $$ $! > '\(folder)/new'; mv '\(folder)/new' '\(folder)/pids'; wait"
            let program = try Program(environment: environment)
            try await program.initialize()
            var message = SettingsTests.message.object ?? [:]
            message["wait_seconds"] = 0
            let queued = try await program.call("send_email", .object(message))
            #expect(queued["status"] == "queued")
            try await eventually { FileManager.default.fileExists(atPath: folder + "/pids") }
            let pids = try String(contentsOfFile: folder + "/pids", encoding: .utf8).split { $0.isWhitespace }
                .compactMap { Int32($0) }
            #expect(pids.count == 2)
            // Others are served meanwhile.
            #expect(try await program.call("list_sends", [:])["sends"]?.array?.count == 1)
            if signal == 0 { try program.closeInput() } else { program.signal(signal) }
            #expect(await program.ended() == 0)
            // Whoever adopts the child may take a moment to collect it.
            try await eventually { pids.allSatisfy { kill($0, 0) != 0 || Self.isZombie($0) } }
            let tracked = try await Program.run(
                ["track", queued["id"]?.string ?? ""], environment: environment)
            #expect(try JSON(parsing: tracked.output)["status"] == "queued")
        }
    }

    private static func isZombie(_ pid: Int32) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return status?.contains(") Z ") ?? true
    }

    @Test("An account whose key was away for a moment can be used when the key is back, without a word")
    func keyComesBack() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let environment = ["ENVELOPE_DB": path, "HOME": folder]
            let added = try await AccountsTests.run(
                [
                    "accounts", "add", "me@example.com", "--smtp-url", "smtp+plain://me@127.0.0.1:1",
                    "--password-stdin", "--no-test", "--no-imap",
                ], input: "planted\n", environment: environment)
            #expect(added.status == 0, "\(added)")
            let key = path + ".secret-key"
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            try await HTTPProgram.lend(environment: environment) { program in
                #expect(try await program.curl("/accounts")["accounts"]?.array?.count == 0)
                // What is still wrong is not said again each time it is looked at.
                try await Task.sleep(for: .seconds(2))
                #expect(program.standardError.ranges(of: "an account cannot be used").count == 1)
                try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
                try await eventually {
                    try await program.curl("/accounts")["accounts"]?.array?.count == 1
                }
            }
        }
    }

    @Test(
        "A new account gets no secret that stands beside another one's URL",
        arguments: [
            ("smtps://alice%40a.example@mail.a.example", false),
            ("smtps://bob%40b.example@mail.a.example", false),
            ("smtps://alice%40a.example@mail.b.example", false), ("mail.b.example", false),
            ("smtps://bob%40b.example@MAIL.b.example:465", true), ("smtps://mail.b.example", true),
            ("", true),
        ])
    func foreign(url: String, isTaken: Bool) async throws {
        try await withTemporaryFolder { folder in
            let base = ["ENVELOPE_DB": folder + "/envelope.db"]
            let adding = [
                "accounts", "add", "bob@b.example", "--smtp-url", "smtps://mail.b.example", "--no-imap",
                "--no-test",
            ]
            let added = try await AccountsTests.run(
                adding,
                environment: base.merging([
                    "ENVELOPE_SMTP_URL": url, "ENVELOPE_SMTP_PASSWORD": "planted",
                ]) { $1 })
            #expect(added.status == (isTaken ? 0 : 2), "\(added)")
            let sentence =
                "ENVELOPE_SMTP_PASSWORD was not used: it belongs to the account of ENVELOPE_SMTP_URL"
            #expect(added.errors.contains(sentence) != isTaken, "\(added)")
            // The settings file is a layer as the environment is.
            let pair: JSON = ["smtp_url": .string(url), "smtp_password": "planted"]
            try SettingsTests.write(pair.text, to: folder + "/config.json")
            let byFile = try await AccountsTests.run(
                adding + ["--config", folder + "/config.json"], environment: base)
            #expect(byFile.status == (isTaken ? 0 : 2), "\(byFile)")
            // A flag is typed for this account.
            try SettingsTests.write("x", to: folder + "/password")
            let flagged = try await AccountsTests.run(
                adding + ["--smtp-password-file", folder + "/password"],
                environment: base.merging([
                    "ENVELOPE_SMTP_URL": url, "ENVELOPE_SMTP_PASSWORD": "planted",
                ]) { $1 })
            #expect(flagged.status == 0 && !flagged.errors.contains("was not used"), "\(flagged)")
        }
    }

    @Test(
        "Nor does its mailbox",
        arguments: [
            ("imaps://alice@imap.a.example", false), ("imaps://bob%40b.example@imap.b.example", true),
        ])
    func foreignMailbox(url: String, isTaken: Bool) async throws {
        try await withTemporaryFolder { folder in
            let added = try await AccountsTests.run(
                [
                    "accounts", "add", "bob@b.example", "--smtp-url", "smtps://mail.b.example", "--imap-url",
                    "imaps://imap.b.example", "--password-stdin", "--no-test", "--json",
                ], input: "bobs\n",
                environment: [
                    "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_IMAP_URL": url,
                    "ENVELOPE_IMAP_PASSWORD": "planted",
                ])
            #expect(added.status == 0, "\(added)")
            let account = try JSON(parsing: added.output)["account"]
            #expect((account?["imap_secret"] != nil) == isTaken, "\(added)")
            #expect(added.errors.contains("ENVELOPE_IMAP_PASSWORD was not used") != isTaken, "\(added)")
        }
    }
}
