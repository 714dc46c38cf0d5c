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

    private let process: Process
    private let input: FileHandle
    private let lines: AsyncStream<String>
    private let errors = Mutex(Data())
    private let lastID = Mutex<Int64>(0)

    /// - Parameter environment: on top of PATH and HOME only, as hosts strip it.
    init(_ arguments: [String] = [], environment: [String: String] = [:]) throws {
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        let error = Pipe()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = arguments
        var all = ["PATH": "/usr/bin:/bin", "HOME": NSTemporaryDirectory() + "no-home"]
        all.merge(environment) { $1 }
        process.environment = all
        process.standardInput = input
        process.standardOutput = output
        process.standardError = error
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let rest = Mutex(Data())
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                continuation.finish()
                return
            }
            let whole = rest.withLock { rest in
                rest.append(data)
                var whole: [String] = []
                while let end = rest.firstIndex(of: 0x0A) {
                    whole.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
                return whole
            }
            for line in whole { continuation.yield(line) }
        }
        self.process = process
        self.input = input.fileHandleForWriting
        self.lines = lines
        error.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.errors.withLock { $0.append(data) }
        }
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }

    /// What it wrote to standard error so far.
    var standardError: String { errors.withLock { String(decoding: $0, as: UTF8.self) } }

    func send(_ message: JSON) throws { try input.write(contentsOf: Data(message.bytes + [0x0A])) }

    /// The next line; nil at the end of the output. Every line must be a JSON-RPC message.
    func receive() async throws -> JSON? {
        for await line in lines {
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

    func initialize() async throws {
        let answer = try await request(
            "initialize",
            [
                "protocolVersion": "2025-11-25", "capabilities": [:],
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

    func closeInput() throws { try input.close() }

    func signal(_ number: Int32) { kill(pid, number) }

    /// The exit status once it has ended; negative for a signal.
    func ended() async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [process] in
                process.waitUntilExit()
                continuation.resume(
                    returning: process.terminationReason == .exit
                        ? process.terminationStatus : -process.terminationStatus)
            }
        }
    }

    /// Runs it to its end and returns what it printed.
    static func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, errors: String) {
        let program = try Program(arguments, environment: environment)
        try program.closeInput()
        var output = ""
        for await line in program.lines { output += line + "\n" }
        return (await program.ended(), output, program.standardError)
    }

    struct Unexpected: Error { let what: String }
}
