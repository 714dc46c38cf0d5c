import GRDB
package import Mail

extension Store {
    /// Takes sends that are due, oldest first, and begins an attempt for each, in one transaction.
    ///
    /// Safe with several processes on one file: a row is claimed by the statement that finds it unowned.
    /// - Parameters:
    ///   - accounts: only sends of these; a process claims what it can log in for.
    ///   - owner: whose `OwnerLock` is held.
    ///   - limit: at most this many.
    package func claim(for accounts: [String], owner: String, limit: Int, now: Timestamp) async throws
        -> [Claim]
    {
        // Looked for with a reader first: the writer's lock is taken only when there is something to take.
        guard limit > 0, let due = try nextDue(for: accounts), due <= now else { return [] }
        return try await pool.write { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    UPDATE sends SET status = 'queued', state = 'sending', owner = :owner, next_attempt_at = NULL,
                        attempts = attempts + 1
                    WHERE id IN (
                        SELECT id FROM sends
                        WHERE next_attempt_at <= :now AND account_id IN (SELECT value FROM json_each(:accounts))
                        ORDER BY next_attempt_at, id LIMIT :limit)
                    RETURNING id, account_id, attempts, reverse_path, give_up_at
                    """,
                arguments: [
                    "owner": owner, "now": now.rfc3339, "accounts": try Coding.text(accounts), "limit": limit,
                ])
            let claims = try rows.compactMap { row in
                try orPutAside(row, at: now, in: db) { try begin(row, owner: owner, now: now, in: db) }
            }
            return claims.sorted { $0.id < $1.id }
        }
    }

    /// When the next send of these accounts is due; nil when none waits.
    package func nextDue(for accounts: [String]) throws -> Timestamp? {
        try look { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT next_attempt_at FROM sends
                    WHERE next_attempt_at IS NOT NULL AND account_id IN (SELECT value FROM json_each(?))
                    ORDER BY next_attempt_at LIMIT 1
                    """,
                arguments: [try Coding.text(accounts)])?
                .time("next_attempt_at")
        }
    }

    private func begin(_ row: Row, owner: String, now: Timestamp, in db: Database) throws -> Claim {
        let id = try sendID(row)
        let number: Int = row["attempts"]
        try db.execute(
            sql: "INSERT INTO attempts (send_id, number, owner, started_at) VALUES (?, ?, ?, ?)",
            arguments: [id.text, number, owner, now.rfc3339])
        try write(SendEvent(at: now, kind: .attemptStarted, detail: "attempt \(number)"), of: id, in: db)
        return try claim(row, id: id, owner: owner, in: db)
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
            id: id, accountID: row["account_id"], owner: owner, attempt: row["attempts"],
            reversePath: try row.address("reverse_path"),
            forwardPaths: try open.map { try $0.0.address("address") },
            giveUpAt: try row.requiredTime("give_up_at"),
            settledOutcomes: outcomes.filter { $0 != .pending && $0 != .deferred })
    }

    /// What the body makes of a row; nil when the row is damaged, and then its send has failed and holds up no other.
    func orPutAside<Value>(_ row: Row, at now: Timestamp, in db: Database, _ body: () throws -> Value) throws
        -> Value?
    {
        var value: Value?
        do {
            try db.inSavepoint {
                value = try body()
                return .commit
            }
        } catch let error as StoreError {
            try end(try sendID(row), .rejected, .unreadable(error), at: now, in: db)
            return nil
        }
        return value
    }

    func sendID(_ row: Row) throws -> SendID {
        let text: String = row["id"]
        guard let id = SendID(text) else { throw StoreError.corrupt("id holds \(text.prefix(40))") }
        return id
    }
}
