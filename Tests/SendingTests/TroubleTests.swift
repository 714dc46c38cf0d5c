import Logging
import Mail
import Synchronization
import Testing

@testable import Sending

@Suite("A fault that comes again and again")
struct TroubleTests {
    /// Keeps what is logged.
    private struct Keeper: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.trace
        var metadata = Logger.Metadata()

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { lines.add("\(event.message) \(event.metadata ?? [:])") }
    }

    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func add(_ line: String) { kept.withLock { $0.append(line) } }
    }

    @Test("It is logged when it begins, changes and ends, in words for a person")
    func changes() {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in Keeper(lines: lines) }
        var trouble = Trouble("the queue")
        let full = Failure(.internal, "The disk is full.", hint: "Make room.")
        trouble.end(logger)
        for _ in 1...3 { trouble.tell(full, logger) }
        trouble.tell(Failure(.internal, "The file is gone.", hint: "Restore it."), logger)
        for _ in 1...2 { trouble.end(logger) }
        #expect(lines.all.count == 3, "\(lines.all)")
        #expect(lines.all[0].contains("The disk is full. Make room."))
        #expect(lines.all[2].contains("can be read again"))
    }
}
