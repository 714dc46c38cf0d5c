import GRDB
package import Mail

extension Store {
    /// A send with its recipients, attempts and events; nil when there is none of that id.
    package func history(of id: SendID) async throws -> SendHistory? {
        try await history(where: "s.id = ?", id.text)
    }

    /// The same, found by its Message-ID (with brackets).
    package func history(of messageID: MessageID) async throws -> SendHistory? {
        let local = messageID.text.dropFirst().prefix { $0 != "@" }
        guard let id = SendID(String(local)), let found = try await history(of: id) else { return nil }
        return found.send.messageID == messageID.text ? found : nil
    }

    /// The same, found by its idempotency key, which is used once among real sends and once among sandbox sends.
    package func history(of key: String, isSandbox: Bool) async throws -> SendHistory? {
        try await history(where: "s.idempotency_key = ? AND s.is_sandbox = \(isSandbox ? 1 : 0)", key)
    }

    /// A send with its recipients; nil when there is none of that id.
    package func send(_ id: SendID) async throws -> SendRecord? {
        try look { db in try record(where: "s.id = ?", id.text, in: db)?.send }
    }

    private func history(where condition: String, _ key: String) async throws -> SendHistory? {
        try look { db in
            guard let (send, number) = try record(where: condition, key, in: db) else { return nil }
            let attempts = try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM attempts WHERE send = ? ORDER BY number"),
                arguments: [number])
            let events = try Row.fetchAll(
                db.cachedStatement(
                    sql: "SELECT at, type, detail FROM events WHERE send = ? ORDER BY position"),
                arguments: [number])
            return SendHistory(
                send: send, attempts: try attempts.map(AttemptRecord.init(row:)),
                events: try events.map(SendEvent.init(row:)))
        }
    }

    private func record(
        where condition: String, _ key: String, in db: Database
    ) throws -> (send: SendRecord, number: Int64)? {
        let row = try Row.fetchOne(
            db.cachedStatement(sql: SendRecord.columns + SendRecord.tables + " WHERE \(condition)"),
            arguments: [key])
        guard let row else { return nil }
        var record = try SendRecord(row: row)
        let number: Int64 = row["number"]
        record.recipients = try Row.fetchAll(
            db.cachedStatement(sql: SendRecord.Recipient.select + " WHERE send = ? ORDER BY position"),
            arguments: [number]
        ).map(SendRecord.Recipient.init(row:))
        return (record, number)
    }

    /// The recipients of several sends in one query, each list in the caller's order.
    func recipients(of numbers: [Int64], in db: Database) throws -> [Int64: [SendRecord.Recipient]] {
        let rows = try Row.fetchAll(
            db.cachedStatement(
                sql: SendRecord.Recipient.select + """
                     WHERE send IN (SELECT value FROM json_each(?)) ORDER BY send, position
                    """),
            arguments: ["[" + numbers.map(String.init).joined(separator: ",") + "]"])
        var recipients: [Int64: [SendRecord.Recipient]] = [:]
        for row in rows {
            recipients[row["send"], default: []].append(try SendRecord.Recipient(row: row))
        }
        return recipients
    }
}

extension SendRecord {
    static let columns = """
        SELECT s.number, s.id, s.state, s.message_id, a.name AS account, a.kind AS kind, s.from_addr, s.subject, s.size,
            s.created_at, s.scheduled_for, s.sent_at, s.attempts, s.delivery, s.tags, s.metadata, s.warnings,
            CASE WHEN a.paused_until > s.next_attempt_at THEN a.paused_until ELSE s.next_attempt_at END
                AS next_attempt_at,
            CASE WHEN a.paused_until > s.next_attempt_at THEN coalesce(s.error, a.pause) ELSE s.error END AS error
        """
    static let tables = " FROM sends s JOIN accounts a ON a.id = s.account_id"
    /// CROSS JOIN tells SQLite to begin with the recipients.
    static let tablesByRecipient =
        " FROM recipients r CROSS JOIN sends s ON s.number = r.send JOIN accounts a ON a.id = s.account_id"

    /// Without recipients; they come by `Store.recipients(of:in:)`.
    init(row: Row) throws {
        let text: String = row["id"]
        guard let id = SendID(text) else { throw StoreError.corrupt("id holds \(text.prefix(40))") }
        self.init(
            id: id, state: try row.word("state", SendState.self), messageID: row["message_id"],
            accountName: row["account"],
            isSandbox: try row.word("kind", AccountRecord.Kind.self) == .sandbox, from: row["from_addr"],
            subject: row["subject"], size: row["size"], createdAt: try row.requiredTime("created_at"),
            scheduledFor: try row.time("scheduled_for"),
            sentAt: try row.time("sent_at"), nextAttemptAt: try row.time("next_attempt_at"),
            attempts: row["attempts"], delivery: try row.word("delivery", Delivery.self),
            failure: try row.coded("error", Failure.self), tags: try row.strings("tags"),
            metadata: row["metadata"] == "{}" ? [:] : try row.coded("metadata", [String: String].self) ?? [:],
            warnings: try row.strings("warnings"), recipients: [])
    }
}

extension SendRecord.Recipient {
    static let select = """
        SELECT send, kind, address, display_name, outcome, reply_code, reply_enhanced, reply_phase, reply_text, at
        FROM recipients
        """

    init(row: Row) throws {
        self.init(
            kind: try row.word("kind", RecipientKind.self),
            mailbox: try Mailbox(displayName: row["display_name"], address: try row.address("address")),
            outcome: try row.word("outcome", Outcome.self),
            reply: try Self.reply(row), at: try row.time("at"))
    }

    private static func reply(_ row: Row) throws -> Failure.SMTP? {
        guard let code: Int = row["reply_code"] else { return nil }
        let enhanced: String? = row["reply_enhanced"]
        let reply = Reply(
            code: code, enhanced: enhanced.flatMap(EnhancedStatusCode.init(parsing:)), text: row["reply_text"]
        )
        return Failure.SMTP(reply, in: try row.word("reply_phase", Phase.self))
    }
}

extension AttemptRecord {
    init(row: Row) throws {
        let phase: String? = row["phase"]
        self.init(
            number: row["number"], startedAt: try row.requiredTime("started_at"),
            atFinalDotAt: try row.time("at_final_dot_at"), endedAt: try row.time("ended_at"),
            phase: phase.flatMap(Phase.init(rawValue:)),
            conversation: Self.lines(row["conversation"]))
    }
}

extension AttemptRecord {
    private static func lines(_ text: String) -> [String] {
        // Split at the byte: at the character it was a twelfth of the whole answer.
        text.isEmpty
            ? []
            : text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}

extension SendEvent {
    init(row: Row) throws {
        self.init(
            at: try row.requiredTime("at"), kind: try row.word("type", SendEvent.Kind.self),
            detail: row["detail"])
    }
}
