import Foundation
import JSON
import TestPeers
import Testing

@Suite("The program over HTTP")
struct HTTPProgramTests {
    static let body =
        #"{"from_email":"test@example.com","to":"dest@example.com","subject":"test","text":"hello"}"#

    @Test("What a person types with curl works, and another process still knows what was sent")
    func mainJob() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/data/envelope.db"
            let first = try await HTTPProgram.started(["--sandbox", "--db", database])
            let root = try await first.curl("/")
            #expect(root.text.split(separator: "\n").prefix(3).joined().contains(#""name": "envelope""#))
            #expect(try await first.curl("/accounts")["accounts"]?[0]?["kind"] == "sandbox")
            let sent = try await first.curl(
                "/send", "-X", "POST", "-H", "Content-Type: application/json", "-d", Self.body)
            #expect(sent.status == 200, "\(sent.text)")
            #expect(sent["status"] == "sent")
            #expect(sent["from"] == "test@example.com")
            let id = try #require(sent["id"]?.string)
            #expect(try await first.curl("/track/\(id)")["events"]?[0]?["type"] == "created")
            #expect(try await first.curl("/sends")["sends"]?[0]?["id"]?.string == id)
            #expect(await first.stop() == 0)

            let second = try await HTTPProgram.started(["--sandbox", "--db", database])
            let tracked = try await second.curl("/track/\(id)")
            #expect(tracked.status == 200)
            #expect(tracked["status"] == "sent")
            #expect(tracked["id"]?.string == id)
            #expect(try await second.curl("/sends")["sends"]?.array?.count == 1)
            #expect(await second.stop() == 0)
        }
    }

    @Test("What an earlier process left behind is sent without anybody asking for it")
    func drains() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/envelope.db"
            let first = try Program(
                ["--sandbox", "--db", database], environment: ["ENVELOPE_STOP_AT": "after_insert"])
            try await first.initialize()
            try first.send([
                "jsonrpc": "2.0", "id": 99, "method": "tools/call",
                "params": ["name": "send_email", "arguments": ConversationTests.message],
            ])
            #expect(await first.ended() == -SIGKILL)
            let second = try await HTTPProgram.started(["--sandbox", "--db", database])
            // Looked for in the metrics and in the sandbox: asking for the send itself would start the queue too.
            let inbox = database + ".sandbox"
            try await eventually {
                let files = (try? FileManager.default.contentsOfDirectory(atPath: inbox)) ?? []
                return files.contains { $0.hasSuffix(".eml") }
            }
            #expect(await second.stop() == 0)
        }
    }

    // The simulator's reply to the final dot comes after ten seconds.
    @Test("Told to end while a reply to the final dot is awaited, it waits for it")
    func finishesAtTheGate() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/envelope.db"
            let program = try await HTTPProgram.started(["--sandbox", "--db", database])
            let message = #"{"to":"slow@simulator.test","subject":"x","text":"x","wait_seconds":0}"#
            let queued = try await program.curl(
                "/send", "-H", "Content-Type: application/json", "-d", message)
            #expect(queued.status == 202, "\(queued.text)")
            let id = try #require(queued["id"]?.string)
            try await eventually {
                try await program.curl("/track/\(id)")["attempt_log"]?[0]?["at_final_dot_at"] != nil
            }
            #expect(await program.stop() == 0)
            let tracked = try await Program.run(["track", id, "--db", database])
            #expect(try JSON(parsing: tracked.output)["state"] == "accepted", "\(tracked)")
        }
    }

    @Test(
        "It refuses to start where everybody could use it, says why, and exits with 2",
        arguments: [
            ["--host", "0.0.0.0"], ["--host", "::"], ["--host", "192.0.2.1"], ["--port", "70000"],
            ["--host", "nowhere.invalid", "--port", "0"],
        ])
    func refuses(arguments: [String]) async throws {
        try await withTemporaryFolder { folder in
            let end = try await Program.run(
                ["--http", "--sandbox", "--db", folder + "/envelope.db"] + arguments)
            #expect(end.status == 2, "\(end)")
            #expect(end.errors.hasPrefix("envelope: "), "\(end.errors)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db"))
        }
    }

    @Test("A port that is taken is said to be so")
    func portTaken() async throws {
        try await withTemporaryFolder { folder in
            let first = try await HTTPProgram.started(["--sandbox", "--db", folder + "/envelope.db"])
            let port = try #require(first.url.split(separator: ":").last)
            let second = try await Program.run(
                ["--http", "--sandbox", "--db", folder + "/other.db", "--port", String(port)])
            #expect(second.status == 2)
            #expect(
                second.errors.contains("cannot listen on 127.0.0.1 port \(port): another program listens"),
                "\(second.errors)")
            #expect(await first.stop() == 0)
        }
    }

    @Test("With a token only who has it is answered, and the token stands nowhere", arguments: [true, false])
    func token(isInFile: Bool) async throws {
        let token = "planted-token-0123456789-ABCDEFG"
        try await withTemporaryFolder { folder in
            try Data((token + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/token"))
            let program = try await HTTPProgram.started(
                ["--sandbox", "--db", folder + "/envelope.db", "--host", "0.0.0.0"],
                environment: [
                    isInFile ? "ENVELOPE_HTTP_TOKEN_FILE" : "ENVELOPE_HTTP_TOKEN":
                        isInFile ? folder + "/token" : token, "ENVELOPE_LOG_LEVEL": "trace",
                ])
            let url = program.url.replacing("0.0.0.0", with: "127.0.0.1")
            var said = ""
            for (target, header, status) in [
                ("/sends", "X: y", 401), ("/sends", "Authorization: Bearer \(token)", 200),
                ("/sends", "Authorization: Bearer \(token.dropLast())", 401),
                ("/openapi.json", "X: y", 401), ("/mcp", "X: y", 401), ("/healthz", "X: y", 200),
                ("/accounts", "Authorization: Bearer \(token)", 200),
                ("/metrics", "Authorization: Bearer \(token)", 200),
            ] {
                let answer = try await program.curl([url + target, "-H", header])
                #expect(answer.status == status, "\(target) \(header)")
                said += answer.text
            }
            #expect(await program.stop() == 0)
            #expect(!(said + program.standardError).contains(token.dropLast()))
        }
    }

    @Test("--host and --port without --http are a mistake that is pointed out")
    func misuse() async throws {
        let end = try await Program.run(["--port", "8000"])
        #expect(end.status != 0)
        #expect(end.errors.contains("belong to --http"))
    }
}
