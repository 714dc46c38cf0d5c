import Foundation
import JSON
import TestPeers
import Testing

@Suite("The program over stdio")
struct ConversationTests {
    static let message: JSON = [
        "to": ["delivered@simulator.test"], "subject": "Hello", "markdown": "Hello **there**",
    ]

    @Test("A host sends, tracks and lists in the sandbox; another process still knows it")
    func mainJob() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/data/envelope.db"
            let first = try Program(["--sandbox", "--db", database])
            try await first.initialize()
            let tools = try await first.request("tools/list")
            #expect(
                tools["result"]?["tools"]?.array?.compactMap { $0["name"]?.string } == [
                    "send_email", "track_send", "list_sends",
                ])
            // Nothing was touched before a call needed it.
            #expect(!FileManager.default.fileExists(atPath: folder + "/data"))

            let sent = try await first.call("send_email", Self.message)
            #expect(sent["status"] == "sent", "\(sent)")
            #expect(sent["sandbox"] == true)
            let refused = try await first.call(
                "send_email", ["to": ["rejected@simulator.test"], "subject": "Hello", "text": "x"])
            #expect(refused["status"] == "failed")
            #expect(refused["error"]?["code"] == "recipient_rejected")
            try first.closeInput()
            #expect(await first.ended() == 0)

            let second = try Program([], environment: ["ENVELOPE_SANDBOX": "1", "ENVELOPE_DB": database])
            try await second.initialize()
            let tracked = try await second.call("track_send", ["id": sent["id"] ?? nil])
            #expect(tracked["status"] == "sent")
            let list = try await second.call("list_sends", [:])
            #expect(list["sends"]?.array?.map { $0["id"] } == [refused["id"], sent["id"]])
            try second.closeInput()
            #expect(await second.ended() == 0)

            let inbox = try await Program.run(["sandbox", "list", "--json", "--db", database])
            #expect(try JSON(parsing: inbox.output)[0]?["subject"] == "Hello")
        }
    }

    @Test("What was queued when it was killed is sent when a process next runs, once")
    func killedBeforeTheGate() async throws {
        try await withTemporaryFolder { folder in
            let database = folder + "/envelope.db"
            let first = try Program(["--sandbox", "--db", database])
            try await first.initialize()
            let queued = try await first.call(
                "send_email", ["to": ["deferred@simulator.test"], "subject": "Later", "text": "x"])
            #expect(queued["state"] == "deferred")
            first.signal(SIGKILL)
            #expect(await first.ended() == -SIGKILL)

            let second = try Program(["--sandbox", "--db", database])
            try await second.initialize()
            var tracked = try await second.call(
                "track_send", ["id": queued["id"] ?? nil, "wait_seconds": 30])
            while tracked["status"] == "queued" {
                tracked = try await second.call(
                    "track_send", ["id": queued["id"] ?? nil, "wait_seconds": 30])
            }
            #expect(tracked["status"] == "sent", "\(tracked)")
            try second.closeInput()
            #expect(await second.ended() == 0)
            let inbox = try await Program.run(["sandbox", "list", "--json", "--db", database])
            #expect(try JSON(parsing: inbox.output).array?.count == 1)
        }
    }

    @Test("Without an account a send fails with the lines to add; tracking and listing still work")
    func noAccount() async throws {
        try await withTemporaryFolder { folder in
            let program = try Program(["--db", folder + "/envelope.db"])
            try await program.initialize()
            let result = try await program.call("send_email", Self.message)
            #expect(result["error"]?["code"] == "no_account_configured")
            #expect(result["error"]?["hint"]?.string?.contains("ENVELOPE_SMTP_URL") == true)
            #expect(try await program.call("list_sends", [:])["sends"] == [])
            #expect(!FileManager.default.fileExists(atPath: folder + "/envelope.db"))
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    @Test("Both eras are served by one process")
    func modernEra() async throws {
        try await withTemporaryFolder { folder in
            let program = try Program(["--sandbox", "--db", folder + "/envelope.db"])
            let meta: JSON = [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": [:],
            ]
            let discovered = try await program.request("server/discover", ["_meta": meta])
            #expect(discovered["result"]?["supportedVersions"] == ["2026-07-28"])
            let sent = try await program.request(
                "tools/call", ["_meta": meta, "name": "send_email", "arguments": Self.message])
            #expect(sent["result"]?["resultType"] == "complete")
            #expect(sent["result"]?["structuredContent"]?["status"] == "sent")
            try program.closeInput()
            #expect(await program.ended() == 0)
        }
    }

    @Test("`envelope schema` prints what tools/list returns, and the files hold the same")
    func schemas() async throws {
        let program = try Program()
        try await program.initialize()
        let listed = try await program.request("tools/list")["result"]?["tools"]?.array ?? []
        #expect(listed.count == 3)
        for tool in listed {
            let name = try #require(tool["name"]?.string)
            let printed = try await Program.run(["schema", name])
            #expect(printed.status == 0)
            #expect(try JSON(parsing: printed.output) == tool)
            let file = try String(
                contentsOfFile: Program.repository + "/schemas/\(name).json", encoding: .utf8)
            #expect(try JSON(parsing: file) == tool)
        }
        try program.closeInput()
        _ = await program.ended()
        let all = try await Program.run(["schema"])
        #expect(try JSON(parsing: all.output).array == listed)
        let unknown = try await Program.run(["schema", "nothing"])
        #expect(unknown.status != 0)
        #expect(unknown.errors.contains("send_email, track_send, list_sends"))
    }

    @Test("A planted secret is in nothing that the program writes")
    func secret() async throws {
        let secret = "hunter2-planted-secret"
        try await withTemporaryFolder { folder in
            let program = try Program(
                [],
                environment: [
                    "ENVELOPE_DB": folder + "/envelope.db",
                    "ENVELOPE_SMTP_URL": "smtp+plain://me@127.0.0.1:1",
                    "ENVELOPE_SMTP_PASSWORD": secret, "ENVELOPE_FROM": "me@example.com",
                    "ENVELOPE_LOG_LEVEL": "trace",
                ])
            try await program.initialize()
            let result = try await program.call("send_email", Self.message)
            #expect(result["error"]?["code"] == "connection_failed", "\(result)")
            let tracked = try await program.call("track_send", ["id": result["id"] ?? nil])
            try program.closeInput()
            _ = await program.ended()
            #expect(!(result.text + tracked.text + program.standardError).contains(secret))
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let data = FileManager.default.contents(atPath: folder + "/" + file)
                #expect(data?.range(of: Data(secret.utf8)) == nil, "\(file)")
            }
        }
    }
}
