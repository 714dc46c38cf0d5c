import GRDB
package import Mail

extension Store {
    /// Takes sends of an account that are due, oldest first, and begins an attempt for each, in one transaction.
    ///
    /// Safe with several processes on one file: a row is claimed by the statement that finds it unowned.
    /// - Parameters:
    ///   - account: one that this process can log in for; nothing is taken while it is paused.
    ///   - owner: a registered worker, whose `OwnerLock` is held.
    ///   - limit: at most this many.
    package func claim(for account: String, owner: String, limit: Int, now: Timestamp) async throws -> [Claim]
    {
        if limit <= 0 { return [] }
        return try await claim(
            """
            account_id = :account AND next_attempt_at <= :now AND NOT EXISTS (
                SELECT 1 FROM accounts WHERE id = :account AND paused_until > :now)
            ORDER BY next_attempt_at, id LIMIT :limit
            """, ["account": account, "limit": limit], owner: owner, now: now)
    }

    /// Takes this one send if it is due, also while its account is paused.
    package func claim(_ id: SendID, owner: String, now: Timestamp) async throws -> Claim? {
        try await claim("id = :id AND next_attempt_at <= :now", ["id": id.text], owner: owner, now: now).first
    }

    private func claim(
        _ condition: String, _ arguments: [String: (any DatabaseValueConvertible & Sendable)?], owner: String,
        now: Timestamp
    ) async throws -> [Claim] {
        try await writer.write { db in
            let rows = try Row.fetchAll(
                db.cachedStatement(
                    sql: """
                        UPDATE sends SET status = 'queued', state = 'sending', owner = :owner, next_attempt_at = NULL,
                            attempts = attempts + 1
                        WHERE id IN (SELECT id FROM sends WHERE \(condition))
                        RETURNING id, account_id, attempts, tries, reverse_path, give_up_at, size
                        """),
                arguments: StatementArguments(
                    arguments.merging(["owner": owner, "now": now.rfc3339]) { first, _ in first }))
            let claims = try rows.compactMap { row in
                try orPutAside(row, at: now, in: db) { try begin(row, owner: owner, now: now, in: db) }
            }
            return claims.sorted { $0.id < $1.id }
        }
    }

    /// When each account's next send is due, a pause considered; no entry where none waits.
    package func nextDue(for accounts: [String]) throws -> [String: Timestamp] {
        try look { db in
            var due: [String: Timestamp] = [:]
            let statement = try db.cachedStatement(
                sql: """
                    SELECT max(s.next_attempt_at, coalesce(a.paused_until, '')) AS due
                    FROM sends s JOIN accounts a ON a.id = s.account_id
                    WHERE s.account_id = ? AND s.next_attempt_at IS NOT NULL
                    ORDER BY s.next_attempt_at LIMIT 1
                    """)
            for account in accounts {
                due[account] = try Row.fetchOne(statement, arguments: [account])?.time("due")
            }
            return due
        }
    }

    private func begin(_ row: Row, owner: String, now: Timestamp, in db: Database) throws -> Claim {
        let id = try sendID(row)
        let number: Int = row["attempts"]
        // First, because nothing is written yet when it finds the row damaged.
        let claim = try claim(row, id: id, owner: owner, in: db)
        try db.cachedStatement(
            sql: "INSERT INTO attempts (send_id, number, owner, started_at) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [id.text, number, owner, now.rfc3339])
        try write(SendEvent(at: now, kind: .attemptStarted, detail: "attempt \(number)"), of: id, in: db)
        return claim
    }

    /// The claim that a row of `sends` stands for, with the recipients that are still open.
    func claim(_ row: Row, id: SendID, owner: String, in db: Database) throws -> Claim {
        let recipients = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT address, outcome FROM recipients WHERE send_id = ? ORDER BY position"),
            arguments: [id.text])
        let outcomes = try recipients.map { try $0.word("outcome", Outcome.self) }
        let open = zip(recipients, outcomes).filter { $1 == .pending || $1 == .deferred }
        guard !open.isEmpty else {
            throw StoreError.corrupt("the send \(id) is due without an open recipient")
        }
        return Claim(
            id: id, accountID: row["account_id"], owner: owner, attempt: row["attempts"], tries: row["tries"],
            reversePath: try row.address("reverse_path"),
            forwardPaths: try open.map { try $0.0.address("address") },
            giveUpAt: try row.requiredTime("give_up_at"),
            settledOutcomes: outcomes.filter { $0 != .pending && $0 != .deferred }, size: row["size"])
    }

    /// What the body makes of a row; nil when the row is damaged, and then its send has failed and holds up no other.
    ///
    /// - Parameter body: throws a `StoreError` only before it has written anything.
    func orPutAside<Value>(_ row: Row, at now: Timestamp, in db: Database, _ body: () throws -> Value) throws
        -> Value?
    {
        do {
            return try body()
        } catch let error as StoreError {
            try end(try sendID(row), .rejected, .unreadable(error), at: now, in: db)
            return nil
        }
    }

    func sendID(_ row: Row) throws -> SendID {
        let text: String = row["id"]
        guard let id = SendID(text) else { throw StoreError.corrupt("id holds \(text.prefix(40))") }
        return id
    }
}
