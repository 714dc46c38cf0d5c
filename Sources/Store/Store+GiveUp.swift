import GRDB
package import Mail

extension Store {
    /// Ends the due and the held sends whose give-up time is over, whichever account they are of.
    ///
    /// - Returns: the sends that were moved: to `expired`, or to `partial` where some recipients have the message.
    package func giveUp(now: Timestamp) async throws -> [SendID] {
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
        if !isAny { return [] }
        return try await writer.write { db in
            try Row.fetchAll(db, sql: overdue, arguments: ["now": now.rfc3339]).compactMap { row in
                let number: Int64 = row["number"]
                let isTaken: Bool = row["taken"]
                try end(number, isTaken ? .partial : .expired, isTaken ? nil : .givenUp, at: now, in: db)
                return try db.first("SELECT id FROM sends WHERE number = ?", .number(number)) {
                    try $0.sendID(0)
                }
            }
        }
    }

    /// Ends a send outside an attempt.
    ///
    /// - Parameter detail: the event's; the failure's message where it is nil.
    func end(
        _ number: Int64, _ state: SendState, _ failure: Failure?, detail: String? = nil, at now: Timestamp,
        in db: Database
    ) throws {
        let sentAt = state.status == .sent ? Self.firstAccepted : "NULL"
        try db.execute(
            sql: """
                UPDATE sends SET status = ?, state = ?, error = ?, owner = NULL, next_attempt_at = NULL,
                    sent_at = \(sentAt)
                WHERE number = ?
                """,
            arguments: [
                state.status.rawValue, state.rawValue, try failure.map(Coding.text), number,
            ])
        let kind = SendEvent.Kind(rawValue: state.rawValue) ?? .rejected
        try write(
            SendEvent(at: now, kind: kind, detail: detail ?? failure?.message ?? "the give-up time passed"),
            of: number, in: db)
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
