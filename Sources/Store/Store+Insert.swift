import GRDB
import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Store {
    /// Records a send as `ready`: the account, the send, its mail data, its recipients and its first event, in one
    /// transaction that is on the disk when this returns.
    package func insert(_ new: NewSend) async throws {
        let tags = try Coding.text(new.tags)
        let metadata = try Coding.text(new.metadata)
        let warnings = try Coding.text(new.warnings)
        try await pool.write { db in
            try record(new.account, at: new.createdAt, in: db)
            try db.execute(
                sql: """
                    INSERT INTO sends (id, account_id, message_id, from_addr, to_addr, subject, size, status, state,
                        created_at, next_attempt_at, give_up_at, reverse_path, tags, metadata, warnings)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', 'ready', ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    new.id.text, new.account.id, new.messageID.text, new.from.text,
                    new.recipients.filter { $0.kind == .to }.map(\.mailbox.address.text).joined(
                        separator: ", "),
                    new.subject, new.mailData.size, new.createdAt.rfc3339, new.createdAt.rfc3339,
                    new.giveUpAt.rfc3339, new.from.address.text, tags, metadata, warnings,
                ])
            try db.execute(
                sql: "INSERT INTO mail_data (send_id, octets) VALUES (?, ?)",
                arguments: [new.id.text, Data(new.mailData.bytes)])
            for (position, recipient) in new.recipients.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO recipients (send_id, position, kind, address, display_name)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        new.id.text, position, recipient.kind.rawValue, recipient.mailbox.address.text,
                        recipient.mailbox.displayName,
                    ])
            }
            try write(SendEvent(at: new.createdAt, kind: .created), of: new.id, in: db)
        }
    }

    /// The account's row; what changed about it since (its name) is brought up to date.
    private func record(_ account: AccountRecord, at now: Timestamp, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO accounts (id, name, kind, server, username, sender, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE name <> excluded.name
                """,
            arguments: [
                account.id, account.name, account.kind.rawValue, account.server, account.username,
                account.sender.text, now.rfc3339,
            ])
    }

    /// One line of a send's history.
    func write(_ event: SendEvent, of id: SendID, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO events (send_id, at, type, detail) VALUES (?, ?, ?, ?)",
            arguments: [id.text, event.at.rfc3339, event.kind.rawValue, event.detail])
    }
}
