import GRDB
package import Mail

extension Store {
    /// Takes deliveries of a webhook that are due, oldest first, and counts a try for each, in one statement.
    ///
    /// An event waits for an earlier one of its send that is due or under way, but not for one that waits for its retry.
    /// - Parameter seconds: how long the lease is; afterwards another process may take them.
    package func claimDeliveries(
        of webhook: String, limit: Int, lease seconds: Double, now: Timestamp
    ) async throws -> [WebhookClaim] {
        if limit <= 0 { return [] }
        return try await writer.write { db in
            let numbers = try db.all(
                """
                UPDATE webhook_deliveries
                SET leased_until = ?3, attempts = attempts + 1, claims = claims + 1
                WHERE number IN (
                    SELECT d.number FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook
                    WHERE d.webhook = ?1 AND d.state = 'pending' AND d.due_at <= ?2 AND w.disabled_at IS NULL
                        AND coalesce(d.leased_until, '') <= ?2
                        AND NOT EXISTS (
                            SELECT 1 FROM webhook_deliveries e
                            WHERE e.webhook = ?1 AND e.send = d.send AND e.number < d.number
                                AND e.state = 'pending' AND e.due_at <= ?2)
                    ORDER BY d.due_at, d.number LIMIT ?4)
                RETURNING number
                """,
                [
                    .text(webhook), .text(now.rfc3339), .text(now.adding(seconds: seconds).rfc3339),
                    .number(limit),
                ]
            ) { $0.number(0) }
            return try numbers.sorted().compactMap { number in
                try db.first(WebhookClaim.select + " WHERE d.number = ?", .number(number)) {
                    try WebhookClaim(row: $0)
                }
            }
        }
    }

    /// When each webhook's next delivery is due that nobody has taken; no entry where none waits.
    package func nextDeliveries(at now: Timestamp) throws -> [String: Timestamp] {
        try look { db in
            let found = try db.all(
                """
                SELECT w.id, (
                    SELECT d.due_at FROM webhook_deliveries d
                    WHERE d.webhook = w.id AND d.state = 'pending' AND coalesce(d.leased_until, '') <= ?
                    ORDER BY d.due_at, d.number LIMIT 1)
                FROM webhooks w WHERE w.disabled_at IS NULL
                """, [.text(now.rfc3339)]
            ) { row in (row.text(0), try row.time(1)) }
            return Dictionary(uniqueKeysWithValues: found.compactMap { id, due in due.map { (id, $0) } })
        }
    }

    /// True when anybody is to be told of anything.
    package func isAnyWebhook() throws -> Bool {
        try look { db in try db.first("SELECT 1 FROM webhooks LIMIT 1") { _ in true } ?? false }
    }

    /// Writes down how a try ended; false, with nothing written, when the delivery has been claimed again since.
    ///
    /// - Parameter payload: what was sent, which every later try repeats.
    package func settle(_ claim: WebhookClaim, payload: String?, _ settlement: WebhookSettlement) async throws
        -> Bool
    {
        let at = Parameter.text(settlement.at.rfc3339)
        var state = WebhookDelivery.State.dead
        var due: Timestamp?
        switch settlement.next {
        case .delivered: state = .delivered
        case .retry(let time): (state, due) = (.pending, time)
        case .dead, .disable: break
        }
        let (final, dueAt) = (state, due)
        return try await writer.write { db in
            let changed = try db.run(
                """
                UPDATE webhook_deliveries SET state = ?, due_at = ?, leased_until = NULL, last_at = ?, last_status = ?,
                    last_error = ?, settled_at = ?, payload = coalesce(payload, ?)
                WHERE number = ? AND claims = ? AND state = 'pending'
                """, .text(final.rawValue), .text(orNull: dueAt?.rfc3339), at,
                settlement.status.map { .number($0) } ?? .null, .text(orNull: settlement.error),
                final == .pending ? .null : at, .text(orNull: payload), .number(claim.delivery.number),
                .number(claim.claim))
            if changed == 1, case .disable(let reason) = settlement.next {
                try db.run(
                    "UPDATE webhooks SET disabled_at = ?, disabled_because = ? WHERE id = ? AND disabled_at IS NULL",
                    at, .text(reason), .text(claim.webhook.id))
            }
            return changed == 1
        }
    }

    /// Gives a claim back untried: it is due again at once.
    package func release(_ claim: WebhookClaim) async throws {
        _ = try await writer.write { db in
            try db.run(
                """
                UPDATE webhook_deliveries SET leased_until = NULL, attempts = attempts - 1
                WHERE number = ? AND claims = ? AND state = 'pending'
                """, .number(claim.delivery.number), .number(claim.claim))
        }
    }

    /// Deliveries that match, newest first.
    package func deliveries(
        of webhook: String? = nil, state: WebhookDelivery.State? = nil, messageID: String? = nil, limit: Int
    ) throws -> [WebhookDelivery] {
        try look { db in
            try db.all(
                WebhookDelivery.select + """
                     WHERE (?1 IS NULL OR d.webhook = ?1) AND (?2 IS NULL OR d.state = ?2)
                        AND (?3 IS NULL OR d.message_id = ?3)
                    ORDER BY d.number DESC LIMIT ?4
                    """,
                [
                    .text(orNull: webhook), .text(orNull: state?.rawValue), .text(orNull: messageID),
                    .number(limit),
                ]
            ) { try WebhookDelivery(row: $0) }
        }
    }

    /// Makes settled deliveries due again with all their tries, under their ids.
    ///
    /// - Parameters:
    ///   - messageID: these, delivered ones too; nil for all dead ones.
    ///   - webhook: only its; nil for every webhook's.
    /// - Returns: how many.
    package func replay(messageID: String?, webhook: String?, at now: Timestamp) async throws -> Int {
        try await writer.write { db in
            try db.run(
                """
                UPDATE webhook_deliveries SET state = 'pending', due_at = ?3, settled_at = NULL, attempts = 0
                WHERE state <> 'pending' AND (?2 IS NULL OR webhook = ?2)
                    AND (message_id = ?1 OR (?1 IS NULL AND state = 'dead'))
                """, .text(orNull: messageID), .text(orNull: webhook), .text(now.rfc3339))
        }
    }

    /// Deletes settled deliveries from before a time.
    ///
    /// - Returns: how many; at most `limit`, so that other writers get their turn.
    package func pruneDeliveries(before time: Timestamp, limit: Int = 500) async throws -> Int {
        try await writer.write { db in
            try db.run(
                """
                DELETE FROM webhook_deliveries WHERE number IN (
                    SELECT number FROM webhook_deliveries WHERE state <> 'pending' AND settled_at < ? LIMIT ?)
                """, .text(time.rfc3339), .number(limit))
        }
    }
}

extension WebhookDelivery {
    static let columns = """
        d.number, d.webhook, d.message_id, s.id, d.event, d.type, d.created_at, d.state, d.due_at, d.attempts, \
        d.last_at, d.last_status, d.last_error, d.settled_at
        """
    static let select = "SELECT \(columns) FROM webhook_deliveries d JOIN sends s ON s.number = d.send"

    init(row: Columns) throws {
        let lastAt = try row.time(10)
        self.init(
            number: row.number(0), webhook: row.text(1), messageID: row.text(2), send: try row.sendID(3),
            event: row.int(4), kind: try row.word(5, SendEvent.Kind.self), createdAt: try row.requiredTime(6),
            state: try row.word(7, State.self), dueAt: try row.time(8), attempts: row.int(9),
            last: lastAt.map {
                Try(at: $0, status: row.isNull(11) ? nil : row.int(11), error: row.text(orNull: 12))
            },
            settledAt: try row.time(13))
    }
}

extension WebhookClaim {
    static let select = """
        SELECT \(WebhookDelivery.columns), d.payload, d.claims, w.id, w.url, w.secret, w.events, w.hears, w.created_at,
            w.disabled_at, w.disabled_because
        FROM webhook_deliveries d JOIN sends s ON s.number = d.send JOIN webhooks w ON w.id = d.webhook
        """

    init(row: Columns) throws {
        self.init(
            delivery: try WebhookDelivery(row: row), webhook: try Webhook(row: row, from: 16),
            payload: row.text(orNull: 14), claim: row.int(15))
    }
}
