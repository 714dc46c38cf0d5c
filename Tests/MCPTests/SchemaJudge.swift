import Foundation
import JSON
import Synchronization

@testable import MCP

/// One checker for all the tests of a run: a process that is asked about a message at a time.
final class SchemaJudge: Sendable {
    static let shared = SchemaJudge()

    private let input: FileHandle
    private let isRunning: Bool
    private let waiting = Mutex<[CheckedContinuation<String, Never>]>([])

    private init() {
        let (toChecker, fromChecker) = (Pipe(), Pipe())
        let process = SchemaConformanceTests.checker(["--answer"])
        process.standardInput = toChecker
        process.standardOutput = fromChecker
        input = toChecker.fileHandleForWriting
        isRunning = (try? process.run()) != nil
        let output = fromChecker.fileHandleForReading.fileDescriptor
        Thread.detachNewThread { [fromChecker, process, weak self] in
            var splitter = LineSplitter(limit: .max)
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            while case let size = read(output, &bytes, bytes.count), size > 0 {
                splitter.append(bytes[..<size])
                while case .line(let line) = splitter.next() {
                    self?.next()?.resume(returning: String(decoding: line, as: UTF8.self))
                }
            }
            withExtendedLifetime((fromChecker, process)) {}
            while let continuation = self?.next() { continuation.resume(returning: "the checker has ended") }
        }
    }

    private func next() -> CheckedContinuation<String, Never>? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }

    /// Nil when one of the readings fits.
    func fault(in message: JSON, readings: [(Revision, String)]) async -> String? {
        if !isRunning { return "the checker does not run" }
        let pairs = readings.map { JSON.array([.string($0.0.rawValue), .string($0.1)]) }
        let line = JSON.object(["readings": .array(pairs), "message": message]).bytes + [0x0A]
        let verdict = await withCheckedContinuation { continuation in
            waiting.withLock { waiting in
                waiting.append(continuation)
                try? input.write(contentsOf: Data(line))
            }
        }
        return verdict == "ok" ? nil : verdict
    }
}
