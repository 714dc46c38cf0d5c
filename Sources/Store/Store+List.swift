import GRDB
import Mail

extension Store {
    /// Sends that match, newest first, starting behind a position; at most `limit`.
    ///
    /// A page costs the same wherever it begins: the order is the index's, never an offset.
    package func sends(
        matching filter: SendFilter, limit: Int, after position: ListPosition? = nil
    ) async throws -> [SendRecord] {
        try look { db in
            var conditions: [String] = []
            var arguments: StatementArguments = []
            func require(_ condition: String, _ values: (any DatabaseValueConvertible)...) {
                conditions.append(condition)
                arguments += StatementArguments(values)
            }
            // Read in the order of an index that begins with the one equality that narrows most.
            let order = filter.to == nil ? "s.number" : "r.send"
            if let to = filter.to { require("r.address = ?", to.text) }
            if let position {
                require(
                    "\(order) < coalesce((SELECT number FROM sends WHERE id = ?), ?)", position.id.text,
                    SendNumber.floor(of: position.id))
            }
            if let since = filter.since { require("\(order) >= ?", SendNumber.floor(of: since)) }
            if let until = filter.until { require("\(order) < ?", SendNumber.floor(of: until)) }
            if let status = filter.status ?? filter.state?.status { require("s.status = ?", status.rawValue) }
            if let state = filter.state { require("s.state = ?", state.rawValue) }
            if let account = filter.account {
                let ids = try String.fetchAll(
                    db, sql: "SELECT id FROM accounts WHERE id = ? OR name = ?",
                    arguments: [account, account])
                if ids.count == 1, let id = ids.first {
                    require("s.account_id = ?", id)
                } else {
                    require("s.account_id IN (SELECT value FROM json_each(?))", try Coding.text(ids))
                }
            }
            if let from = filter.from { require("s.reverse_path = ?", from.text) }
            if let query = filter.query {
                let pattern = "%" + Self.escaped(query) + "%"
                require(
                    "(s.subject LIKE ? ESCAPE '\\' OR s.from_addr LIKE ? ESCAPE '\\' OR s.to_addr LIKE ? ESCAPE '\\')",
                    pattern, pattern, pattern)
            }
            if let tag = filter.tag {
                require("EXISTS (SELECT 1 FROM json_each(s.tags) WHERE value = ?)", tag)
            }

            let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: SendRecord.columns
                        + (filter.to == nil ? SendRecord.tables : SendRecord.tablesByRecipient)
                        + clause + (filter.to == nil ? "" : " GROUP BY r.send")
                        + " ORDER BY \(order) DESC LIMIT \(limit)"),
                arguments: arguments)
            var records = try rows.map(SendRecord.init(row:))
            let numbers = rows.map { row -> Int64 in row["number"] }
            let recipients = try recipients(of: numbers, in: db)
            for index in records.indices { records[index].recipients = recipients[numbers[index]] ?? [] }
            return records
        }
    }

    /// The text as a LIKE pattern that matches only itself.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "%_\\".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}
