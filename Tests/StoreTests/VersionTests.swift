import GRDB
import Testing

@testable import Store

@Suite("The version of the record")
struct VersionTests {
    @Test("Reading changes nothing, each write does, and one by another connection too")
    func writes() async throws {
        try await withStore { store, path in
            let first = try #require(store.version())
            _ = try await store.sends(matching: SendFilter(), limit: 5)
            #expect(store.version() == first)
            _ = try await store.insert(try Samples.new(1))
            let second = try #require(store.version())
            #expect(second != first)
            let other = try Store.open(at: path)
            #expect(other.version() == store.version())
            let before = try #require(store.version())
            _ = try await other.insert(try Samples.new(2))
            #expect(store.version() != before)
            #expect(other.version() == store.version())
            try other.close()
            #expect(other.version() == nil)
            #expect(store.version() != nil)
        }
    }

    @Test("It stays different when the log begins anew")
    func checkpoints() async throws {
        try await withStore { store, _ in
            var seen: Set<RecordVersion> = []
            for number in 1...20 {
                _ = try await store.insert(try Samples.new(number))
                #expect(seen.insert(try #require(store.version())).inserted)
                try await store.pool.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA wal_checkpoint(RESTART)")
                }
            }
        }
    }
}
