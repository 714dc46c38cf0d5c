import Dispatch
import Foundation
import GRDB
import Mail
import Testing

@testable import Store

@Suite("Group commit")
struct GroupWriterTests {
    @Test("Hundreds of writes that wait together reach the disk in a handful of transactions")
    func gathered() async throws {
        try await withStore { store, path in
            try store.run("CREATE TABLE t (x INTEGER PRIMARY KEY)")
            let before = try store.commits(at: path)
            let ends = await Crowd(store).writeTogether(600) { number, db in
                try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number])
                return number
            }
            let commits = try store.commits(at: path) - before
            #expect(ends.compactMap { try? $0.get() } == Array(0..<600))
            #expect((1...10).contains(commits), "\(commits)")
        }
    }

    @Test("Two writes one after the other are two transactions: neither waits for company")
    func apart() async throws {
        try await withStore { store, path in
            let before = try store.commits(at: path)
            _ = try await store.insert(try Samples.new(1))
            _ = try await store.insert(try Samples.new(2))
            #expect(try store.commits(at: path) - before == 2)
        }
    }

    @Test("Failing writes are undone alone; the others are kept and each hears its own result")
    func failing() async throws {
        try await withStore { store, path in
            try store.run("CREATE TABLE t (x INTEGER PRIMARY KEY CHECK (x <> 150))")
            let ends = await Crowd(store).writeTogether(300) { number, db in
                // The first statement of a failing one succeeds, and must be undone with it.
                if [0, 150, 299].contains(number) {
                    try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number + 1000])
                }
                if [0, 299].contains(number) { throw StoreError.corrupt("\(number)") }
                try db.execute(sql: "INSERT INTO t VALUES (?)", arguments: [number])
                return number
            }
            for (number, end) in ends.enumerated() {
                switch number {
                case 0, 299: #expect(throws: StoreError.corrupt("\(number)")) { _ = try end.get() }
                case 150: #expect(throws: DatabaseError.self) { _ = try end.get() }
                default: #expect(try end.get() == number)
                }
            }
            let kept = try await DatabaseQueue(path: path).read { db in
                try Int.fetchAll(db, sql: "SELECT x FROM t ORDER BY x")
            }
            #expect(kept == (0..<300).filter { ![0, 150, 299].contains($0) })
        }
    }

    @Test("What a write returned is there for another connection")
    func visible() async throws {
        try await withStore { store, path in
            let other = try DatabasePool(path: path)
            try await withThrowingTaskGroup { group in
                for number in 1...100 {
                    group.addTask {
                        _ = try await store.insert(try Samples.new(number))
                        let found = try await other.read { db in
                            try Int.fetchOne(
                                db, sql: "SELECT count(*) FROM events WHERE send = ?",
                                arguments: [Samples.floor(number)])
                        }
                        #expect(found == 1, "\(number)")
                    }
                }
                try await group.waitForAll()
            }
            try other.close()
        }
    }

    @Test(
        "A full disk fails all that wait, leaves nothing half-written, and is over when there is room again")
    func full() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(999))
            try store.limitPages()
            let news = try (0..<20).map { try Samples.new($0, octets: 200_000) }
            let ends = await Crowd(store).together(21) { number in
                // One that would have had room is in the same transaction.
                if number == 20 { return try await store.resume("env-1") }
                _ = try await store.insert(news[number])
            }
            for end in ends { #expect(throws: DatabaseError.self) { try end.get() } }
            for table in ["sends", "mail_data", "recipients", "events"] {
                #expect(try store.values("SELECT count(*) FROM \(table)") == ["1"], "\(table)")
            }
            try store.liftPageLimit()
            #expect(try await store.insert(news[0]) == .inserted)
            #expect(try store.values("PRAGMA integrity_check") == ["ok"])
            #expect(try store.values("PRAGMA foreign_key_check") == [])
        }
    }

    @Test("A caller that hangs up does not undo its write")
    func cancelled() async throws {
        try await withStore { store, _ in
            let new = try Samples.new(1)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.insert(new)
            }
            #expect(try await task.value == .inserted)
            #expect(try await store.send(new.id) != nil)
        }
    }
}

/// Many callers whose writes are all waiting before the first one is begun.
private actor Crowd {
    private let store: Store
    private var started = 0

    init(_ store: Store) { self.store = store }

    func writeTogether(
        _ count: Int, _ body: @escaping @Sendable (Int, Database) throws -> Int
    ) async -> [Result<Int, any Error>] {
        await together(count) { [store] number in try await store.writer.write { db in try body(number, db) }
        }
    }

    /// - Parameter body: waits for nothing but a write.
    func together<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async -> [Result<Value, any Error>] {
        let door = DispatchGroup()
        door.enter()
        // Holds the connection until all are there, and is in a transaction of its own.
        let (entries, entry) = AsyncStream.makeStream(of: Void.self)
        let blocker = Task { [store] in
            try await store.writer.write { _ in
                entry.finish()
                door.wait()
            }
        }
        for await _ in entries {}
        let tasks = (0..<count).map { number in
            Task {
                // On this actor up to its suspension in the write: who is counted is waiting.
                started += 1
                return try await body(number)
            }
        }
        while started < count { await Task.yield() }
        door.leave()
        _ = await blocker.result
        var results: [Result<Value, any Error>] = []
        for task in tasks { results.append(await task.result) }
        return results
    }
}

extension Store {
    /// Transactions in the write-ahead log: frames that carry the database's size end one. Good for a short log.
    fileprivate func commits(at path: String) throws -> Int {
        let log = [UInt8](try Data(contentsOf: URL(filePath: path + "-wal")))
        let pageSize = Int(log[10]) << 8 | Int(log[11])
        let salt = log[16..<24]
        return stride(from: 32, to: log.count - 24, by: 24 + pageSize).count { frame in
            log[(frame + 8)..<(frame + 16)].elementsEqual(salt)
                && log[(frame + 4)..<(frame + 8)].contains { $0 != 0 }
        }
    }
}
