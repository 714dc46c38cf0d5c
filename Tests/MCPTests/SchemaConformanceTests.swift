import Foundation
import JSON
import MCP
import Testing

/// Every kind of message that the server writes, checked by an independent validator against the schema of its
/// revision.
struct SchemaConformanceTests {
    /// A line for the server, what each of its messages must be by the schema's definitions, and what the client
    /// answers to those that are questions.
    struct Case {
        let line: String
        let definitions: [String]
        var reply: JSON = ["action": "cancel"]

        init(_ line: String, _ definitions: String..., reply: JSON = ["action": "cancel"]) {
            self.line = line
            self.definitions = definitions
            self.reply = reply
        }
    }

    static func cases(for revision: Revision) -> [Case] {
        revision.isModern ? modern + modernFeatures : legacy(revision) + legacyFeatures(revision)
    }

    @Test("every message validates against the schema of its revision", arguments: Revision.allCases)
    func conformance(revision: Revision) async throws {
        let bell = Bell()
        let wire = try Wire(catalogue: Full.catalogue(bell: bell, logging: true))
        var lines = ""
        func check(_ message: JSON, _ definition: String) {
            let check: JSON.Object = [
                "revision": .string(revision.rawValue), "definition": .string(definition), "message": message,
            ]
            lines += check.text + "\n"
        }
        for each in Self.cases(for: revision) {
            wire.send(each.line)
            for definition in each.definitions {
                let message = try #require(try await wire.next(), "no answer to \(each.line)")
                check(message, definition)
                if let id = message["id"], message["method"] != nil {
                    wire.send(JSON.object(["jsonrpc": "2.0", "id": id, "result": each.reply]).text)
                }
            }
        }
        let isListening = wire.listen(in: revision)
        check(try #require(try await wire.next()), isListening)
        #expect(await bell.nextVisit() == "note://1")
        bell.ring("note://1")
        check(try #require(try await wire.next()), "ResourceUpdatedNotification")
        let rest = try await wire.finish()
        #expect(rest.count == (revision.isModern ? 2 : 0), "\(rest)")
        for (message, definition) in zip(rest, ["SubscriptionsListenResult", "CancelledNotification"]) {
            check(message, definition)
        }
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

    /// The checker, not yet started.
    static func checker(_ arguments: [String] = []) -> Process {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let schemas = here.appending(path: "../../../shared/mcp-schema").standardizedFileURL
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let python = ProcessInfo.processInfo.environment["ENVELOPE_TEST_PYTHON"] ?? "python3"
        process.arguments =
            [python, here.appending(path: "validate_messages.py").path, schemas.path] + arguments
        return process
    }

    /// Runs the checker; its status and what it printed.
    static func validate(_ lines: String) async throws -> (status: Int32, output: String) {
        let process = checker()
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

extension Wire {
    /// Begins to listen to a note in the way of that era; what the answer must be.
    fileprivate func listen(in revision: Revision) -> String {
        if revision.isModern {
            send(SubscriptionTests.listen("l", ["note://1"], ["toolsListChanged": true]))
            return "SubscriptionsAcknowledgedNotification"
        }
        send(SubscriptionTests.subscribe("l", "note://1"))
        return "EmptyResult"
    }
}
