import GRDB
package import Mail

/// The right of one process to look into an account's mailbox, and what it has to know for that.
package struct MailboxLease: Sendable, Hashable {
    package let account: String
    /// Told apart from every other lease.
    package let token: String
    /// How far the mailbox was read, in the reader's own words; nil before the first look.
    package let cursor: String?
}

/// A send whose copy is looked for in the Sent folder.
package struct SoughtCopy: Sendable, Hashable {
    package let id: SendID
    package let messageID: MessageID
    /// When the final dot was sent, as far as that is known.
    package let sentAt: Timestamp
    package let state: SendState
}

extension Store {
    /// Whether something about this account's mail since then may still be learnt from its mailbox.
    ///
    /// - Returns: the id of the newest such send; nil when there is none.
    package func newestUnsettled(of account: String, since: Timestamp) throws -> SendID? {
        try look { db in
            try db.first(
                """
                SELECT id, number FROM (\(Self.newest("number >= ?2")) UNION ALL \(Self.newest("scheduled_for >= ?3")))
                ORDER BY number DESC LIMIT 1
                """, .text(account), .number(SendNumber.floor(of: since)), .text(since.rfc3339)
            ) { try $0.sendID(0) }
        }
    }

    /// Recorded since a time, or scheduled and due since then: `?1` is the account, `?2` the number, `?3` the time.
    private static let leftSince = "account_id = ?1 AND (number >= ?2 OR scheduled_for >= ?3)"

    /// Each bound for itself: of both together SQLite would read all that the account ever sent.
    private static func newest(_ bound: String) -> String {
        """
        SELECT * FROM (
            SELECT id, number FROM sends WHERE account_id = ?1 AND \(bound) AND \(unsettled) ORDER BY number DESC LIMIT 1)
        """
    }

    private static let unsettled =
        "(state = 'unconfirmed' OR status = 'sent' AND delivery IN ('unknown', 'in_sent_folder', 'delayed'))"

    /// Sends whose copy nobody has seen yet: the unconfirmed first, then the newest.
    package func soughtCopies(of account: String, since: Timestamp, limit: Int) throws -> [SoughtCopy] {
        try look { db in
            try db.all(
                """
                SELECT id, message_id, state, coalesce(sent_at, (
                    SELECT coalesce(max(at_final_dot_at), max(started_at)) FROM attempts WHERE send = sends.number),
                    created_at)
                FROM sends
                WHERE \(Self.leftSince) AND (status = 'sent' OR state = 'unconfirmed')
                    AND NOT EXISTS (SELECT 1 FROM evidence WHERE send = sends.number AND mark = 'copy')
                ORDER BY state = 'unconfirmed' DESC, number DESC LIMIT ?4
                """,
                [
                    .text(account), .number(SendNumber.floor(of: since)), .text(since.rfc3339),
                    .number(limit),
                ]
            ) { row in
                let id = try row.sendID(0)
                guard let messageID = try? MessageID(parsing: row.text(1)) else {
                    throw StoreError.corrupt("the send \(id) has no Message-ID")
                }
                return SoughtCopy(
                    id: id, messageID: messageID, sentAt: try row.requiredTime(3),
                    state: try row.word(2, SendState.self))
            }
        }
    }

    /// Takes the mailbox for this process; nil when another process looks into it, or the account has no send yet.
    ///
    /// - Parameters:
    ///   - seconds: until it may be taken from a process that died.
    ///   - despiteRefusal: also where it rests because its login was refused.
    package func leaseMailbox(
        of account: String, token: String, for seconds: Double, at now: Timestamp, despiteRefusal: Bool = true
    ) async throws -> MailboxLease? {
        try await writer.write { db in
            // An end further away than a lease can be comes from a clock that was wrong.
            let changed = try db.run(
                """
                UPDATE accounts SET mailbox_lease = ?, mailbox_lease_until = ?
                WHERE id = ? AND (mailbox_lease IS NULL OR mailbox_lease_until <= ? OR mailbox_lease_until > ?
                    OR mailbox_lease = ?)
                """, .text(token), .text(now.adding(seconds: seconds).rfc3339), .text(account),
                .text(now.rfc3339), .text(now.adding(seconds: max(3_600, seconds)).rfc3339),
                despiteRefusal ? .text(Self.refused) : .null)
            if changed == 0 { return nil }
            let cursor = try db.first("SELECT mailbox_cursor FROM accounts WHERE id = ?", .text(account)) {
                $0.text(orNull: 0)
            }
            return MailboxLease(account: account, token: token, cursor: cursor ?? nil)
        }
    }

    /// Lengthens a lease; false when another process has the mailbox now.
    package func renew(_ lease: MailboxLease, for seconds: Double, at now: Timestamp) async throws -> Bool {
        try await writer.write { db in
            try db.run(
                "UPDATE accounts SET mailbox_lease_until = ? WHERE id = ? AND mailbox_lease = ?",
                .text(now.adding(seconds: seconds).rfc3339), .text(lease.account), .text(lease.token)) == 1
        }
    }

    /// Gives the mailbox back without having seen it; the next look begins where this one did.
    package func release(_ lease: MailboxLease) async throws {
        try await writer.write { db in
            _ = try db.run(
                """
                UPDATE accounts SET mailbox_lease = NULL, mailbox_lease_until = NULL
                WHERE id = ? AND mailbox_lease = ?
                """, .text(lease.account), .text(lease.token))
        }
    }

    /// Leaves the mailbox alone for so many seconds, an hour at most: its login was refused.
    package func rest(_ lease: MailboxLease, for seconds: Double, at now: Timestamp) async throws {
        try await writer.write { db in
            _ = try db.run(
                """
                UPDATE accounts SET mailbox_lease = ?, mailbox_lease_until = ?
                WHERE id = ? AND mailbox_lease = ?
                """, .text(Self.refused), .text(now.adding(seconds: min(3_600, seconds)).rfc3339),
                .text(lease.account), .text(lease.token))
        }
    }

    /// Ends the rest of a mailbox: somebody has changed what it is logged in with, or has seen that it works.
    static func wakeMailbox(of account: String, in db: Database) throws {
        try db.run(
            "UPDATE accounts SET mailbox_lease = NULL, mailbox_lease_until = NULL WHERE id = ? AND mailbox_lease = ?",
            .text(account), .text(refused))
    }

    /// The token of no process.
    private static let refused = "refused"

    /// Writes down what a look has shown, with where the next one begins, and gives the mailbox back: all of it or
    /// nothing. What is known already changes nothing.
    ///
    /// - Returns: the sends that changed, and addresses of theirs that do not exist.
    package func record(
        _ evidence: [MailboxEvidence], under lease: MailboxLease, cursor: String?, at now: Timestamp
    ) async throws -> MailboxChanges {
        try await writer.write { db in
            var changes = MailboxChanges()
            for piece in evidence { try apply(piece, of: lease.account, at: now, &changes, in: db) }
            // Of a lease that is lost the evidence counts, the cursor does not.
            _ = try db.run(
                """
                UPDATE accounts SET mailbox_cursor = coalesce(?, mailbox_cursor), mailbox_checked_at = ?,
                    mailbox_lease = NULL, mailbox_lease_until = NULL
                WHERE id = ? AND mailbox_lease = ?
                """, .text(orNull: cursor), .text(now.rfc3339), .text(lease.account), .text(lease.token))
            return changes
        }
    }
}
