import Foundation
import GRDB
import TestPeers
import Testing

@testable import Store

@Suite("The log goes into the database", .timeLimit(.minutes(3)))
struct LogKeeperTests {
    @Test("While much is written the log begins anew again and again, and what it held is in the database")
    func staysShort() async throws {
        try await withStore { store, path in
            var longest = 0
            for round in 0..<14 {
                longest = max(longest, try await store.fill(round))
            }
            // Not the 17,500 frames that were written.
            #expect(longest > 4000 && longest < 9000)
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
            #expect(
                try #require(size) > 30_000_000, "octets that are in the database and not in its log alone")
            #expect(
                try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sends") } == 350)
            #expect(
                try await store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        }
    }

    @Test(
        "One copies, then the writer does the rest; a log that cannot begin anew is tried again after a thousand frames"
    )
    func plan() {
        var plan = LogKeeper.Plan()
        #expect(plan.errand(3999) == nil)
        #expect(plan.errand(4000) == .copy)
        #expect(plan.errand(4300) == nil, "it is being copied")
        plan.noteCopied()
        #expect(plan.errand(4500) == .rest)
        #expect(plan.errand(4600) == nil)
        #expect(plan.errand(5500) == .copy)
        plan.noteCopied()
        #expect(plan.errand(20) == nil, "somebody else did the rest")
        #expect(plan.errand(4010) == .copy)
    }

    @Test(
        "Who reads an old state keeps the log from beginning anew, holds nobody up, and when he is done it does"
    )
    func waitsForReaders() async throws {
        try await withStore { store, _ in
            try await store.fill(0)
            let old = try store.pool.makeSnapshot()
            for round in 1..<7 { try await store.fill(round) }
            #expect(try #require(store.index.frames) > 7000)
            #expect(try await old.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sends") } == 25)
            try old.close()
            for round in 7..<10 { try await store.fill(round) }
            #expect(try #require(store.index.frames) < 7000)
            #expect(try await store.sends(matching: SendFilter(), limit: 1).count == 1)
        }
    }

    @Test("Closed in the middle of it, or opened by somebody else meanwhile, the record is whole")
    func isClosed() async throws {
        try await withTemporaryStorePath { path in
            for opening in 0..<3 {
                let store = try Store.open(at: path)
                let other = try Store.open(at: path)
                for round in 0..<4 { try await store.fill(opening * 4 + round, waiting: false) }
                #expect(try await other.insert(Samples.new(100_000 + opening)) == .inserted)
                try other.close()
                try store.close()
            }
            let store = try Store.open(at: path)
            #expect(
                try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sends") } == 303)
            #expect(
                try await store.pool.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
            try store.close()
        }
    }
}

private func withTemporaryStorePath(_ body: (String) async throws -> Void) async throws {
    try await withTemporaryFolder { try await body($0 + "/data/envelope.db") }
}

extension Store {
    /// Records 25 sends, some 1,250 frames of the log.
    ///
    /// - Parameter waiting: for a copy under way before each, so that what comes out depends on no speed.
    /// - Returns: the longest log meanwhile.
    @discardableResult
    fileprivate func fill(_ round: Int, waiting: Bool = true) async throws -> Int {
        var longest = 0
        for number in 0..<25 {
            while waiting, log.isCopying { try await Task.sleep(for: .milliseconds(1)) }
            let new = try Samples.new(round * 25 + number, octets: 200_000)
            #expect(try await insert(new) == .inserted)
            longest = max(longest, try #require(index.frames))
        }
        return longest
    }
}
