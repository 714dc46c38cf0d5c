import Foundation
import TestPeers
import Testing

/// Real client libraries from PyPI spawn the program and do the main job; `make test` installs them.
///
/// Each check is a Python script in `Clients/`, run by the environment of its own library. It ends with a status other
/// than 0 and says why when an answer, the sandbox or one line on the wire is not as promised.
@Suite("Public MCP clients")
struct ClientTests {
    struct Client: Sendable, CustomTestStringConvertible {
        let environment: String
        let arguments: [String]
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ environment: String, _ arguments: String...) {
            self.environment = environment
            self.arguments = arguments
        }
    }

    @Test(
        "real clients send, are refused, track and list, and every message fits the protocol's schema",
        arguments: [
            Client(".venv-mcp2", "mcp2_client.py", "--mode", "auto"),
            Client(".venv-mcp2", "mcp2_client.py", "--mode", "legacy"),
            Client(".venv-mcp2", "mcp2_client.py", "--mode", "modern"),
            Client(".venv-mcp1", "mcp1_client.py"),
            Client(".venv-langchain-adapters", "langchain_adapters_client.py"),
            Client(".venv-langchain", "langchain_client.py"),
            Client(".venv-openai-agents", "openai_agents_client.py"),
            Client(".venv-pydantic-ai", "pydantic_ai_client.py"),
        ])
    func conversation(client: Client) async throws {
        try await Self.expectToPass(client)
    }

    @Test("the tools' annotations tell the truth")
    func annotations() async throws {
        try await Self.expectToPass(Client(".venv-groundtruth", "groundtruth_check.py"))
    }

    @Test("a check fails, and says why, when the program is no mail server")
    func falseProgram() async throws {
        let run = try await Self.run(Client(".venv-mcp2", "mcp2_client.py", "--mode", "legacy"), "/bin/cat")
        #expect(run.status != 0 && run.output.contains("failed:"), "\(run.output)")
    }

    static func expectToPass(_ client: Client) async throws {
        let run = try await run(client, Program.path)
        #expect(run.status == 0, "\(run.output)")
    }

    /// Runs a check against a program; the check's status, and all that it printed.
    static func run(_ client: Client, _ program: String) async throws -> (status: Int32, output: String) {
        let python = environments + "/\(client.environment)/bin/python"
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "\(python) is not there: Tests/Peers/install.sh makes it, and so does `make test`")
        let script = Program.repository + "/Tests/HouseTests/Clients/" + client.arguments[0]
        return try await withTemporaryFolder { folder in
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: python)
            process.arguments =
                [script] + client.arguments.dropFirst()
                + ["--binary", program, "--db", folder + "/envelope.db"]
            process.standardOutput = output
            process.standardError = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
    }

    /// The folder of the environments: beside the one that ENVELOPE_TEST_PYTHON names, else the repository.
    static let environments: String = {
        guard let python = ProcessInfo.processInfo.environment["ENVELOPE_TEST_PYTHON"] else {
            return Program.repository
        }
        // …/.venv-mcp2/bin/python: the interpreter is a link, which must not be followed.
        return URL(fileURLWithPath: python).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()
}
