import GRDB
import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Store {
    /// Records a send as `ready`, `scheduled` or `held`: the account, the send, its mail data, its recipients and its first
    /// events, in one transaction that is on the disk when this returns.
    ///
    /// Whether its key was used or its content went out a moment ago is looked up in that transaction, so that two
    /// processes cannot both find that it is new.
    package func insert(_ new: NewSend) async throws -> Insertion {
        let row = try NewRow(new)
        return try await writer.write { db in
            if let earlier = try earlier(than: new, in: db) { return earlier }
            try record(new.account, at: new.createdAt, in: db)
            try insert(row, in: db)
            return .inserted
        }
    }

    private func earlier(than new: NewSend, in db: Database) throws -> Insertion? {
        if let key = new.idempotencyKey {
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT number, id, request FROM sends WHERE is_sandbox = ? AND idempotency_key = ?"),
                arguments: [new.isSandbox, key])
            guard let row else { return nil }
            let differences = new.fingerprint.differences(from: Fingerprint.fields(row["request"]))
            let id = try sendID(row)
            if !differences.isEmpty { return .conflict(id, fields: differences) }
            try write(SendEvent(at: new.createdAt, kind: .deduplicated), of: row["number"], in: db)
            return .same(id)
        }
        guard let since = new.duplicatesSince else { return nil }
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM sends
                    WHERE content_digest = ? AND number >= ? AND is_sandbox = ?
                        AND (status <> 'failed' OR state = 'unconfirmed')
                    ORDER BY number DESC LIMIT 1
                    """),
            arguments: [new.fingerprint.content, SendNumber.floor(of: since), new.isSandbox])
        return try row.map { .duplicate(of: try sendID($0)) }
    }

    private func insert(_ row: NewRow, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO sends (number, id, account_id, is_sandbox, message_id, from_addr, to_addr, subject, size, status,
                    state, created_at, scheduled_for, next_attempt_at, give_up_at, idempotency_key, request,
                    content_digest, reverse_path, tags, metadata, warnings)
                VALUES ((SELECT coalesce(max(number) + 1, ?) FROM sends WHERE number BETWEEN ? AND ?),
                    ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: row.send)
        let number = db.lastInsertedRowID
        try db.cachedStatement(sql: "INSERT INTO mail_data (send, octets) VALUES (?, ?)").execute(
            arguments: [number] + row.mailData)
        let recipients = try db.cachedStatement(
            sql: """
                INSERT INTO recipients (send, position, kind, address, display_name) VALUES (?, ?, ?, ?, ?)
                """)
        for recipient in row.recipients { try recipients.execute(arguments: [number] + recipient) }
        for event in row.events { try write(event, of: number, in: db) }
    }

    /// The account's row; what changed about it since (its name) is brought up to date.
    private func record(_ account: AccountRecord, at now: Timestamp, in db: Database) throws {
        let known = try String.fetchOne(
            db.cachedStatement(sql: "SELECT name FROM accounts WHERE id = ?"), arguments: [account.id])
        if known == account.name { return }
        try db.execute(
            sql: """
                INSERT INTO accounts (id, name, kind, server, username, sender, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name
                """,
            arguments: [
                account.id, account.name, account.kind.rawValue, account.server, account.username,
                account.sender.text, now.rfc3339,
            ])
    }

    /// One line of a send's history.
    func write(_ event: SendEvent, of number: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO events (send, position, at, type, detail)
                VALUES (?, (SELECT coalesce(max(position), 0) + 1 FROM events WHERE send = ?), ?, ?, ?)
                """
        ).execute(arguments: [number, number, event.at.rfc3339, event.kind.rawValue, event.detail])
    }
}

/// A send as rows, made on the caller's thread: the writer's is the one that all wait for.
private struct NewRow: Sendable {
    let send: StatementArguments
    let mailData: StatementArguments
    let recipients: [StatementArguments]
    let events: [SendEvent]

    init(_ new: NewSend) throws {
        let floor = SendNumber.floor(of: new.id)
        let to = new.recipients.filter { $0.kind == .to }.map(\.mailbox.address.text)
        send = [
            floor, floor, SendNumber.last(of: new.id), new.id.text, new.account.id, new.isSandbox,
            new.messageID.text, new.from.text,
            to.joined(separator: ", "), new.subject, new.mailData.size, new.firstState.rawValue,
            new.createdAt.rfc3339, new.scheduledFor?.rfc3339, new.firstDue?.rfc3339, new.giveUpAt.rfc3339,
            new.idempotencyKey, new.fingerprint.text, new.fingerprint.content, new.from.address.text,
            try Coding.text(new.tags), new.metadata.isEmpty ? "{}" : try Coding.text(new.metadata),
            try Coding.text(new.warnings),
        ]
        mailData = [Data(new.mailData.bytes)]
        recipients = new.recipients.enumerated().map { position, recipient in
            [
                position, recipient.kind.rawValue, recipient.mailbox.address.text,
                recipient.mailbox.displayName,
            ]
        }
        events = new.firstEvents
    }
}

extension Fingerprint {
    /// `field digest`, a line each.
    fileprivate var text: String {
        fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "\n")
    }

    fileprivate static func fields(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 1).map(String.init)
        }
        return Dictionary(
            pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }
}
