import Foundation
import GRDB
import TestPeers
import Testing

@testable import Store

@Suite("What stands in the way of opening the record")
struct OpeningTests {
    /// A connection of another program, in a transaction that writes.
    private static func lock(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN IMMEDIATE") }
        return other
    }

    private static func letGo(_ other: DatabaseQueue) throws {
        try other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
    }

    @Test("A lock is waited for in bounded time, however often SQLite is asked, and is told apart")
    func locked() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            // Nothing is there yet: whoever opens it has to write.
            let other = try Self.lock(path)
            #expect(throws: StoreError.busy(path: path)) {
                _ = try Store.open(at: path, busyTimeout: 0.05, patience: 0.2)
            }
            let release = Task.detached {
                try await Task.sleep(for: .milliseconds(300))
                try Self.letGo(other)
            }
            try Store.open(at: path, busyTimeout: 0.05).close()
            try await release.value
        }
    }

    @Test("A damaged file and a folder are told apart from what may pass")
    func lasting() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let store = try Store.open(at: path)
            // Else the log would still hold the page that is damaged.
            _ = try store.pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
            try store.close()
            var octets = try Data(contentsOf: URL(fileURLWithPath: path))
            octets.replaceSubrange(100..<200, with: [UInt8](repeating: 0xFF, count: 100))
            try octets.write(to: URL(fileURLWithPath: path))
            #expect {
                _ = try Store.open(at: path)
            } throws: { error in
                if case StoreError.damaged(path, _) = error { StoreError.isDamage(error) } else { false }
            }
            #expect {
                _ = try Store.open(at: folder)
            } throws: { error in
                if case StoreError.notUsable(folder, _) = error { !StoreError.isDamage(error) } else { false }
            }
        }
    }
}
