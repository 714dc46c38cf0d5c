import GRDB
package import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Store {
    /// Takes sends of an account that are due, oldest first, and begins an attempt for each, in one transaction.
    ///
    /// Safe with several processes on one file: a row is found unowned and claimed under the lock of all writers.
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
            ORDER BY next_attempt_at, number LIMIT :limit
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
                        SELECT number, id, account_id, attempts + 1 AS attempts, tries, reverse_path, give_up_at, size,
                            CASE WHEN size <= \(Self.shortMailData)
                                THEN (SELECT octets FROM mail_data WHERE send = sends.number) END AS octets
                        FROM sends WHERE \(condition)
                        """),
                arguments: StatementArguments(
                    arguments.merging(["now": now.rfc3339]) { first, _ in first }))
            // No other writer can come in between: the transaction has the lock.
            let take = try db.cachedStatement(
                sql: """
                    UPDATE sends SET state = 'sending', owner = ?, next_attempt_at = NULL, attempts = ? WHERE number = ?
                    """)
            return try rows.compactMap { row in
                try take.execute(arguments: [owner, row["attempts"] as Int, row["number"] as Int64])
                return try orPutAside(row, at: now, in: db) { try begin(row, owner: owner, now: now, in: db) }
            }
        }
    }

    /// Octets of mail data up to which a claim brings it along.
    private static let shortMailData = 65_536

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
        let attempt: Int = row["attempts"]
        // First, because nothing is written yet when it finds the row damaged.
        let claim = try claim(row, id: try sendID(row), owner: owner, in: db)
        try db.cachedStatement(
            sql: "INSERT INTO attempts (send, number, owner, started_at) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [claim.number, attempt, owner, now.rfc3339])
        try write(
            SendEvent(at: now, kind: .attemptStarted, detail: "attempt \(attempt)"), of: claim.number, in: db)
        return claim
    }

    /// The claim that a row of `sends` stands for, with the recipients that are still open.
    func claim(_ row: Row, id: SendID, owner: String, in db: Database) throws -> Claim {
        let number: Int64 = row["number"]
        let recipients = try Row.fetchAll(
            db.cachedStatement(
                sql: "SELECT address, outcome FROM recipients WHERE send = ? ORDER BY position"),
            arguments: [number])
        let outcomes = try recipients.map { try $0.word("outcome", Outcome.self) }
        let open = zip(recipients, outcomes).filter { $1 == .pending || $1 == .deferred }
        guard !open.isEmpty else {
            throw StoreError.corrupt("the send \(id) is due without an open recipient")
        }
        return Claim(
            id: id, number: number, accountID: row["account_id"], owner: owner, attempt: row["attempts"],
            tries: row["tries"], reversePath: try row.address("reverse_path"),
            forwardPaths: try open.map { try $0.0.address("address") },
            giveUpAt: try row.requiredTime("give_up_at"),
            settledOutcomes: outcomes.filter { $0 != .pending && $0 != .deferred }, size: row["size"],
            // What is not well formed is said where it is asked for again.
            mailData: (row["octets"] as Data?).flatMap { try? MailData(checking: [UInt8]($0)) })
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
            try end(row["number"], .rejected, .unreadable(error), at: now, in: db)
            return nil
        }
    }

    func sendID(_ row: Row) throws -> SendID {
        let text: String = row["id"]
        guard let id = SendID(text) else { throw StoreError.corrupt("id holds \(text.prefix(40))") }
        return id
    }
}
