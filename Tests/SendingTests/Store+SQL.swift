import GRDB

@testable import Store

extension Store {
    /// Runs SQL as another program with the same rights could.
    func run(_ sql: String) throws {
        try pool.write { db in try db.execute(sql: sql) }
    }
}
