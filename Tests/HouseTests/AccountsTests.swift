import Foundation
import JSON
import Mail
import Store
import TestPeers
import Testing

/// `envelope accounts` and `envelope doctor` against a real Postfix and Dovecot.
@Suite("Accounts that are set up by hand")
struct AccountsTests {
    /// Runs a command whose standard input is `input`.
    static func run(
        _ arguments: [String], input: String = "", environment: [String: String]
    ) async throws -> (status: Int32, output: String, errors: String) {
        let all = ["PATH": "/usr/bin:/bin", "HOME": NSTemporaryDirectory() + "no-home"]
        let child = try ChildProcess(Program.path, arguments, environment: all.merging(environment) { $1 })
        child.write(Array(input.utf8))
        child.closeInput()
        var output = ""
        for await line in child.lines { output += line + "\n" }
        return (await child.ended(), output, child.standardError)
    }

    private static func adding(_ server: MailServer, _ extra: String...) -> [String] {
        [
            "accounts", "add", "Me <\(server.username)>", "--smtp-url",
            "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)", "--smtp-ca-file",
            server.caFile,
            "--password-stdin", "--json",
        ] + extra
    }

    @Test("Added, tested, sent from, sealed anew, removed; the password is nowhere that anybody wrote")
    func wholeLife() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db", "HOME": folder]
                var written = ""
                func envelope(_ arguments: [String], input: String = "") async throws -> JSON {
                    let run = try await Self.run(arguments, input: input, environment: environment)
                    written += run.output + run.errors
                    #expect(run.status == 0, "\(arguments): \(run.output) \(run.errors)")
                    return try JSON(parsing: run.output)
                }
                let added = try await envelope(
                    Self.adding(server, "--name", "work"), input: server.password + "\n")
                #expect(added["tested"] == true)
                #expect(added["account"]?["name"] == "work" && added["account"]?["default"] == true)
                let list = try await envelope(["accounts", "list", "--json"])
                #expect(list["accounts"]?.array?.count == 1)
                #expect(try await envelope(["accounts", "test", "--json"])["accounts"]?[0]?["works"] == true)
                #expect(try await envelope(["accounts", "rekey", "--json"])["secrets"] == 1)

                let program = try Program(environment: environment)
                try await program.initialize()
                let sent = try await program.call(
                    "send_email",
                    [
                        "to": [.string(server.username)], "subject": "From a stored account", "text": "x",
                        "account": "work", "wait_seconds": 30,
                    ] as JSON)
                #expect(sent["status"] == "sent", "\(sent)")
                written += sent.text
                for file in ["cmdline", "environ"] {
                    written += String(
                        decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(program.pid)/\(file)")),
                        as: UTF8.self)
                }
                try program.closeInput()
                #expect(await program.ended() == 0)
                written += program.standardError

                let doctor = try await envelope(["doctor", "--json"])
                #expect(doctor["ok"] == true, "\(doctor.prettyText)")
                for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                    guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
                        continue
                    }
                    written += String(decoding: data, as: UTF8.self)
                    let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[
                        .posixPermissions]
                    if name.contains("secret-key") { #expect(mode as? Int == 0o600, "\(name)") }
                }
                let initial = Data("\0\(server.username)\0\(server.password)".utf8).base64EncodedString()
                for secret in [server.password, Data(server.password.utf8).base64EncodedString(), initial] {
                    #expect(!written.contains(secret))
                }
                #expect(try await envelope(["accounts", "remove", "work", "--json"])["queued"] == 0)
                #expect(try await envelope(["track", sent["id"]?.string ?? ""])["status"] == "sent")
                let store = try Store.open(at: folder + "/envelope.db")
                #expect(try store.secrets().isEmpty && store.configuredAccounts().isEmpty)
            }
        }
    }

    @Test("What does not work is explained and not kept; the wrong pair of port and TLS is named")
    func refused() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
                func error(_ arguments: [String], input: String) async throws -> JSON {
                    let run = try await Self.run(arguments, input: input + "\n", environment: environment)
                    #expect(run.status == 1, "\(run)")
                    #expect(!(run.output + run.errors).contains(input))
                    return try JSON(parsing: run.output)["error"] ?? nil
                }
                let login = try await error(Self.adding(server), input: "wrong-planted")
                #expect(login["code"] == "auth_failed", "\(login)")

                var arguments = Self.adding(server)
                arguments[4] = "smtps://\(server.host):\(server.smtpPort)"
                let pair = try await error(arguments, input: server.password)
                #expect(pair["code"] == "tls_failed")
                #expect(
                    pair["hint"]?.string?.contains("smtp://\(server.host):\(server.smtpPort)") == true,
                    "\(pair)")

                let stranger = try await error(
                    Self.adding(server).filter { $0 != server.caFile && $0 != "--smtp-ca-file" },
                    input: server.password)
                #expect(stranger["hint"]?.string?.contains("--pin sha256//") == true, "\(stranger)")
                #expect(try Store.open(at: folder + "/envelope.db").configuredAccounts().isEmpty)

                let words = stranger["hint"]?.string?.split(separator: " ").map(String.init) ?? []
                let place = try #require(words.firstIndex(of: "--pin"))
                let pinned = try await Self.run(
                    Self.adding(server, "--pin", words[place + 1].trimmingCharacters(in: ["."])).filter {
                        $0 != server.caFile && $0 != "--smtp-ca-file"
                    }, input: server.password + "\n", environment: environment)
                #expect(pinned.status == 0, "\(pinned)")
            }
        }
    }

    /// Keeps an account without a server.
    private static func keep(_ address: String, _ environment: [String: String], password: String = "planted")
        async throws
    {
        let run = try await run(
            [
                "accounts", "add", address, "--smtp-url", "smtps://mail.example.com", "--password-stdin",
                "--no-test",
                "--json",
            ], input: password + "\n", environment: environment)
        #expect(run.status == 0, "\(run)")
    }

    @Test(
        "Killed while it seals anew, at either moment: every account still opens, and it can be run again",
        arguments: ["rekey_key_made", "rekey_resealed"])
    func killed(moment: String) async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            for name in ["a", "b"] { try await Self.keep("\(name)@example.com", environment) }
            let key = FileManager.default.contents(atPath: folder + "/envelope.db.secret-key")
            let stopped = try await Self.run(
                ["accounts", "rekey"], environment: environment.merging(["ENVELOPE_STOP_AT": moment]) { $1 })
            #expect(stopped.status == -9)
            // A password that comes in between is sealed under a key that stays.
            try await Self.keep("c@example.com", environment)
            for _ in 1...2 {
                let looked = try await Self.run(["doctor", "--offline", "--json"], environment: environment)
                let findings = try JSON(parsing: looked.output)["findings"]?.array ?? []
                #expect(
                    findings.count { $0["detail"]?.string?.contains("not tried") == true } == 3, "\(looked)")
                let again = try await Self.run(["accounts", "rekey", "--json"], environment: environment)
                #expect(try JSON(parsing: again.output)["secrets"] == 3, "\(again)")
            }
            #expect(FileManager.default.contents(atPath: folder + "/envelope.db.secret-key") != key)
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db.secret-key.next"))
        }
    }

    @Test("The key from the environment: changed by a second variable, and missed by name")
    func environmentKey() async throws {
        try await withTemporaryFolder { folder in
            func key(_ octet: UInt8) -> String { Data(repeating: octet, count: 32).base64EncodedString() }
            var environment = ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SECRET_KEY": key(1)]
            try await Self.keep("a@example.com", environment)
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db.secret-key"))
            environment["ENVELOPE_SECRET_KEY_NEW"] = key(2)
            #expect(try await Self.run(["accounts", "rekey"], environment: environment).status == 0)
            for (octet, isRight) in [(UInt8(1), false), (2, true)] {
                let looked = try await Self.run(
                    ["doctor", "--offline"],
                    environment: ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SECRET_KEY": key(octet)])
                #expect(looked.output.contains("opens all 1 secrets") == isRight, "\(looked)")
                #expect(looked.status == (isRight ? 0 : 1))
            }
            try SettingsTests.write(key(2) + "\n", to: folder + "/key")
            for (variable, value, isRight) in [
                ("ENVELOPE_SECRET_KEY_FILE", folder + "/key", true),
                ("ENVELOPE_SECRET_KEY_COMMAND", "cat '\(folder)/key'", true),
                ("ENVELOPE_SECRET_KEY_COMMAND", "echo \(key(1))", false),
                ("ENVELOPE_SECRET_KEY_FILE", folder + "/none", false),
            ] {
                let looked = try await Self.run(
                    ["doctor", "--offline"],
                    environment: ["ENVELOPE_DB": folder + "/envelope.db", variable: value])
                #expect(looked.output.contains("opens all 1 secrets") == isRight, "\(looked)")
                #expect(looked.status == (isRight ? 0 : 1))
                #expect(!looked.output.contains(key(2)) && !looked.output.contains(key(1)))
            }
            environment["ENVELOPE_SECRET_KEY"] = "planted"
            let bad = try await Self.run(["accounts", "rekey"], environment: environment)
            #expect(bad.status == 2 && bad.errors.contains("openssl rand -base64 32"))
            #expect(!bad.errors.contains("planted"))
        }
    }

    @Test("Names, the default, a file that is remembered, and what there is not")
    func book() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            try await Self.keep("a@example.com", environment)
            try await Self.keep("b@example.com", environment)
            #expect(
                try await Self.run(["accounts", "default", "b@example.com"], environment: environment).status
                    == 0)
            let added = try await Self.run(
                [
                    "accounts", "add", "c@example.com", "--smtp-url", "smtp://c@mail.example.com",
                    "--no-test", "--json",
                    "--smtp-password-file", folder + "/password",
                ], environment: environment)
            #expect(
                try JSON(parsing: added.output)["account"]?["secret"]
                    == .string("the file \(folder)/password"))
            let list = try JSON(
                parsing: try await Self.run(["accounts", "list", "--json"], environment: environment).output)
            let names = list["accounts"]?.array?.map { $0["name"]?.string ?? "" } ?? []
            #expect(names == ["b@example.com", "a@example.com", "c@example.com"])
            let missing = try await Self.run(["accounts", "remove", "z", "--json"], environment: environment)
            #expect(missing.status == 2)
            #expect(try JSON(parsing: missing.output)["error"]?["code"] == "unknown_account")
            let silent = try await Self.run(
                ["accounts", "add", "d@example.com", "--smtp-url", "smtps://mail.example.com", "--no-test"],
                environment: environment)
            #expect(silent.status == 2 && silent.errors.contains("--password-stdin"))
            let plain = try await Self.run(
                [
                    "accounts", "add", "d@example.com", "--smtp-url", "smtp+plain://mail.example.com",
                    "--no-login",
                ],
                environment: environment)
            #expect(plain.errors.contains("--smtp-allow-plain"))
        }
    }

    @Test("A provider's server, user name and limits come from the table")
    func providers() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            func add(_ arguments: String...) async throws -> JSON {
                let run = try await Self.run(
                    ["accounts", "add"] + arguments + ["--no-test", "--password-stdin", "--json"],
                    input: "planted\n", environment: environment)
                #expect(!run.output.contains("planted"))
                return try JSON(parsing: run.output)
            }
            let gmail = try await add("Ada <ada@gmail.com>")
            #expect(gmail["found_by"] == "provider" && gmail["tested"] == false)
            #expect(gmail["account"]?["server"] == "smtps://smtp.gmail.com:465")
            #expect(gmail["provider"]?["messages_per_day"] == 500)
            let service = try await add("ada@example.com", "--provider", "sendgrid")
            #expect(service["account"]?["username"] == "apikey")
            let unknown = try await add("ada@example.com", "--provider", "nobody")
            #expect(unknown["error"]?["hint"]?.string?.contains("gmail") == true)
            let pin = try await add("ada@gmail.com", "--pin", "sha256//short")
            #expect(pin["error"]?["field"] == "pin")
            let address = try await add("nobody")
            #expect(address["error"]?["code"] == "invalid_address", "\(address)")
        }
    }

    @Test("The environment's account comes first, then the default; one that is both is one")
    func order() async throws {
        try await withTemporaryFolder { folder in
            var environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            for name in ["a", "b", "c"] { try await Self.keep("\(name)@example.com", environment) }
            #expect(
                try await Self.run(["accounts", "default", "c@example.com"], environment: environment).status
                    == 0)
            environment["ENVELOPE_SMTP_URL"] = "smtps://a%40example.com@mail.example.com"
            environment["ENVELOPE_SMTP_PASSWORD"] = "x"
            let program = try Program(environment: environment)
            try await program.initialize()
            let message: JSON = ["to": ["d@example.com"], "subject": "x", "text": "x", "dry_run": true]
            guard case .object(var named) = message else { return }
            named["account"] = "nobody"
            let unknown = try await program.call("send_email", .object(named))
            #expect(
                unknown["error"]?["hint"] == "Use one of: a@example.com, c@example.com, b@example.com.",
                "\(unknown)")
            named["account"] = "b@example.com"
            #expect(try await program.call("send_email", .object(named))["from"] == "b@example.com")
            #expect(try await program.call("send_email", message)["from"] == "a@example.com")
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    @Test("A login that works ends the pause of the environment's account too, by its name or without one")
    func environmentTest() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let url = "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)"
                let right = server.environment(url: url, folder: folder)
                let wrong = right.merging(["ENVELOPE_SMTP_PASSWORD": "wrong"]) { $1 }
                let resting = "rests until"
                for arguments in [["accounts", "test"], ["accounts", "test", server.username]] {
                    let refused = try await SettingsTests.send([], wrong)
                    #expect(refused["error"]?["code"] == "auth_failed", "\(refused)")
                    let doctor = try await Self.run(["doctor", "--offline"], environment: right)
                    #expect(doctor.output.contains(resting), "\(doctor)")
                    #expect(
                        doctor.output.contains("`envelope accounts test '\(server.username)' --db \(folder)"))
                    #expect(try await Self.run(arguments, environment: wrong).status == 1)
                    let test = try await Self.run(arguments, environment: right)
                    #expect(test.status == 0 && test.output.contains("✔ \(server.username)"), "\(test)")
                    let after = try await Self.run(["doctor", "--offline"], environment: right)
                    #expect(!after.output.contains(resting), "\(after)")
                }
            }
        }
    }

    @Test("An account whose key is gone is left alone: its sends are not claimed, and the failure says why")
    func keyGone() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            try await Self.keep("a@example.com", environment)
            try FileManager.default.removeItem(atPath: folder + "/envelope.db.secret-key")
            let program = try Program(environment: environment)
            try await program.initialize()
            let failed = try await program.call("send_email", SettingsTests.message)
            #expect(failed["error"]?["code"] == "auth_failed", "\(failed)")
            #expect(failed["error"]?["message"]?.string?.contains("secret-key") == true, "\(failed)")
            #expect(failed["id"] == nil)
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }
}
