import Foundation
import TestPeers
import Testing

/// Real client libraries spawn the program and do the main job; `make test` installs them.
@Suite("Public MCP clients")
struct ClientTests {
    struct Client: Sendable, CustomTestStringConvertible {
        let environment: String
        let arguments: [String]
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(
        "mcp 2.3.0 in each of its modes and mcp 1.30.0 send, are refused, track and list",
        arguments: [
            Client(environment: ".venv-mcp2", arguments: ["mcp2_client.py", "--mode", "auto"]),
            Client(environment: ".venv-mcp2", arguments: ["mcp2_client.py", "--mode", "legacy"]),
            Client(environment: ".venv-mcp2", arguments: ["mcp2_client.py", "--mode", "modern"]),
            Client(environment: ".venv-mcp1", arguments: ["mcp1_client.py"]),
        ])
    func client(client: Client) async throws {
        try await withTemporaryFolder { folder in
            let python = Program.repository + "/\(client.environment)/bin/python"
            #expect(
                FileManager.default.isExecutableFile(atPath: python),
                "`make test` makes \(client.environment)")
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: python)
            process.arguments =
                [Program.repository + "/Tests/HouseTests/Clients/" + client.arguments[0]]
                + client.arguments.dropFirst()
                + ["--binary", Program.path, "--db", folder + "/envelope.db"]
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(text)")
        }
    }
}
