import GRDB
package import Mail

extension Store {
    /// The pause of an account that is not over at `now`.
    package func pause(of account: String, at now: Timestamp) throws -> AccountPause? {
        try latestPause(of: account).flatMap { $0.until > now ? $0 : nil }
    }

    /// The account's pause, over or not; nil when it has been resumed since.
    package func latestPause(of account: String) throws -> AccountPause? {
        try look { db in
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT paused_at, paused_until, pause FROM accounts WHERE id = ?"),
                arguments: [account])
            guard let row, let failure = try row.coded("pause", Failure.self) else { return nil }
            return AccountPause(
                since: try row.requiredTime("paused_at"), until: try row.requiredTime("paused_until"),
                failure: failure)
        }
    }

    /// Ends an account's pause early; how long it was is remembered, for a next one that should be longer.
    package func endPause(_ pause: AccountPause, of account: String, at now: Timestamp) async throws {
        if pause.until <= now { return }
        try await writer.write { db in
            try db.execute(
                sql: "UPDATE accounts SET paused_at = ?, paused_until = ? WHERE id = ? AND paused_until = ?",
                arguments: [
                    now.adding(seconds: -pause.length).rfc3339, now.rfc3339, account, pause.until.rfc3339,
                ])
        }
    }

    /// Ends an account's pause, and forgets it: what was put off until its end is due, and processes that wait for it hear
    /// of it by `accountChanges`.
    package func resume(_ account: String) async throws {
        try await writer.write { db in
            try db.run("UPDATE account_changes SET number = number + 1")
            try Self.wakeMailbox(of: account, in: db)
            try db.run(
                """
                UPDATE sends SET next_attempt_at = (SELECT paused_at FROM accounts WHERE id = ?1)
                WHERE account_id = ?1 AND state = 'deferred'
                    AND next_attempt_at = (SELECT paused_until FROM accounts WHERE id = ?1)
                """, .text(account))
            try db.execute(
                sql: "UPDATE accounts SET paused_at = NULL, paused_until = NULL, pause = NULL WHERE id = ?",
                arguments: [account])
        }
    }

    /// How many sends of these accounts are in each unfinished state; a scheduled one whose time has come counts as ready.
    package func waiting(for accounts: [String], at now: Timestamp) throws -> [SendState: Int] {
        try look { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT CASE WHEN state = 'scheduled' AND next_attempt_at <= ? THEN 'ready' ELSE state END AS word,
                        count(*) AS count
                    FROM sends
                    WHERE status = 'queued' AND account_id IN (SELECT value FROM json_each(?)) GROUP BY word
                    """,
                arguments: [now.rfc3339, try Coding.text(accounts)])
            var counts: [SendState: Int] = [:]
            for row in rows { counts[try row.word("word", SendState.self)] = row["count"] }
            return counts
        }
    }

    /// Unfinished sends of that kind's other accounts, which only a process that has those can send.
    package func stranded(besides accounts: [String], _ kind: AccountRecord.Kind) throws -> [StrandedQueue] {
        try look { db in
            try db.all(
                """
                SELECT a.name, a.server, count(*) FROM sends s JOIN accounts a ON a.id = s.account_id
                WHERE s.status = 'queued' AND a.kind = ? AND a.id NOT IN (SELECT value FROM json_each(?))
                GROUP BY a.id ORDER BY a.name, a.server
                """, [.text(kind.rawValue), .text(try Coding.text(accounts))]
            ) { StrandedQueue(account: $0.text(0), server: $0.text(1), sends: $0.int(2)) }
        }
    }

    /// The account of one send where it is none of these; nil also where there is no such send.
    package func stranded(_ id: SendID, besides accounts: [String]) throws -> StrandedQueue? {
        try look { db in
            try db.first(
                """
                SELECT a.name, a.server FROM sends s JOIN accounts a ON a.id = s.account_id
                WHERE s.id = ? AND a.id NOT IN (SELECT value FROM json_each(?))
                """, .text(id.text), .text(try Coding.text(accounts))
            ) { StrandedQueue(account: $0.text(0), server: $0.text(1), sends: 1) }
        }
    }

    /// True when `bringForward` would find something.
    package func isAnyDue(beyond limit: Timestamp, for account: String) throws -> Bool {
        try look { db in
            try Row.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT 1 FROM sends
                        WHERE account_id = :account AND next_attempt_at > :limit AND state IN ('ready', 'deferred')
                        UNION ALL SELECT 1 FROM accounts WHERE id = :account AND paused_until > :limit LIMIT 1
                        """),
                arguments: ["account": account, "limit": limit.rfc3339]) != nil
        }
    }

    /// Makes due what could only be so far away because a clock was wrong when it was written.
    ///
    /// - Parameter limit: later than any pause that a schedule or a server could have asked for.
    package func bringForward(beyond limit: Timestamp, for account: String, at now: Timestamp) async throws
        -> Int
    {
        try await writer.write { db in
            try db.execute(
                sql: """
                    UPDATE sends SET next_attempt_at = :now
                    WHERE account_id = :account AND next_attempt_at > :limit AND state IN ('ready', 'deferred')
                    """,
                arguments: ["now": now.rfc3339, "account": account, "limit": limit.rfc3339])
            let count = db.changesCount
            try db.execute(
                sql: """
                    UPDATE accounts SET paused_at = NULL, paused_until = NULL, pause = NULL
                    WHERE id = ? AND paused_until > ?
                    """,
                arguments: [account, limit.rfc3339])
            return count
        }
    }

    func pause(_ account: String, _ pause: AccountPause, in db: Database) throws {
        try db.execute(
            sql: "UPDATE accounts SET paused_at = ?, paused_until = ?, pause = ? WHERE id = ?",
            arguments: [
                pause.since.rfc3339, pause.until.rfc3339, try Coding.text(pause.failure), account,
            ])
    }
}
