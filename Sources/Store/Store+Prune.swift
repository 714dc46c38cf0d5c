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
    /// Finished, and nothing has happened to it since: one that was scheduled or held was recorded long before it ended.
    private static let prunable = """
        mail_data m CROSS JOIN sends s ON s.number = m.send
        WHERE m.send < :bound AND s.status <> 'queued'
            AND NOT EXISTS (SELECT 1 FROM events e WHERE e.send = m.send AND e.at >= :time)
        """

    /// Deletes the mail data of sends that were finished before a time; the record and its events stay.
    ///
    /// - Parameter limit: sends at most, so that other writers get their turn; call again until none is left.
    package func prune(before time: Timestamp, limit: Int = 500) async throws -> Pruning {
        let bound: StatementArguments = ["bound": SendNumber.floor(of: time), "time": time.rfc3339]
        return try await writer.write { db in
            // CROSS JOIN begins with what is still there, instead of all that is old.
            let rows = try Row.fetchAll(
                db,
                sql: "SELECT m.send AS number, s.size AS size FROM \(Self.prunable) LIMIT \(limit)",
                arguments: bound)
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
                db, sql: "SELECT 1 FROM \(Self.prunable) LIMIT 1",
                arguments: ["bound": SendNumber.floor(of: time), "time": time.rfc3339]) != nil
        }
    }
}
