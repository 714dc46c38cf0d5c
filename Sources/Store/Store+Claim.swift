import GRDB
package import Mail

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
        try await claiming(for: account, owner: owner, limit: limit, now: now).claims
    }

    /// The same, with what ended because nobody is left that may be written to.
    ///
    /// - Parameter denial: asked for each recipient; suppressed ones are left out in any case.
    package func claiming(
        for account: String, owner: String, limit: Int, now: Timestamp, denial: Denial? = nil
    ) async throws -> Claiming {
        if limit <= 0 { return Claiming(claims: [], ended: [:]) }
        return try await claim(
            """
            account_id = ?2 AND next_attempt_at <= ?1 AND NOT EXISTS (
                SELECT 1 FROM accounts WHERE id = ?2 AND paused_until > ?1)
            ORDER BY next_attempt_at, number LIMIT ?3
            """, [.text(account), .number(limit)], owner: owner, now: now, denial)
    }

    /// Takes this one send if it is due, also while its account is paused.
    package func claim(
        _ id: SendID, owner: String, now: Timestamp, denial: Denial? = nil
    ) async throws -> Claim? {
        try await claim(
            "id = ?2 AND next_attempt_at <= ?1", [.text(id.text)], owner: owner, now: now, denial
        ).claims.first
    }

    private func claim(
        _ condition: String, _ values: [Parameter], owner: String, now: Timestamp, _ denial: Denial?
    ) async throws -> Claiming {
        let (taken, ended) = try await writer.write { db in
            let found = try db.all(
                """
                SELECT number, id, account_id, attempts + 1, tries, reverse_path, give_up_at, size,
                    CASE WHEN size <= \(Self.shortMailData)
                        THEN (SELECT octets FROM mail_data WHERE send = sends.number) END AS octets
                FROM sends WHERE \(condition)
                """, [.text(now.rfc3339)] + values
            ) { row in (send: OpenSend(row), octets: row.octets(8)) }
            // No other writer can come in between: the transaction has the lock.
            var taken: [(claim: Claim, octets: [UInt8])] = []
            var ended: [SendID: SendState] = [:]
            for (send, octets) in found {
                try db.run(
                    """
                    UPDATE sends SET state = 'sending', owner = ?, next_attempt_at = NULL, attempts = ? WHERE number = ?
                    """, .text(owner), .number(send.attempt), .number(send.number))
                let begun = try orPutAside(send, at: now, in: db) { () -> Claim? in
                    // First, because nothing is written yet when it finds the row damaged.
                    let claim = try claim(send, owner: owner, in: db)
                    guard let open = try barred(claim, denial, at: now, in: db) else { return nil }
                    try begin(open, at: now, in: db)
                    return open
                }
                if let claim = begun ?? nil {
                    taken.append((claim, octets))
                } else if let id = SendID(send.id) {
                    ended[id] = try standing(of: id, in: db)?.state
                }
            }
            return (taken, ended)
        }
        // Checked here: the writer's thread is the one that all wait for.
        return Claiming(
            claims: taken.map { claim, octets in octets.isEmpty ? claim : claim.with(octets) }, ended: ended)
    }

    /// Octets of mail data up to which copies of it do not matter: a claim brings it along.
    static let shortMailData = 65_536

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

    private func begin(_ claim: Claim, at now: Timestamp, in db: Database) throws {
        let time = now.rfc3339
        try db.run(
            "INSERT INTO attempts (send, number, owner, started_at) VALUES (?, ?, ?, ?)",
            .number(claim.number),
            .number(claim.attempt), .text(claim.owner), .text(time))
        try write(
            SendEvent(at: now, kind: .attemptStarted, detail: "attempt \(claim.attempt)"), of: claim.number,
            in: db)
    }

    /// The claim that a row of `sends` stands for, with the recipients that are still open.
    func claim(_ send: OpenSend, owner: String, in db: Database) throws -> Claim {
        let id = try send.sendID
        var open: [Address] = []
        var settled: [Outcome] = []
        try db.each(
            "SELECT address, outcome FROM recipients WHERE send = ? ORDER BY position", [.number(send.number)]
        ) { row in
            let outcome = try row.word(1, Outcome.self)
            if outcome == .pending || outcome == .deferred {
                open.append(try row.address(0))
            } else {
                // What became of it after the server took it is another matter.
                settled.append(outcome == .bounced || outcome == .delivered ? .accepted : outcome)
            }
        }
        guard !open.isEmpty else {
            throw StoreError.corrupt("the send \(id) is due without an open recipient")
        }
        guard let giveUpAt = Timestamp(rfc3339: send.giveUpAt) else {
            throw StoreError.corrupt("give_up_at should hold a time: \(send.giveUpAt.prefix(40))")
        }
        return Claim(
            id: id, number: send.number, accountID: send.accountID, owner: owner, attempt: send.attempt,
            tries: send.tries, reversePath: try Columns.address(send.reversePath), forwardPaths: open,
            giveUpAt: giveUpAt, settledOutcomes: settled, size: send.size)
    }

    /// What the body makes of a row; nil when the row is damaged, and then its send has ended and holds up no other.
    ///
    /// - Parameters:
    ///   - isAtFinalDot: what it says then: the server may have it.
    ///   - body: throws a `StoreError` only before it has written anything.
    func orPutAside<Value>(
        _ send: OpenSend, isAtFinalDot: Bool = false, at now: Timestamp, in db: Database,
        _ body: () throws -> Value
    ) throws -> Value? {
        do {
            return try body()
        } catch let error as StoreError {
            let reason = "its record cannot be read: \(error)"
            if isAtFinalDot {
                try db.run(
                    "UPDATE recipients SET outcome = 'unconfirmed', at = ? WHERE send = ? AND outcome IN ('pending', 'deferred')",
                    .text(now.rfc3339), .number(send.number))
            }
            let isTaken = try isTakenForSome(send.number, in: db)
            let (state, failure): (SendState, Failure?) =
                if isTaken {
                    (.partial, nil)
                } else if isAtFinalDot {
                    (
                        .unconfirmed,
                        .unconfirmed(because: "the process that was sending it ended, and " + reason)
                    )
                } else {
                    (.rejected, .unreadable(error))
                }
            try end(send.number, state, failure, because: reason, at: now, in: db)
            return nil
        }
    }

    func sendID(_ row: Row) throws -> SendID {
        let text: String = row["id"]
        guard let id = SendID(text) else { throw StoreError.corrupt("id holds \(text.prefix(40))") }
        return id
    }
}

/// What a claim is made of, as it stands in a row: `number, id, account_id, attempts, tries, reverse_path,
/// give_up_at, size`, in this order.
struct OpenSend {
    let number: Int64
    let id: String
    let accountID: String
    let attempt: Int
    let tries: Int
    let reversePath: String
    let giveUpAt: String
    let size: Int

    init(_ row: Columns) {
        number = row.number(0)
        id = row.text(1)
        accountID = row.text(2)
        attempt = row.int(3)
        tries = row.int(4)
        reversePath = row.text(5)
        giveUpAt = row.text(6)
        size = row.int(7)
    }

    var sendID: SendID {
        get throws {
            guard let id = SendID(id) else { throw StoreError.corrupt("id holds \(id.prefix(40))") }
            return id
        }
    }
}
