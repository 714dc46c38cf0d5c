import GRDB
import Mail

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
            if let obstacle = try obstacle(to: new, in: db) { return obstacle }
            try record(new.account, at: new.createdAt, in: db)
            try insert(row, in: db)
            return .inserted
        }
    }

    /// Why a send would not be recorded, were it inserted now; nil when nothing speaks against it.
    package func obstacle(to new: NewSend) throws -> Insertion? {
        try look { db in try obstacle(to: new, in: db) }
    }

    /// Behind the look for an earlier one: what is repeated adds nothing, and is answered whatever the rules are now.
    private func obstacle(to new: NewSend, in db: Database) throws -> Insertion? {
        for address in new.recipients.map(\.mailbox.address) {
            if let found = try suppression(of: address, in: db) { return .suppressed(address, found) }
        }
        return try limit(reachedBy: new, in: db).map { .limited($0) }
    }

    private func earlier(than new: NewSend, in db: Database) throws -> Insertion? {
        if let key = new.idempotencyKey {
            let found = try db.first(
                "SELECT number, id, request FROM sends WHERE is_sandbox = ? AND idempotency_key = ?",
                .number(new.isSandbox ? 1 : 0), .text(key)
            ) { row in (number: row.number(0), id: try row.sendID(1), request: row.text(2)) }
            guard let found else { return nil }
            let differences = new.fingerprint.differences(from: Fingerprint.fields(found.request))
            if !differences.isEmpty { return .conflict(found.id, fields: differences) }
            try write(SendEvent(at: new.createdAt, kind: .deduplicated), of: found.number, in: db)
            return .same(found.id)
        }
        guard let since = new.duplicatesSince else { return nil }
        return try db.first(
            """
            SELECT id FROM sends
            WHERE content_digest = ? AND number >= ? AND is_sandbox = ?
                AND (status <> 'failed' OR state = 'unconfirmed')
            ORDER BY number DESC LIMIT 1
            """, .text(new.fingerprint.content), .number(SendNumber.floor(of: since)),
            .number(new.isSandbox ? 1 : 0)
        ) { row in .duplicate(of: try row.sendID(0)) }
    }

    private func insert(_ row: NewRow, in db: Database) throws {
        try db.run(
            """
            INSERT INTO sends (number, id, account_id, is_sandbox, message_id, from_addr, to_addr, subject, size, status,
                state, created_at, scheduled_for, next_attempt_at, give_up_at, idempotency_key, request,
                content_digest, reverse_path, tags, metadata, warnings)
            VALUES ((SELECT coalesce(max(number) + 1, ?) FROM sends WHERE number BETWEEN ? AND ?),
                ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, row.send)
        let send = db.lastInsertedRowID
        let number = Parameter.number(send)
        let isShort = row.octets.count <= Self.shortMailData
        try db.run(
            "INSERT INTO mail_data (send, octets) VALUES (?, ?)", number,
            isShort ? .octets(row.octets) : .zeros(row.octets.count))
        if !isShort { try db.write(row.octets, ofSend: send) }
        for recipient in row.recipients {
            try db.run(
                "INSERT INTO recipients (send, position, kind, address, display_name) VALUES (?, ?, ?, ?, ?)",
                [number] + recipient)
        }
        for event in row.events {
            try db.run(
                "INSERT INTO events (send, position, at, type, detail) VALUES (?, ?, ?, ?, ?)",
                [number] + event)
        }
    }

    /// The account's row; what changed about it since (its name) is brought up to date.
    private func record(_ account: AccountRecord, at now: Timestamp, in db: Database) throws {
        let known = try db.first("SELECT name FROM accounts WHERE id = ?", .text(account.id)) { $0.text(0) }
        if known == account.name { return }
        try db.run(
            """
            INSERT INTO accounts (id, name, kind, server, username, sender, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name
            """, .text(account.id), .text(account.name), .text(account.kind.rawValue), .text(account.server),
            .text(orNull: account.username), .text(account.sender.text), .text(now.rfc3339))
    }

    /// One line of a send's history.
    func write(_ event: SendEvent, of number: Int64, in db: Database) throws {
        try db.run(
            """
            INSERT INTO events (send, position, at, type, detail, is_automatic)
            VALUES (?1, (SELECT coalesce(max(position), 0) + 1 FROM events WHERE send = ?1), ?2, ?3, ?4, ?5)
            """, .number(number), .text(event.at.rfc3339), .text(event.kind.rawValue),
            .text(orNull: event.detail), event.isAutomatic.map { .number($0 ? 1 : 0) } ?? .null)
    }
}

/// A send as rows, made on the caller's thread: the writer's is the one that all wait for.
private struct NewRow: Sendable {
    let send: [Parameter]
    let octets: [UInt8]
    let recipients: [[Parameter]]
    let events: [[Parameter]]

    init(_ new: NewSend) throws {
        let first = SendNumber.floor(of: new.id)
        let now = new.createdAt.rfc3339
        func text(_ time: Timestamp) -> String { time == new.createdAt ? now : time.rfc3339 }
        let to = new.recipients.filter { $0.kind == .to }.map(\.mailbox.address.text)
        send = [
            .number(first), .number(first), .number(SendNumber.last(of: new.id)), .text(new.id.text),
            .text(new.account.id), .number(new.isSandbox ? 1 : 0), .text(new.messageID.text),
            .text(new.from.text), .text(to.joined(separator: ", ")), .text(new.subject),
            .number(new.mailData.size), .text(new.firstState.rawValue), .text(now),
            .text(orNull: new.scheduledFor?.rfc3339), .text(orNull: new.firstDue.map(text)),
            .text(new.giveUpAt.rfc3339), .text(orNull: new.idempotencyKey), .text(new.fingerprint.text),
            .text(new.fingerprint.content), .text(new.from.address.text), .text(try Coding.text(new.tags)),
            .text(new.metadata.isEmpty ? "{}" : try Coding.text(new.metadata)),
            .text(try Coding.text(new.warnings)),
        ]
        octets = new.mailData.bytes
        recipients = new.recipients.enumerated().map { position, recipient in
            [
                .number(position), .text(recipient.kind.rawValue), .text(recipient.mailbox.address.text),
                .text(orNull: recipient.mailbox.displayName),
            ]
        }
        events = new.firstEvents.enumerated().map { index, event in
            [
                .number(index + 1), .text(text(event.at)), .text(event.kind.rawValue),
                .text(orNull: event.detail),
            ]
        }
    }
}

extension Fingerprint {
    /// `field digest`, a line each.
    fileprivate var text: String {
        var text = ""
        for (name, digest) in fields.sorted(by: { $0.key < $1.key }) {
            if !text.isEmpty { text += "\n" }
            text += name
            text += " "
            text += digest
        }
        return text
    }

    fileprivate static func fields(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 1).map(String.init)
        }
        return Dictionary(
            pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }
}
