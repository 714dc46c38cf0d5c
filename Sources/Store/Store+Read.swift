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
            return SendHistory(
                send: send,
                attempts: try db.all(
                    AttemptRecord.select + " WHERE send = ? ORDER BY number", [.number(number)],
                    read: AttemptRecord.init(row:)),
                events: try db.all(
                    SendEvent.select + " WHERE send = ? ORDER BY position", [.number(number)],
                    read: SendEvent.init(row:)))
        }
    }

    private func record(
        where condition: String, _ key: String, in db: Database
    ) throws -> (send: SendRecord, number: Int64)? {
        let found = try db.first(SendRecord.select + SendRecord.tables + " WHERE \(condition)", .text(key)) {
            (try SendRecord(row: $0), SendRecord.number(of: $0))
        }
        guard let (found, number) = found else { return nil }
        var record = found
        record.recipients = try db.all(
            SendRecord.Recipient.select + " WHERE send = ? ORDER BY position", [.number(number)],
            read: SendRecord.Recipient.init(row:))
        return (record, number)
    }

    /// The recipients of several sends in one query, each list in the caller's order.
    func recipients(of numbers: [Int64], in db: Database) throws -> [Int64: [SendRecord.Recipient]] {
        let list = "[" + numbers.map(String.init).joined(separator: ",") + "]"
        var recipients: [Int64: [SendRecord.Recipient]] = [:]
        try db.each(
            SendRecord.Recipient.select + """
                 WHERE send IN (SELECT value FROM json_each(?)) ORDER BY send, position
                """, [.text(list)]
        ) { row in
            recipients[row.number(0), default: []].append(try SendRecord.Recipient(row: row))
        }
        return recipients
    }
}

extension SendRecord {
    /// The columns by their places in the row, so that the query and its reading cannot differ.
    private enum Column: Int32, CaseIterable {
        case number, id, state, messageID, account, kind, from, subject, size, createdAt, scheduledFor, sentAt
        case attempts, delivery, tags, metadata, warnings, nextAttemptAt, error, mailboxCheckedAt

        var sql: String {
            switch self {
            case .number: "s.number"
            case .id: "s.id"
            case .state: "s.state"
            case .messageID: "s.message_id"
            case .account: "a.name"
            case .kind: "a.kind"
            case .from: "s.from_addr"
            case .subject: "s.subject"
            case .size: "s.size"
            case .createdAt: "s.created_at"
            case .scheduledFor: "s.scheduled_for"
            case .sentAt: "s.sent_at"
            case .attempts: "s.attempts"
            case .delivery: "s.delivery"
            case .tags: "s.tags"
            case .metadata: "s.metadata"
            case .warnings: "s.warnings"
            case .nextAttemptAt: whilePaused("a.paused_until", "s.next_attempt_at")
            case .error: whilePaused("coalesce(s.error, a.pause)", "s.error")
            case .mailboxCheckedAt: "a.mailbox_checked_at"
            }
        }

        /// What holds while the account's pause reaches beyond the send's own time.
        private func whilePaused(_ paused: String, _ otherwise: String) -> String {
            "CASE WHEN a.paused_until > s.next_attempt_at THEN \(paused) ELSE \(otherwise) END"
        }
    }

    static let select = "SELECT " + Column.allCases.map(\.sql).joined(separator: ", ")
    static let tables = " FROM sends s JOIN accounts a ON a.id = s.account_id"
    /// CROSS JOIN tells SQLite to begin with the recipients.
    static let tablesByRecipient =
        " FROM recipients r CROSS JOIN sends s ON s.number = r.send JOIN accounts a ON a.id = s.account_id"

    static func number(of row: Columns) -> Int64 { row.number(Column.number.rawValue) }

    /// Without recipients; they come by `Store.recipients(of:in:)`.
    init(row: Columns) throws {
        func place(_ column: Column) -> Int32 { column.rawValue }
        let metadata = row.text(place(.metadata))
        self.init(
            id: try row.sendID(place(.id)), state: try row.word(place(.state), SendState.self),
            messageID: row.text(place(.messageID)), accountName: row.text(place(.account)),
            isSandbox: try row.word(place(.kind), AccountRecord.Kind.self) == .sandbox,
            from: row.text(place(.from)), subject: row.text(place(.subject)), size: row.int(place(.size)),
            createdAt: try row.requiredTime(place(.createdAt)),
            scheduledFor: try row.time(place(.scheduledFor)), sentAt: try row.time(place(.sentAt)),
            nextAttemptAt: try row.time(place(.nextAttemptAt)), attempts: row.int(place(.attempts)),
            delivery: try row.word(place(.delivery), Delivery.self),
            failure: try row.coded(place(.error), Failure.self), tags: try row.strings(place(.tags)),
            metadata: metadata == "{}" ? [:] : try Coding.value([String: String].self, metadata),
            warnings: try row.strings(place(.warnings)), recipients: [],
            mailboxCheckedAt: try row.time(place(.mailboxCheckedAt)))
    }
}

extension SendRecord.Recipient {
    static let select = """
        SELECT send, kind, address, display_name, outcome, reply_code, reply_enhanced, reply_phase, reply_text, at,
            report
        FROM recipients
        """

    init(row: Columns) throws {
        self.init(
            kind: try row.word(1, RecipientKind.self),
            mailbox: try Mailbox(displayName: row.text(orNull: 3), address: try row.address(2)),
            outcome: try row.word(4, Outcome.self), reply: try Self.reply(row), at: try row.time(9),
            report: try row.coded(10, RecipientReport.self))
    }

    private static func reply(_ row: Columns) throws -> Failure.SMTP? {
        if row.isNull(5) { return nil }
        let reply = Reply(
            code: row.int(5), enhanced: row.text(orNull: 6).flatMap(EnhancedStatusCode.init(parsing:)),
            text: row.text(8))
        return Failure.SMTP(reply, in: try row.word(7, Phase.self))
    }
}

extension AttemptRecord {
    static let select =
        "SELECT number, started_at, at_final_dot_at, ended_at, phase, conversation FROM attempts"

    init(row: Columns) throws {
        self.init(
            number: row.int(0), startedAt: try row.requiredTime(1), atFinalDotAt: try row.time(2),
            endedAt: try row.time(3), phase: row.text(orNull: 4).flatMap(Phase.init(rawValue:)),
            conversation: Self.lines(row.text(5)))
    }

    private static func lines(_ text: String) -> [String] {
        // Split at the byte: at the character it was a twelfth of the whole answer.
        text.isEmpty
            ? []
            : text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }
    }
}

extension SendEvent {
    static let select = "SELECT at, type, detail, is_automatic FROM events"

    init(row: Columns) throws {
        self.init(
            at: try row.requiredTime(0), kind: try row.word(1, SendEvent.Kind.self),
            detail: row.text(orNull: 2), isAutomatic: row.isNull(3) ? nil : row.int(3) == 1)
    }
}
