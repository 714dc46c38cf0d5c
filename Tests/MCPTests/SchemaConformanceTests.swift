import Foundation
import JSON
import MCP
import Testing

/// Every kind of message that the server writes, checked by an independent validator against the schema of its
/// revision.
struct SchemaConformanceTests {
    /// A line for the server and what each of its answers must be by the schema's definitions.
    struct Case {
        let line: String
        let definitions: [String]
    }

    static func cases(for revision: Revision) -> [Case] {
        revision.isModern ? modern : legacy(revision)
    }

    static let modern = [
        Case(line: Lines.modern(1, "server/discover"), definitions: ["DiscoverResult"]),
        Case(line: Lines.modern(2, "tools/list"), definitions: ["ListToolsResult"]),
        Case(
            line: Lines.modern("a", "tools/call", ["name": "echo", "arguments": ["x": [1]]]),
            definitions: ["CallToolResult"]),
        Case(line: Lines.modern("b", "tools/call", ["name": "fail"]), definitions: ["CallToolResult"]),
        Case(line: Lines.modern("c", "tools/call", ["name": "plain"]), definitions: ["CallToolResult"]),
        Case(
            line: Lines.modern("d", "tools/call", ["name": "count", "_meta": ["progressToken": "t"]]),
            definitions: ["ProgressNotification", "ProgressNotification", "CallToolResult"]),
        Case(
            line: Lines.modern(3, "server/discover", version: "1999-01-01"),
            definitions: ["UnsupportedProtocolVersionError"]),
        Case(line: Lines.modern(4, "none"), definitions: ["error"]),
        Case(line: Lines.modern(5, "tools/call", ["name": "none"]), definitions: ["error"]),
        Case(line: Lines.modern(6, "tools/list", capabilities: nil), definitions: ["error"]),
        Case(line: Lines.request(7, "server/discover"), definitions: ["error"]),
        Case(line: "nonsense", definitions: ["error"]), Case(line: "[]", definitions: ["error"]),
    ]

    static func legacy(_ revision: Revision) -> [Case] {
        let batch = "[\(Lines.request(1, "ping")),\(Lines.request(2, "none"))]"
        let batchAnswer = revision == .march2025 ? "JSONRPCBatchResponse" : "error"
        return [
            Case(line: Lines.initialize(.string(revision.rawValue)), definitions: ["InitializeResult"]),
            Case(line: Lines.request(1, "ping"), definitions: ["EmptyResult"]),
            Case(line: Lines.request(2, "tools/list"), definitions: ["ListToolsResult"]),
            Case(line: Lines.call("a", "echo", ["x": [1]]), definitions: ["CallToolResult"]),
            Case(line: Lines.call("b", "fail"), definitions: ["CallToolResult"]),
            Case(line: Lines.call("c", "plain"), definitions: ["CallToolResult"]),
            Case(
                line: Lines.request("d", "tools/call", ["name": "count", "_meta": ["progressToken": 0]]),
                definitions: ["ProgressNotification", "ProgressNotification", "CallToolResult"]),
            Case(line: Lines.request(4, "none"), definitions: ["error"]),
            Case(line: Lines.call(5, "none"), definitions: ["error"]),
            Case(line: Lines.request(6, "tools/list", []), definitions: ["error"]),
            Case(line: Lines.request(7, "initialize", [:]), definitions: ["error"]),
            Case(line: "nonsense", definitions: ["error"]), Case(line: batch, definitions: [batchAnswer]),
        ]
    }

    @Test("every message validates against the schema of its revision", arguments: Revision.allCases)
    func conformance(revision: Revision) async throws {
        let wire = try Wire()
        var lines = ""
        for each in Self.cases(for: revision) {
            wire.send(each.line)
            for definition in each.definitions {
                let message = try #require(try await wire.next(), "no answer to \(each.line)")
                let check: JSON.Object = [
                    "revision": .string(revision.rawValue), "definition": .string(definition),
                    "message": message,
                ]
                lines += check.text + "\n"
            }
        }
        #expect(try await wire.finish() == [])
        let (status, output) = try await Self.validate(lines)
        #expect(status == 0, "\(output)")
    }

    @Test("the validator finds what is wrong", arguments: Revision.allCases)
    func validator(revision: Revision) async throws {
        let check: JSON.Object = [
            "revision": .string(revision.rawValue), "definition": "ListToolsResult",
            "message": .result(["tools": [["name": "x"]]], id: 1),
        ]
        let (status, output) = try await Self.validate(check.text + "\n")
        #expect(status == 1 && output.contains("inputSchema"), "\(output)")
    }

    /// Runs the checker; its status and what it printed.
    static func validate(_ lines: String) async throws -> (status: Int32, output: String) {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let schemas = here.appending(path: "../../../shared/mcp-schema").standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let python = ProcessInfo.processInfo.environment["ENVELOPE_TEST_PYTHON"] ?? "python3"
        process.arguments = [python, here.appending(path: "validate_messages.py").path, schemas.path]
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).jsonl")
        try Data(lines.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = output
        let status = try await withCheckedThrowingContinuation {
            (done: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { done.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
            } catch {
                done.resume(throwing: error)
            }
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return (status, text)
    }
}
