import GRDB

@testable import Store

extension Store {
    /// 2 is FULL.
    func synchronousLevelOfTheWriter() throws -> Int? {
        try pool.writeWithoutTransaction { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
    }

    /// Makes SQLite say SQLITE_FULL soon: the file may not grow by more than a few pages.
    func limitPages() throws {
        try pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages + 8)")
        }
    }

    /// Runs SQL as another program with the same rights could.
    func run(_ sql: String) throws {
        try pool.write { db in try db.execute(sql: sql) }
    }

    func pairs(_ sql: String) throws -> Set<[String]> {
        try pool.read { db in
            Set(try Row.fetchAll(db, sql: sql).map { row in row.map { String.fromDatabaseValue($1) ?? "" } })
        }
    }
}
