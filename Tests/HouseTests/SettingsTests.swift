import Foundation
import JSON
import TestPeers
import Testing

/// What flags, environment and settings file say together.
@Suite("Settings")
struct SettingsTests {
    static let message: JSON = ["to": ["ada@example.org"], "subject": "x", "text": "x", "wait_seconds": 30]

    /// AUTH PLAIN as `me`, then one message.
    static func session(password: String, login: String = "S: 235 welcome", isTaken: Bool = true) -> String {
        let proof = Data("\0me\0\(password)".utf8).base64EncodedString()
        let script = """
            S: 220 peer.test ESMTP
            C: EHLO *
            S: 250-peer.test
            S: 250 AUTH PLAIN
            C: AUTH PLAIN \(proof)
            \(login)

            """
        return isTaken ? script + Dialogue.takenTransaction : script
    }

    static func dialogue(_ sessions: String...) throws -> Dialogue {
        try Dialogue(
            name: "login",
            parsing: "The program logs in.\n\n" + sessions.joined(separator: "--- again ---\n"))
    }

    /// A program for the account of `me` at that port, without a secret.
    static func environment(_ folder: String, port: Int = 1) -> [String: String] {
        [
            "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_FROM": "me@example.com",
            "ENVELOPE_SMTP_URL": "smtp+plain://me@127.0.0.1:\(port)",
        ]
    }

    static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// What `send_email` says to a program that is then ended.
    static func send(_ arguments: [String] = [], _ environment: [String: String]) async throws -> JSON {
        let program = try Program(arguments, environment: environment)
        try await program.initialize()
        let result = try await program.call("send_email", message)
        try program.closeInput()
        #expect(await program.ended() == 0)
        return result
    }

    struct Ranking: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var flags: [String] = []
        var environment: [String: String] = [:]
        var file: String?
    }

    /// `FOLDER/right` and `FOLDER/wrong` are files that hold those words.
    static let rankings = [
        Ranking(
            testDescription: "a flag above the environment's value",
            flags: ["--smtp-password-file", "FOLDER/right"],
            environment: ["ENVELOPE_SMTP_PASSWORD": "wrong"]),
        Ranking(
            testDescription: "a flag above the environment's token",
            flags: ["--smtp-password-command", "echo right"],
            environment: ["ENVELOPE_SMTP_TOKEN": "wrong"]),
        Ranking(
            testDescription: "the environment above the settings file",
            environment: ["ENVELOPE_SMTP_PASSWORD_COMMAND": "echo right"],
            file: #"{"smtp": {"password": "wrong"}}"#),
        Ranking(
            testDescription: "the settings file alone",
            file: #"{"smtp": {"password": {"file": "FOLDER/right"}}}"#),
        Ranking(
            testDescription: "the value above file and command",
            environment: [
                "ENVELOPE_SMTP_PASSWORD": "right", "ENVELOPE_SMTP_PASSWORD_FILE": "FOLDER/wrong",
                "ENVELOPE_SMTP_PASSWORD_COMMAND": "echo wrong",
            ]),
        Ranking(
            testDescription: "the file above the command",
            environment: [
                "ENVELOPE_SMTP_PASSWORD_FILE": "FOLDER/right", "ENVELOPE_SMTP_PASSWORD_COMMAND": "echo wrong",
            ]),
    ]

    @Test("Of several secrets the one that outranks the others logs in", arguments: rankings)
    func ranking(ranking: Ranking) async throws {
        try await withPeer(try Self.dialogue(Self.session(password: "right"))) { peer in
            try await withTemporaryFolder { folder in
                func here(_ text: String) -> String { text.replacingOccurrences(of: "FOLDER", with: folder) }
                for word in ["right", "wrong"] { try Self.write(word + "\n", to: folder + "/" + word) }
                var environment = Self.environment(folder, port: peer.port)
                environment.merge(ranking.environment.mapValues(here)) { $1 }
                if let file = ranking.file {
                    try Self.write(here(file), to: folder + "/config.json")
                    environment["ENVELOPE_CONFIG"] = folder + "/config.json"
                }
                let result = try await Self.send(ranking.flags.map(here), environment)
                #expect(result["status"] == "sent", "\(result)")
                #expect(peer.problems == [])
            }
        }
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let environment: [String: String]
        let code: String
        /// In the message or the hint.
        let says: [String]
    }

    static let mistakes = [
        Mistake(
            testDescription: "a password in the URL",
            environment: ["ENVELOPE_SMTP_URL": "smtps://me:planted@mail.example.com"],
            code: "no_account_configured",
            says: [
                "ENVELOPE_SMTP_PASSWORD", "Take it out of the URL", "Tell the person who runs this server",
            ]),
        Mistake(
            testDescription: "a URL that is none", environment: ["ENVELOPE_SMTP_URL": "mail.example.com:465"],
            code: "no_account_configured",
            says: ["it has no scheme", "smtps://user@host:465", "Tell the person who runs this server"]),
        Mistake(
            testDescription: "a sender that is none",
            environment: [
                "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:1", "ENVELOPE_FROM": "nobody",
            ], code: "no_account_configured", says: ["Tell the person who runs this server", "ENVELOPE_FROM"]),
        Mistake(
            testDescription: "a time that is none",
            environment: [
                "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:1", "ENVELOPE_FROM": "me@example.com",
                "ENVELOPE_RETENTION": "never",
            ], code: "internal", says: ["Tell the person who runs this server", "ENVELOPE_RETENTION"]),
        Mistake(
            testDescription: "no sender",
            environment: [
                "ENVELOPE_SMTP_URL": "smtps://me@mail.example.com", "ENVELOPE_SMTP_PASSWORD": "planted",
            ],
            code: "no_account_configured", says: ["ENVELOPE_FROM"]),
        Mistake(
            testDescription: "a user without a secret",
            environment: [
                "ENVELOPE_SMTP_URL": "smtps://me@mail.example.com", "ENVELOPE_FROM": "me@example.com",
            ], code: "no_account_configured", says: ["ENVELOPE_SMTP_PASSWORD", "take the user out"]),
    ]

    @Test("Settings that cannot work are explained before anything is recorded", arguments: mistakes)
    func mistake(mistake: Mistake) async throws {
        try await withTemporaryFolder { folder in
            var environment = mistake.environment
            environment["ENVELOPE_DB"] = folder + "/envelope.db"
            let result = try await Self.send([], environment)
            let error = try #require(result["error"])
            #expect(error["code"] == .string(mistake.code), "\(result)")
            let words = (error["message"]?.string ?? "") + " " + (error["hint"]?.string ?? "")
            for phrase in mistake.says { #expect(words.contains(phrase), "\(words)") }
            #expect(!result.text.contains("planted"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db"))
        }
    }

    @Test(
        "A settings file may be flat or deep, and a number, a truth value and a list are as good as their texts",
        arguments: [
            #"{"approve": "all", "sandbox": true, "tools": ["send_email", "track_send"], "max": {"recipients": 3}}"#,
            #"{"approve": "all", "sandbox": "yes", "tools": "send_email,track_send", "max_recipients": 3, "from": null}"#,
            #"{"approve": "all", "sandbox": 1, "tools": "send_email, track_send", "max": {"recipients": "3"}, "log": {}}"#,
        ])
    func natural(file: String) async throws {
        try await withTemporaryFolder { folder in
            try Self.write(file, to: folder + "/config.json")
            let program = try Program(
                ["--config", folder + "/config.json"], environment: ["ENVELOPE_DB": folder + "/envelope.db"])
            try await program.initialize()
            let tools = try await program.request("tools/list", [:])["result"]?["tools"]?.array
            #expect(tools?.compactMap { $0["name"]?.string } == ["send_email", "track_send"])
            var message = Self.message.object ?? [:]
            message["wait_seconds"] = 0
            let held = try await program.call("send_email", .object(message))
            #expect(held["state"] == "held", "\(held)")
            message["to"] = ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]
            let refused = try await program.call("send_email", .object(message))
            #expect(refused["error"]?["message"]?.string?.contains("3") == true, "\(refused)")
            try program.closeInput()
            _ = await program.ended()
        }
    }

    @Test(
        "What a settings file says by mistake ends the program, with the setting's name and what it may be",
        arguments: [
            (#"{"alow_to": "example.org"}"#, ["\"alow_to\", which is no setting", #"{"allow": {"to": …}}"#]),
            (#"{"approve": true}"#, ["ENVELOPE_APPROVE", "all, external or none"]),
            (#"{"sandbox": "ture"}"#, ["ENVELOPE_SANDBOX", "not ture"]),
            (#"{"deny": {"to": {}}}"#, ["ENVELOPE_DENY_TO", "list of texts"]),
            (#"{"sandbox": [true, {}]}"#, ["ENVELOPE_SANDBOX", "whole number"]),
            (#"{"smtp": {"url": "a"}, "smtp_url": "b"}"#, ["sets ENVELOPE_SMTP_URL twice"]),
            (#"{"allow_to": []}"#, ["ENVELOPE_ALLOW_TO", "is empty"]),
            (#"{"allow": {"from": ""}}"#, ["ENVELOPE_ALLOW_FROM", "is empty"]),
            (#"["x"]"#, ["not a JSON object"]), (#"{"from": "#, ["is not JSON", "in line 1"]),
        ])
    func wrongFile(file: String, words: [String]) async throws {
        try await withTemporaryFolder { folder in
            try Self.write(file, to: folder + "/config.json")
            for command in [[], ["drain"], ["--http", "--port", "0"]] {
                let ended = try await Program.run(
                    command + ["--config", folder + "/config.json"],
                    environment: [
                        "ENVELOPE_DB": folder + "/envelope.db", "HOME": folder,
                        "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:1", "ENVELOPE_FROM": "a@example.org",
                    ])
                let said = ended.output + ended.errors
                #expect(ended.status != 0)
                for word in words { #expect(said.contains(word), "\(command): \(said)") }
            }
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db"))
        }
    }

    @Test("An empty variable is not set: what the settings file says holds")
    func emptyVariables() async throws {
        try await withTemporaryFolder { folder in
            try Self.write(
                #"""
                {"sandbox": true, "approve": "all", "allow_to": "example.org", "attachment_roots": ["/srv/a"],
                "smtp_url": "smtp+plain://127.0.0.1:1", "from": "me@example.com"}
                """#, to: folder + "/config.json")
            let environment = [
                "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_CONFIG": "", "ENVELOPE_SANDBOX": "",
                "ENVELOPE_APPROVE": "", "ENVELOPE_ALLOW_TO": " ", "ENVELOPE_ATTACHMENT_ROOTS": "",
            ]
            func send(_ address: String) async throws -> JSON {
                let ended = try await Program.run(
                    ["send", "--to", address, "--subject", "x", "--text", "x", "--json", "--config"]
                        + [folder + "/config.json"], environment: environment)
                return try JSON(parsing: ended.output)
            }
            let held = try await send("ada@example.org")
            #expect(held["state"] == "held" && held["sandbox"] == true, "\(held)")
            let refused = try await send("eve@example.net")
            #expect(refused["error"]?["code"] == "recipient_not_allowed", "\(refused)")
            let doctor = try await Program.run(
                ["doctor", "--offline", "--sandbox"], environment: environment)
            #expect(doctor.status == 0, "\(doctor)")
        }
    }

    @Test("A usual settings file that cannot be looked for is not taken for none")
    func unreachableFile() async throws {
        try await withTemporaryFolder { folder in
            // In place of a folder that may not be searched: root may search them all.
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/loop", withDestinationPath: folder + "/loop")
            let ended = try await Program.run(
                ["drain", "--sandbox"],
                environment: [
                    "ENVELOPE_DB": folder + "/envelope.db", "XDG_CONFIG_HOME": folder + "/loop",
                ])
            #expect(ended.status == 2, "\(ended)")
            #expect(
                ended.errors.contains("config.json cannot be read: Too many levels of symbolic links"),
                "\(ended)")
        }
    }

    @Test("Whoever mistypes the sandbox's switch sends nothing", arguments: ["y", "2", "ture", "sandbox"])
    func mistypedSwitch(value: String) async throws {
        let environment = ["ENVELOPE_SANDBOX": value, "ENVELOPE_SMTP_URL": "smtp+plain://127.0.0.1:1"]
        for command in [[], ["--http", "--port", "0"], ["drain"]] {
            let ended = try await Program.run(command, environment: environment)
            #expect(ended.status != 0)
            #expect(
                (ended.output + ended.errors).contains("ENVELOPE_SANDBOX is 1 (true, yes, on) or 0"),
                "\(ended)")
        }
    }

    @Test("A variable that is no setting is warned of, with the one that is meant")
    func strangeVariable() async throws {
        try await withTemporaryFolder { folder in
            let ended = try await Program.run(
                ["drain"],
                environment: [
                    "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": " On ",
                    "ENVELOPE_ALOW_TO": "x", "ENVELOPE_SECRET_KEY": "",
                ])
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.errors.contains("ENVELOPE_ALOW_TO is no setting"), "\(ended.errors)")
            #expect(ended.errors.contains("is ENVELOPE_ALLOW_TO meant?"))
            #expect(ended.errors.ranges(of: "no setting").count == 1)
            let doctor = try await Program.run(
                ["doctor", "--offline", "--sandbox"],
                environment: ["ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_ALOW_TO": "x"])
            #expect(doctor.output.contains("is ENVELOPE_ALLOW_TO meant?"), "\(doctor)")
        }
    }
}
