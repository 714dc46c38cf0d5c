import GRDB
package import Mail

/// Sends over a stretch of time, cut into pieces of the same length by when they were recorded.
package struct Activity: Sendable, Hashable {
    /// One count for each piece, by the status that its sends have now.
    package let counts: [SendStatus: [Int]]
    /// Sends that wait for a person, whenever they were recorded.
    package let held: Int
}

extension Store {
    /// Counts the sends of `pieces` stretches of `width` milliseconds each, from `start` on.
    ///
    /// Reads an index alone, a millisecond for some 10,000 sends.
    package func activity(from start: Timestamp, width: Int64, pieces: Int) async throws -> Activity {
        try await pool.read { db in
            let first = SendNumber.floor(of: start)
            let end = Timestamp(milliseconds: start.milliseconds + width * Int64(pieces))
            let step = max(1, SendNumber.floor(of: Timestamp(milliseconds: width)))
            var counts: [SendStatus: [Int]] = [:]
            for status in SendStatus.allCases {
                var line = [Int](repeating: 0, count: pieces)
                let rows = try Row.fetchAll(
                    db.cachedStatement(
                        sql: """
                            SELECT (number - :first) / :step AS piece, count(*) AS sends FROM sends
                            WHERE status = :status AND number >= :first AND number < :end GROUP BY piece
                            """),
                    arguments: [
                        "first": first, "step": step, "status": status.rawValue,
                        "end": SendNumber.floor(of: end),
                    ])
                for row in rows {
                    let piece: Int = row["piece"]
                    if line.indices.contains(piece) { line[piece] = row["sends"] }
                }
                counts[status] = line
            }
            let held = try Int.fetchOne(db, sql: "SELECT count(*) FROM sends WHERE state = 'held'")
            return Activity(counts: counts, held: held ?? 0)
        }
    }
}
