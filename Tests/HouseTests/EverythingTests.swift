import Foundation
import TestPeers
import Testing

/// The engine against every scenario of the public conformance suite, and against the public client libraries with all
/// that a client can be asked for. The server is `Tests/EverythingServer`, the scripts are `Clients/everything_*.py`.
@Suite("The everything server")
struct EverythingTests {
    enum Transport: String, CaseIterable { case stdio, http }

    /// A revision and how many scenarios of it the public suite scores; nil for one that it has no list for.
    struct Revision: Sendable, CustomTestStringConvertible {
        let name: String
        let scored: Int?
        var testDescription: String { name }

        init(_ name: String, scored: Int? = nil) {
            self.name = name
            self.scored = scored
        }
    }

    @Test(
        "every scenario of the public conformance suite passes, and every message fits the schema",
        arguments: Transport.allCases,
        [
            Revision("2026-07-28", scored: 37), Revision("2025-11-25", scored: 30), Revision("2025-06-18"),
            Revision("2025-03-26"), Revision("2024-11-05"),
        ])
    func scenarios(transport: Transport, revision: Revision) async throws {
        let run = try await Self.run(
            ".venv-mcp2", "everything_suite.py", "--transport", transport.rawValue, "--revision",
            revision.name)
        #expect(run.status == 0, "\(run.output)")
        if let scored = revision.scored {
            // The one about the `Host` header needs HTTP.
            let count = transport == .http ? scored : scored - 1
            // The modern one is told in the server's README.
            let warnings = revision.name == "2026-07-28" ? 1 : 0
            let verdict = "\(count) of \(count) scored scenarios, 0 failed, \(warnings) with warnings"
            #expect(run.output.contains(verdict), "\(run.output)")
        }
    }

    @Test(
        "public client libraries are asked, told and answered over both transports",
        arguments: Transport.allCases,
        [
            [".venv-mcp2", "everything_mcp2.py", "--mode", "auto"],
            [".venv-mcp2", "everything_mcp2.py", "--mode", "legacy"],
            [".venv-mcp2", "everything_mcp2.py", "--mode", "modern"], [".venv-mcp1", "everything_mcp1.py"],
        ])
    func clients(transport: Transport, client: [String]) async throws {
        let run = try await Self.run(
            client[0], client[1], client.dropFirst(2) + ["--transport", transport.rawValue])
        #expect(run.status == 0, "\(run.output)")
    }

    /// One thing wrong in what the server says, and the scenario that must find it.
    struct Flaw: Sendable, CustomTestStringConvertible {
        let edit: String
        let revision: String
        let scenario: String
        var testDescription: String { "\(edit) in \(scenario)" }

        init(_ edit: String, in revision: String, _ scenario: String) {
            self.edit = edit
            self.revision = revision
            self.scenario = scenario
        }
    }

    @Test(
        "a scenario fails when the server breaks its rule",
        arguments: [
            Flaw(#"s/"resultType":"complete",//"#, in: "2026-07-28", "tools-list"),
            Flaw(#"s/"ttlMs":0/"ttlMs":-1/"#, in: "2026-07-28", "caching"),
            Flaw("s/-32602/-32002/", in: "2026-07-28", "sep-2164-resource-not-found"),
            Flaw("s/-32601/-32600/", in: "2026-07-28", "server-stateless"),
            Flaw("s/-32021/-32602/", in: "2026-07-28", "server-stateless"),
            Flaw(#"s/"requestState":"/&x/"#, in: "2026-07-28", "input-required-result-request-state"),
            Flaw("s/input_required/complete/", in: "2026-07-28", "input-required-result-result-type"),
            Flaw(#"s/"isError":true/"isError":false/"#, in: "2025-11-25", "tools-call-error"),
            Flaw(#"s/"progress":50/"progress":0/"#, in: "2025-11-25", "tools-call-with-progress"),
            Flaw(#"s/"progressToken":"/&x/"#, in: "2026-07-28", "tools-call-with-progress"),
            Flaw("s/mimeType/mime/", in: "2025-11-25", "tools-call-audio"),
            Flaw(#"s/"default":30/"default":31/"#, in: "2025-11-25", "elicitation-sep1034-defaults"),
            Flaw("s/enumNames/names/", in: "2025-11-25", "elicitation-sep1330-enums"),
            Flaw(#"s/"level":"info"/"level":"loud"/"#, in: "2025-11-25", "tools-call-with-logging"),
            Flaw("s/testValue2//", in: "2025-11-25", "prompts-get-with-args"),
        ])
    func flaws(flaw: Flaw) async throws {
        try await withTemporaryFolder { folder in
            let script = folder + "/flawed"
            try "#!/bin/sh\n'\(Self.binary)' | sed -u '\(flaw.edit)'\n".write(
                toFile: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
            let run = try await Self.run(
                ".venv-mcp2", "everything_suite.py",
                ["--transport", "stdio", "--revision", flaw.revision, flaw.scenario], binary: script)
            #expect(run.status == 1 && run.output.contains("fail \(flaw.scenario)"), "\(run.output)")
        }
    }

    // MARK: - Running

    /// Where `swift build` leaves it, unless ENVELOPE_TEST_EVERYTHING names another.
    static let binary =
        ProcessInfo.processInfo.environment["ENVELOPE_TEST_EVERYTHING"]
        ?? Program.repository + "/.build/debug/EverythingServer"

    static func run(_ environment: String, _ script: String, _ arguments: String...) async throws -> (
        status: Int32, output: String
    ) {
        try await run(environment, script, arguments)
    }

    /// Runs a script in the environment of a library; its status, and all that it printed.
    static func run(
        _ environment: String, _ script: String, _ arguments: some Sequence<String>, binary: String = binary
    ) async throws -> (status: Int32, output: String) {
        let python = ClientTests.environments + "/\(environment)/bin/python"
        try #require(
            FileManager.default.isExecutableFile(atPath: python),
            "\(python) is not there: Tests/Peers/install.sh makes it, and so does `make test`")
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments =
            [Program.repository + "/Tests/HouseTests/Clients/" + script, "--binary", binary]
            + Array(arguments)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
