import GRDB

@testable import Store

extension Store {
    /// Runs SQL as another program with the same rights could.
    func run(_ sql: String) throws {
        try pool.write { db in try db.execute(sql: sql) }
    }

    func count(_ table: String) throws -> Int {
        try pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0 }
    }

    func texts(_ sql: String) throws -> [String] {
        try pool.read { db in try String.fetchAll(db, sql: sql) }
    }
}
