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
            var values: [Parameter] = []
            func require(_ condition: String, _ parameters: Parameter...) {
                conditions.append(condition)
                values += parameters
            }
            // Read in the order of an index that begins with the one equality that narrows most.
            let order = filter.to == nil ? "s.number" : "r.send"
            if let to = filter.to { require("r.address = ? COLLATE NOCASE", .text(to.text)) }
            if let position {
                require(
                    "\(order) < coalesce((SELECT number FROM sends WHERE id = ?), ?)",
                    .text(position.id.text),
                    .number(SendNumber.floor(of: position.id)))
            }
            if let since = filter.since { require("\(order) >= ?", .number(SendNumber.floor(of: since))) }
            if let until = filter.until { require("\(order) < ?", .number(SendNumber.floor(of: until))) }
            if let status = filter.status ?? filter.state?.status {
                require("s.status = ?", .text(status.rawValue))
            }
            if let state = filter.state { require("s.state = ?", .text(state.rawValue)) }
            if let account = filter.account {
                let ids = try String.fetchAll(
                    db, sql: "SELECT id FROM accounts WHERE id = ? OR name = ?",
                    arguments: [account, account])
                if ids.count == 1, let id = ids.first {
                    require("s.account_id = ?", .text(id))
                } else {
                    require("s.account_id IN (SELECT value FROM json_each(?))", .text(try Coding.text(ids)))
                }
            }
            if let from = filter.from { require("s.reverse_path = ? COLLATE NOCASE", .text(from.text)) }
            if let query = filter.query {
                let pattern = Parameter.text("%" + Self.escaped(query) + "%")
                require(
                    "(s.subject LIKE ? ESCAPE '\\' OR s.from_addr LIKE ? ESCAPE '\\' OR s.to_addr LIKE ? ESCAPE '\\')",
                    pattern, pattern, pattern)
            }
            if let tag = filter.tag {
                require("EXISTS (SELECT 1 FROM json_each(s.tags) WHERE value = ?)", .text(tag))
            }

            let clause = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
            let tables = filter.to == nil ? SendRecord.tables : SendRecord.tablesByRecipient
            let group = filter.to == nil ? "" : " GROUP BY r.send"
            var numbers: [Int64] = []
            var records = try db.all(
                SendRecord.select + tables + clause + group + " ORDER BY \(order) DESC LIMIT \(limit)", values
            ) { row in
                numbers.append(SendRecord.number(of: row))
                return try SendRecord(row: row)
            }
            let recipients = try recipients(of: numbers, in: db)
            for index in records.indices { records[index].recipients = recipients[numbers[index]] ?? [] }
            return records
        }
    }

    /// True when an account of that name or id is on record, set up or not.
    package func knows(account: String) throws -> Bool {
        try look { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ? OR name = ?)",
                arguments: [account, account]) ?? false
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
