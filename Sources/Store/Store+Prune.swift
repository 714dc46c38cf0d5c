import GRDB
package import Mail

/// What a pruning took away.
package struct Pruning: Sendable, Hashable {
    package var sends = 0
    /// Octets of mail data.
    package var octets = 0

    package init() {}
}

extension Store {
    /// Deletes the mail data of finished sends that were recorded before a time; the record and its events stay.
    ///
    /// - Parameter limit: sends at most, so that other writers get their turn; call again until none is left.
    package func prune(before time: Timestamp, limit: Int = 500) async throws -> Pruning {
        let bound = SendNumber.floor(of: time)
        return try await writer.write { db in
            // CROSS JOIN begins with what is still there, instead of all that is old.
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT m.send AS number, s.size AS size FROM mail_data m CROSS JOIN sends s ON s.number = m.send
                    WHERE m.send < ? AND s.status <> 'queued' LIMIT ?
                    """,
                arguments: [bound, limit])
            var pruning = Pruning()
            let delete = try db.cachedStatement(sql: "DELETE FROM mail_data WHERE send = ?")
            for row in rows {
                let number: Int64 = row["number"]
                let size: Int = row["size"]
                try delete.execute(arguments: [number])
                pruning.sends += 1
                pruning.octets += size
            }
            return pruning
        }
    }

    /// True when `prune` would find something.
    package func isAnythingToPrune(before time: Timestamp) throws -> Bool {
        try look { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT 1 FROM mail_data m CROSS JOIN sends s ON s.number = m.send
                    WHERE m.send < ? AND s.status <> 'queued' LIMIT 1
                    """,
                arguments: [SendNumber.floor(of: time)]) != nil
        }
    }
}
