import GRDB
import Synchronization

/// Which writing of the record it is: equal as long as nobody, in this process or another, has written anything.
package struct RecordVersion: Hashable, Sendable {
    fileprivate let number: Int64
}

extension Store {
    /// The version that the record has now: a twentieth of the cost of reading a send.
    package func version() throws -> RecordVersion { RecordVersion(number: try versions.now()) }
}

/// A connection that only looks whether others have written.
final class Versions: Sendable {
    private let path: String
    private let queue = Mutex<DatabaseQueue?>(nil)

    init(path: String) { self.path = path }

    /// SQLite's own count, which changes for this connection with each commit of any other one; opened when first asked.
    func now() throws -> Int64 {
        let queue = try queue.withLock { queue in
            if let queue { return queue }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA cache_size = -64") }
            let opened = try DatabaseQueue(path: path, configuration: configuration)
            queue = opened
            return opened
        }
        return try queue.unsafeRead { db in try db.first("PRAGMA data_version") { $0.number(0) } ?? 0 }
    }

    func close() throws { try queue.withLock { try $0?.close() } }
}
