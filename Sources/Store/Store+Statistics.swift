import GRDB
package import Mail
import Synchronization

/// How the record stands as a whole: numbers for an operator, nothing of any message.
package struct Statistics: Sendable, Hashable {
    /// Sends of one account in one state.
    package struct Count: Sendable, Hashable {
        package let account: String
        package let state: SendState
        package let sends: Int
    }

    /// What an account has to send now.
    package struct Due: Sendable, Hashable {
        package let account: String
        package let sends: Int
        /// When the one that waits longest became due.
        package let oldest: Timestamp
    }

    package let counts: [Count]
    package let due: [Due]
}

extension Store {
    /// Counts all sends by account and state, and those that are due at `now`.
    ///
    /// Reads every row's state, some 50 ms for 100,000 sends: not to be asked for with each request.
    package func statistics(at now: Timestamp) async throws -> Statistics {
        try await pool.read { db in
            let counts = try Row.fetchAll(
                db,
                sql: """
                    SELECT a.name AS account, c.state AS state, sum(c.sends) AS sends
                    FROM (SELECT account_id, state, count(*) AS sends FROM sends GROUP BY account_id, state) c
                    JOIN accounts a ON a.id = c.account_id
                    GROUP BY a.name, c.state ORDER BY a.name, c.state
                    """
            ).map { row in
                Statistics.Count(
                    account: row["account"], state: try row.word("state", SendState.self), sends: row["sends"]
                )
            }
            let due = try Row.fetchAll(
                db,
                sql: """
                    SELECT a.name AS account, count(*) AS sends,
                        min(max(s.next_attempt_at, coalesce(a.paused_until, ''))) AS oldest
                    FROM sends s JOIN accounts a ON a.id = s.account_id
                    WHERE s.next_attempt_at <= :now AND (a.paused_until IS NULL OR a.paused_until <= :now)
                    GROUP BY a.name ORDER BY a.name
                    """,
                arguments: ["now": now.rfc3339]
            ).map { row in
                Statistics.Due(
                    account: row["account"], sends: row["sends"], oldest: try row.requiredTime("oldest"))
            }
            return Statistics(counts: counts, due: due)
        }
    }
}

extension Store {
    /// Transactions that this process committed, and the writes that shared them.
    package var commits: (transactions: Int, writes: Int) {
        (writer.transactions.load(ordering: .relaxed), writer.writes.load(ordering: .relaxed))
    }
}
