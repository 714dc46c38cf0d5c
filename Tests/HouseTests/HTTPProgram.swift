import Foundation
import JSON
import TestPeers

/// The built program serving HTTP on a free port, asked with curl.
struct HTTPProgram: Sendable {
    /// `http://127.0.0.1:PORT`.
    let url: String
    private let child: ChildProcess

    /// Starts it and waits until it listens.
    static func started(
        _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> HTTPProgram {
        let all = ["PATH": "/usr/bin:/bin", "HOME": NSTemporaryDirectory() + "no-home"]
        let child = try ChildProcess(
            Program.path, ["--http", "--port", "0"] + arguments,
            environment: all.merging(environment) { $1 })
        var url = ""
        try await eventually {
            url = Self.url(in: child.standardError) ?? ""
            return !url.isEmpty
        }
        return HTTPProgram(url: url, child: child)
    }

    /// Lends one, and ends it in order; at once where the body throws, because it would keep its peers' pipes open.
    static func lend<Result>(
        _ arguments: [String] = [], environment: [String: String],
        _ body: (HTTPProgram) async throws -> Result
    ) async throws -> Result {
        let program = try await started(arguments, environment: environment)
        do {
            let result = try await body(program)
            let status = await program.stop()
            if status != 0 {
                throw Program.Unexpected(what: "it ended with \(status): \(program.standardError)")
            }
            return result
        } catch {
            program.signal(SIGKILL)
            _ = await program.ended()
            throw error
        }
    }

    var standardError: String { child.standardError }
    var pid: Int32 { child.pid }

    /// - Parameter target: path and query; the rest are curl's own arguments.
    func curl(_ target: String, _ arguments: String...) async throws -> Answer {
        try await curl([url + target] + arguments)
    }

    func curl(_ arguments: [String]) async throws -> Answer {
        let curl = try ChildProcess(
            "/usr/bin/curl", ["-s", "-w", "\n%{http_code}"] + arguments,
            environment: ["PATH": "/usr/bin:/bin"])
        var lines: [String] = []
        for await line in curl.lines { lines.append(line) }
        _ = await curl.ended()
        let status = lines.popLast().flatMap { Int($0) } ?? 0
        return Answer(status: status, text: lines.joined(separator: "\n"))
    }

    struct Answer: Sendable {
        let status: Int
        let text: String
        var json: JSON { (try? JSON(parsing: text)) ?? .null }
        subscript(name: String) -> JSON? { json[name] }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// The exit status once it has ended; negative for a signal.
    func ended() async -> Int32 { await child.ended() }

    /// Ends it as a service manager does.
    func stop() async -> Int32 {
        signal(SIGTERM)
        return await ended()
    }

    private static func url(in text: String) -> String? {
        let mark = "envelope: listening on "
        for line in text.split(separator: "\n") where line.hasPrefix(mark) {
            return line.dropFirst(mark.count).split(separator: " ").first.map(String.init)
        }
        return nil
    }
}
