import Foundation
import JSON
import TestPeers
import Testing

/// The commands that sentences give to a person, in whose shell nothing is set.
@Suite("Commands in sentences")
struct SentenceTests {
    @Test("They name the record and the sandbox, wherever they stand, and work", arguments: [false, true])
    func complete(isElsewhere: Bool) async throws {
        try await withTemporaryFolder { folder in
            var environment = ["HOME": folder, "ENVELOPE_APPROVE": "all", "ENVELOPE_SANDBOX": "1"]
            if isElsewhere { environment["ENVELOPE_DB"] = folder + "/it's here.db" }
            let program = try Program(environment: environment)
            try await program.initialize()
            let held = try await program.call(
                "send_email", ["to": ["ada@example.org"], "subject": "x", "text": "x"])
            let id = try #require(held["id"]?.string)
            let step = try #require(held["next_step"]?.string)
            let flag = isElsewhere ? " --db '\(folder)/it'\\''s here.db'" : ""
            let command = "envelope approve \(id)\(flag) --sandbox"
            #expect(step.contains("`\(command)`"), "\(step)")

            let uri = JSON.string("envelope://sends/\(id)")
            let read = try await program.request("resources/read", ["uri": uri])
            let record = read["result"]?["contents"]?[0]?["text"]?.string ?? ""
            #expect(try JSON(parsing: record)["next_step"]?.string == step, "\(read)")
            let prompt = try await program.request(
                "prompts/get", ["name": "explain_failed_send", "arguments": ["id": .string(id)]])
            let shown = prompt["result"]?["messages"]?[1]?["content"]?["resource"]?["text"]?.string ?? ""
            #expect(try JSON(parsing: shown)["next_step"]?.string == step, "\(prompt)")
            try program.closeInput()
            #expect(await program.ended() == 0)

            let shell = try ChildProcess(
                "/bin/sh", ["-c", "'\(Program.path)'\(command.dropFirst("envelope".count)) --yes"],
                environment: ["PATH": "/usr/bin:/bin", "HOME": folder])
            shell.closeInput()
            #expect(await shell.ended() == 0, "\(shell.standardError)")
        }
    }
}
