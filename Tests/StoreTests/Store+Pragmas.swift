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

    /// Lets the file grow again.
    func liftPageLimit() throws {
        try pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA max_page_count = 1000000") }
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

    /// The first column, in order, as text; empty for NULL.
    func values(_ sql: String) throws -> [String] {
        try pool.read { db in
            try Row.fetchAll(db, sql: sql).map { row in row[0].map { "\($0)" } ?? "" }
        }
    }

    /// Puts the one send into a state, past the table of moves.
    func force(_ state: SendState) throws {
        try pool.write { db in
            let trigger =
                try String.fetchOne(db, sql: "SELECT sql FROM sqlite_master WHERE name = 'sends_move'") ?? ""
            try db.execute(sql: "DROP TRIGGER sends_move")
            try db.execute(sql: "UPDATE sends SET \(StateTests.columns(of: state))")
            try db.execute(sql: trigger)
        }
    }
}
