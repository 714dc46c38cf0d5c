import GRDB
package import Mail

extension Store {
    /// Ends the due and the held sends whose give-up time is over, whichever account they are of.
    ///
    /// - Returns: the sends that were moved and what they are now: `expired`, `partial` where some recipients have the
    ///   message, `unconfirmed` where an earlier attempt had ended so.
    package func giveUp(now: Timestamp) async throws -> [SendID: SendState] {
        var moved: [SendID: SendState] = [:]
        // Some at a time, so that others may write between them.
        while true {
            let some = try await giveUpSome(now: now)
            if some.count == 0 { return moved }
            moved.merge(some.moved) { $1 }
        }
    }

    private func giveUpSome(now: Timestamp) async throws -> (count: Int, moved: [SendID: SendState]) {
        let overdue = """
            SELECT number, EXISTS (SELECT 1 FROM recipients WHERE send = sends.number AND outcome IN \(Self.taken)) AS taken
            FROM sends
            WHERE account_id IN (SELECT id FROM accounts) AND next_attempt_at <= :now AND give_up_at < :now
            UNION ALL
            SELECT number, 0 FROM sends WHERE state = 'held' AND give_up_at < :now
            LIMIT 100
            """
        let isAny = try look { db in
            try Row.fetchOne(db, sql: overdue, arguments: ["now": now.rfc3339]) != nil
        }
        if !isAny { return (0, [:]) }
        return try await writer.write { db in
            let rows = try Row.fetchAll(db, sql: overdue, arguments: ["now": now.rfc3339])
            var moved: [SendID: SendState] = [:]
            for row in rows {
                let number: Int64 = row["number"]
                let isTaken: Bool = row["taken"]
                try end(
                    number, isTaken ? .partial : .expired, isTaken ? nil : .givenUp,
                    because: "the give-up time passed", at: now, in: db)
                if let (id, state) = try ended(number, in: db) { moved[id] = state }
            }
            return (rows.count, moved)
        }
    }

    /// Nil where the id is damaged: nobody asks for such a send, and it must not hold up the others.
    func ended(_ number: Int64, in db: Database) throws -> (SendID, SendState)? {
        try db.first("SELECT id, state FROM sends WHERE number = ?", .number(number)) { row in
            guard let id = SendID(row.text(0)) else { return nil }
            return (id, try row.word(1, SendState.self))
        } ?? nil
    }

    /// Ends a send outside an attempt.
    ///
    /// - Parameters:
    ///   - detail: the event's; the failure's message where it is nil.
    ///   - clause: why those who are still open do not get it.
    func end(
        _ number: Int64, _ state: SendState, _ failure: Failure?, detail: String? = nil,
        because clause: String, at now: Timestamp, in db: Database
    ) throws {
        var (state, failure, detail) = (state, failure, detail ?? failure?.message)
        let doubted = try doubted(in: number, in: db)
        if !doubted.isEmpty, state.mayHideDoubt, state != .partial {
            failure = .unconfirmed(thenEndedAs: state)
            state = .unconfirmed
        }
        if state == .partial { try leaveOut(number, doubted, because: clause, at: now, in: db) }
        try markDoubted(in: number, at: now, in: db)
        // A damaged row may not say when.
        let sentAt = "CASE :status WHEN 'sent' THEN coalesce(\(Self.firstAccepted), :now) END"
        try db.execute(
            sql: """
                UPDATE sends SET status = :status, state = :state, error = :error, owner = NULL,
                    next_attempt_at = NULL, sent_at = \(sentAt)
                WHERE number = :number
                """,
            arguments: [
                "status": state.status.rawValue, "state": state.rawValue,
                "error": try failure.map(Coding.text), "number": number, "now": now.rfc3339,
            ])
        let kind = SendEvent.Kind(rawValue: state.rawValue) ?? .rejected
        try write(
            SendEvent(at: now, kind: kind, detail: detail ?? clause), of: number, in: db)
    }

    /// Who is still open does not get it any more: said of each, because the send as a whole is sent.
    func leaveOut(
        _ number: Int64, _ doubted: [String], because clause: String, at now: Timestamp, in db: Database
    ) throws {
        let open = try db.all(
            "SELECT address FROM recipients WHERE send = ? AND outcome IN ('pending', 'deferred') ORDER BY position",
            [.number(number)]
        ) { $0.text(0) }
        try db.run(
            "UPDATE recipients SET outcome = 'not_attempted', at = ? WHERE send = ? AND outcome IN ('pending', 'deferred')",
            .text(now.rfc3339), .number(number))
        let warnings = open.map {
            doubted.contains($0)
                ? Settlement.doubt(about: $0, because: Failure.noReplyBefore)
                : Settlement.leftOut($0, because: clause)
        }
        if warnings.isEmpty { return }
        try db.run(
            "UPDATE sends SET warnings = ? WHERE number = ?",
            .text(try merged(warnings, into: number, in: db)), .number(number))
    }

    /// When the server first took it for somebody.
    static let firstAccepted =
        "(SELECT min(at) FROM recipients WHERE send = sends.number AND outcome IN \(taken))"
}

extension Failure {
    static let givenUp = Failure(
        .expired, "The give-up time passed before the message could be sent; nothing was delivered.",
        hint:
            "See in `events` why the attempts did not succeed, or that no process with its account was running; put"
            + " that right and send it again.")

    /// A row that breaks what the schema promises: put aside, so that it does not hold up the others.
    static func unreadable(_ error: any Error) -> Failure {
        Failure(
            .internal, "Its record cannot be read, so it was not sent: \(error).",
            hint: "Send it again; if that happens often, check the database with `sqlite3 FILE 'PRAGMA"
                + " integrity_check'`.")
    }
}
