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
            if let position {
                require("(s.created_at, s.id) < (?, ?)", position.createdAt.rfc3339, position.id.text)
            }
            if let status = filter.status { require("s.status = ?", status.rawValue) }
            if let state = filter.state { require("s.state = ?", state.rawValue) }
            if let account = filter.account {
                require(
                    "s.account_id IN (SELECT id FROM accounts WHERE id = ? OR name = ?)", account, account)
            }
            if let from = filter.from { require("s.reverse_path = ?", from.text) }
            if let to = filter.to {
                require(
                    "EXISTS (SELECT 1 FROM recipients r WHERE r.address = ? AND r.send_id = s.id)", to.text)
            }
            if let query = filter.query {
                let pattern = "%" + Self.escaped(query) + "%"
                require(
                    "(s.subject LIKE ? ESCAPE '\\' OR s.from_addr LIKE ? ESCAPE '\\' OR s.to_addr LIKE ? ESCAPE '\\')",
                    pattern, pattern, pattern)
            }
            if let tag = filter.tag {
                require("EXISTS (SELECT 1 FROM json_each(s.tags) WHERE value = ?)", tag)
            }
            if let since = filter.since { require("s.created_at >= ?", since.rfc3339) }
            if let until = filter.until { require("s.created_at < ?", until.rfc3339) }

            let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: SendRecord.select + clause + " ORDER BY s.created_at DESC, s.id DESC LIMIT \(limit)"),
                arguments: arguments)
            var records = try rows.map(SendRecord.init(row:))
            let recipients = try recipients(of: records.map(\.id), in: db)
            for index in records.indices { records[index].recipients = recipients[records[index].id] ?? [] }
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
