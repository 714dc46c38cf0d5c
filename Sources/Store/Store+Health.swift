import GRDB

extension Store {
    /// What SQLite finds wrong with the file; empty when it is whole. Reads all of it.
    package func damage() throws -> [String] {
        try look { db in
            try db.all("PRAGMA quick_check(5)", []) { $0.text(0) }.filter { $0 != "ok" }
        }
    }

    /// The names of the changes of its tables that it has seen, oldest first.
    package func migrations() throws -> [String] {
        try pool.read { db in try Migrations.all.appliedMigrations(db) }
    }

    /// That a transaction could be written now; nothing is.
    package func tryToWrite() throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            try db.execute(sql: "ROLLBACK")
        }
    }
}
