import GRDB
import Mail

extension Store {
    /// Records a webhook; one with its URL that is disabled, or that settings had named, is replaced and keeps its id.
    ///
    /// - Returns: the webhook's id; nil when its URL is there already and hears of everything.
    package func add(_ webhook: Webhook) async throws -> String? {
        try await writer.write { db in
            let changed = try db.run(
                """
                INSERT INTO webhooks (id, url, secret, events, hears, created_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (url) DO UPDATE SET secret = excluded.secret, events = excluded.events,
                    hears = excluded.hears, disabled_at = NULL, disabled_because = NULL
                WHERE disabled_at IS NOT NULL OR hears = 'process'
                """, .text(webhook.id), .text(webhook.url), .octets(webhook.secret),
                .text(try Coding.text(webhook.events.map(\.rawValue))), .text(webhook.hearing.rawValue),
                .text(webhook.createdAt.rfc3339))
            if changed == 0 { return nil }
            return try db.first("SELECT id FROM webhooks WHERE url = ?", .text(webhook.url)) { $0.text(0) }
        }
    }

    /// All webhooks, oldest first.
    package func webhooks() throws -> [Webhook] {
        try look { db in
            try db.all(Webhook.select + " ORDER BY created_at, id", [], read: Webhook.init(row:))
        }
    }

    /// Takes a webhook away with everything that waits for it; false when there is none of that id.
    package func removeWebhook(_ id: String) async throws -> Bool {
        try await writer.write { db in
            try db.run("DELETE FROM webhook_deliveries WHERE webhook = ?", .text(id))
            return try db.run("DELETE FROM webhooks WHERE id = ?", .text(id)) == 1
        }
    }

    /// From now on the events that this process writes are queued for these webhooks too, which hear of no others.
    package func hear(for webhooks: [String]) throws {
        let names = webhooks.filter { $0.utf8.allSatisfy { $0 != 0x27 } }.map { "'\($0)'" }
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "DROP TRIGGER IF EXISTS temp.own_events_to_webhooks")
            if names.isEmpty { return }
            let own = "w.hears = 'process' AND w.id IN (\(names.joined(separator: ", ")))"
            try db.execute(
                sql: """
                    CREATE TEMP TRIGGER own_events_to_webhooks AFTER INSERT ON main.events
                    BEGIN
                        \(Migrations.deliveries(to: own));
                    END
                    """)
        }
    }
}

extension Webhook {
    static let columns = "id, url, secret, events, hears, created_at, disabled_at, disabled_because"
    static let select = "SELECT \(columns) FROM webhooks"

    init(row: Columns) throws { try self.init(row: row, from: 0) }

    /// - Parameter first: where `columns` begin.
    init(row: Columns, from first: Int32) throws {
        let events = try row.strings(first + 3).map { word in
            guard let kind = SendEvent.Kind(rawValue: word) else {
                throw StoreError.corrupt("a webhook asks for the unknown event \(word.prefix(40))")
            }
            return kind
        }
        let disabledAt = try row.time(first + 6)
        self.init(
            id: row.text(first), url: row.text(first + 1), secret: row.octets(first + 2), events: events,
            hearing: try row.word(first + 4, Hearing.self), createdAt: try row.requiredTime(first + 5),
            disabled: disabledAt.map { Disabling(at: $0, reason: row.text(first + 7)) })
    }
}
