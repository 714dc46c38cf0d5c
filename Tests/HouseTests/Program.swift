import Foundation
import JSON
import Synchronization

/// The built program, started as an agent host starts it and spoken to over its standard streams.
final class Program: Sendable {
    /// Where `swift build` leaves it, unless ENVELOPE_TEST_BINARY names another.
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["ENVELOPE_TEST_BINARY"] { return path }
        return repository + "/.build/debug/envelope"
    }()

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().path

    private let child: ChildProcess
    private let lastID = Mutex<Int64>(0)

    /// - Parameter environment: on top of PATH and HOME only, as hosts strip it.
    init(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
        let all = ["PATH": "/usr/bin:/bin", "HOME": NSTemporaryDirectory() + "no-home"]
        child = try ChildProcess(Self.path, arguments, environment: all.merging(environment) { $1 })
    }

    var pid: Int32 { child.pid }

    /// What it wrote to standard error so far.
    var standardError: String { child.standardError }

    func send(_ message: JSON) throws { child.write(message.bytes + [0x0A]) }

    /// The next line; nil at the end of the output. Every line must be a JSON-RPC message.
    func receive() async throws -> JSON? {
        for await line in child.lines {
            let message = try JSON(parsing: line)
            guard message["jsonrpc"] == "2.0" else { throw Unexpected(what: line) }
            return message
        }
        return nil
    }

    /// One request and its response.
    func request(_ method: String, _ params: JSON = [:]) async throws -> JSON {
        let id = lastID.withLock { last in
            last += 1
            return last
        }
        try send(["jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": params])
        while let message = try await receive() {
            if message["id"] == .integer(id) { return message }
        }
        throw Unexpected(what: "the program ended: \(standardError)")
    }

    func initialize(capabilities: JSON = [:]) async throws {
        let answer = try await request(
            "initialize",
            [
                "protocolVersion": "2025-11-25", "capabilities": capabilities,
                "clientInfo": ["name": "house-tests", "version": "1"],
            ])
        guard answer["result"]?["serverInfo"]?["name"] == "envelope" else {
            throw Unexpected(what: answer.text)
        }
        try send(["jsonrpc": "2.0", "method": "notifications/initialized"])
    }

    /// Calls a tool and returns its structured result.
    func call(_ tool: String, _ arguments: JSON) async throws -> JSON {
        let answer = try await request("tools/call", ["name": .string(tool), "arguments": arguments])
        guard let result = answer["result"], let structured = result["structuredContent"] else {
            throw Unexpected(what: answer.text)
        }
        // Both channels carry the same: some clients show the model only one of them.
        guard try JSON(parsing: result["content"]?[0]?["text"]?.string ?? "") == structured else {
            throw Unexpected(what: "the text block differs: \(answer.text)")
        }
        return structured
    }

    func closeInput() throws { child.closeInput() }

    func signal(_ number: Int32) { kill(pid, number) }

    /// The exit status once it has ended; negative for a signal.
    func ended() async -> Int32 { await child.ended() }

    /// Runs it to its end and returns what it printed.
    static func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, errors: String) {
        let program = try Program(arguments, environment: environment)
        try program.closeInput()
        var output = ""
        for await line in program.child.lines { output += line + "\n" }
        return (await program.ended(), output, program.standardError)
    }

    struct Unexpected: Error { let what: String }
}
