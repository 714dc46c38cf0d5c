import Foundation
import JSON
import TestPeers
import Testing

/// A person's approval through the whole program: asked by the client, on the command line, or not at all.
@Suite("Approval")
struct ApprovalTests {
    private static let message: JSON = [
        "to": "ada@example.org", "subject": "x", "text": "x", "wait_seconds": 20,
    ]

    @Test(
        "a public client's user is asked in both eras, and only a yes sends",
        arguments: ["auto", "legacy"])
    func realClient(mode: String) async throws {
        try await ClientTests.expectToPass(
            ClientTests.Client(".venv-mcp2", "approval_client.py", "--mode", mode))
    }

    private func withHouse(_ body: ([String: String], String) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            try await body(
                [
                    "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1",
                    "ENVELOPE_APPROVE": "all",
                ], folder)
        }
    }

    private func inbox(_ folder: String) -> Int {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder + "/envelope.db.sandbox")
        return (files ?? []).filter { $0.hasSuffix(".eml") }.count
    }

    @Test(
        "a client that goes away instead of answering leaves the send held, and the next process does not send it"
    )
    func silence() async throws {
        try await withHouse { environment, folder in
            let program = try Program(environment: environment)
            try await program.initialize(capabilities: ["elicitation": [:]])
            try program.send([
                "jsonrpc": "2.0", "id": 9, "method": "tools/call",
                "params": ["name": "send_email", "arguments": Self.message],
            ])
            let question = try #require(try await program.receive())
            #expect(question["method"] == "elicitation/create")
            try program.closeInput()
            #expect(await program.ended() == 0)

            let next = try Program(environment: environment)
            try await next.initialize()
            let listed = try await next.call("list_sends", [:])
            #expect(listed["sends"]?[0]?["state"] == "held")
            try next.closeInput()
            #expect(await next.ended() == 0)
            let drained = try await Program.run(["drain"], environment: environment)
            #expect(drained.status == 75)
            #expect(inbox(folder) == 0)
        }
    }

    @Test("approve needs a terminal or --yes, sends once, and says so the second time")
    func commandLine() async throws {
        try await withHouse { environment, folder in
            let program = try Program(environment: environment)
            try await program.initialize()
            let held = try await program.call("send_email", Self.message)
            #expect(held["state"] == "held")
            let id = try #require(held["id"]?.string)
            try program.closeInput()
            #expect(await program.ended() == 0)

            let asked = try await Program.run(["approve", id], environment: environment)
            #expect(asked.status == 2)
            #expect(asked.errors.contains("envelope approve --yes \(id)"))
            #expect(inbox(folder) == 0)
            let approved = try await Program.run(
                ["approve", id, "--yes", "--json"], environment: environment)
            #expect(approved.status == 0, "\(approved.errors)")
            #expect(try JSON(parsing: approved.output)["status"] == "sent")
            let again = try await Program.run(["approve", id, "--yes"], environment: environment)
            #expect(again.status == 2)
            #expect(again.errors.contains("does not wait for approval"))
            #expect(inbox(folder) == 1)
        }
    }

    @Test("denied with a reason, the agent reads who said no and why")
    func denied() async throws {
        try await withHouse { environment, folder in
            let program = try Program(environment: environment)
            try await program.initialize()
            let id = try #require(try await program.call("send_email", Self.message)["id"]?.string)
            let denied = try await Program.run(
                ["deny", id, "--reason", "wrong customer"], environment: environment)
            #expect(denied.status == 0, "\(denied.errors)")
            let tracked = try await program.call("track_send", ["id": .string(id)])
            #expect(tracked["state"] == "denied")
            #expect(tracked["error"]?["message"]?.string?.contains("wrong customer") == true)
            try program.closeInput()
            #expect(await program.ended() == 0)
            #expect(inbox(folder) == 0)
        }
    }

    @Test("a wrong policy is named, with what would be right")
    func wrongPolicy() async throws {
        let run = try await Program.run(["--approve", "sometimes"], environment: ["ENVELOPE_SANDBOX": "1"])
        #expect(run.status != 0)
        #expect(run.errors.contains("all, external or none"))
    }
}
