import GRDB
import Mail

/// Applies what a mailbox shows, inside one transaction.
extension Store {
    /// A send as evidence finds it.
    private struct Found {
        let number: Int64
        let id: SendID
        let state: SendState
        let reversePath: String

        /// Taken by the server for somebody, or perhaps.
        var mayBeOut: Bool {
            state.status == .sent || state == .unconfirmed || state == .deferred || state == .sending
        }
    }

    /// More answers than this to one send are counted by nobody.
    private static let maximumAnswers = 50

    func apply(
        _ evidence: MailboxEvidence, of account: String, at now: Timestamp, _ changes: inout MailboxChanges,
        in db: Database
    ) throws {
        switch evidence {
        case .copyFound(let id):
            try applyCopy(id, .sentCopyFound, of: account, at: now, &changes, in: db)
        case .copySaved(let id):
            try applyCopy(id, .sentCopySaved, of: account, at: now, &changes, in: db)
        case .report(let report): try apply(report, of: account, at: now, &changes, in: db)
        case .answer(let answer): try apply(answer, of: account, at: now, &changes, in: db)
        }
    }

    private func find(_ condition: String, _ values: [Parameter], in db: Database) throws -> Found? {
        try db.all(
            "SELECT number, id, state, reverse_path FROM sends WHERE account_id = ? AND \(condition)", values
        ) { row in
            Found(
                number: row.number(0), id: try row.sendID(1), state: try row.word(2, SendState.self),
                reversePath: row.text(3))
        }.first
    }

    /// The first of these messages that is one of the account's sends.
    private func find(_ ids: [MessageID], of account: String, in db: Database) throws -> Found? {
        for id in ids {
            let local = id.text.dropFirst().prefix { $0 != "@" }
            guard let sendID = SendID(String(local)) else { continue }
            let found = try find(
                "id = ? AND message_id = ?", [.text(account), .text(sendID.text), .text(id.text)], in: db)
            if let found { return found }
        }
        return nil
    }

    /// False when this was seen before.
    private func isNew(_ mark: String, of send: Found, in db: Database) throws -> Bool {
        try db.run(
            "INSERT INTO evidence (send, mark) VALUES (?, ?) ON CONFLICT DO NOTHING", .number(send.number),
            .text(String(mark.prefix(1_000)))) == 1
    }

    // MARK: The Sent folder

    private func applyCopy(
        _ id: SendID, _ kind: SendEvent.Kind, of account: String, at now: Timestamp,
        _ changes: inout MailboxChanges, in db: Database
    ) throws {
        guard let send = try find("id = ?", [.text(account), .text(id.text)], in: db), send.mayBeOut,
            try isNew("copy", of: send, in: db)
        else { return }
        try reconcile(send, because: "the Sent folder holds it", at: now, in: db)
        try write(SendEvent(at: now, kind: kind), of: send.number, in: db)
        try raise(.inSentFolder, of: send, in: db)
        changes.add(send.id)
    }

    // MARK: Reports

    private func apply(
        _ report: DeliveryReport, of account: String, at now: Timestamp, _ changes: inout MailboxChanges,
        in db: Database
    ) throws {
        guard let send = try find(report.messageIDs, of: account, in: db), send.mayBeOut else { return }
        if try reconcile(send, because: "a delivery report came back", at: now, in: db) {
            changes.add(send.id)
        }
        for recipient in report.recipients {
            let said = RecipientReport(recipient, from: report.reportingMTA, at: now)
            guard let named = try rows(of: send, for: recipient, in: db) else {
                try applyUnnamed(recipient, said, of: send, at: now, &changes, in: db)
                continue
            }
            guard try write(said, recipient.outcome, of: send, for: named.address, in: db) else { continue }
            changes.add(send.id)
            try write(said.event(for: named.address, at: now), of: send.number, in: db)
            if named.isSure, let dead = recipient.deadAddress,
                dead.text.lowercased() == named.address.lowercased(),
                !changes.deadAddresses.contains(dead)
            {
                changes.deadAddresses.append(dead)
                let suppression = recipient.status.flatMap {
                    Suppression(
                        bounced: dead, status: $0, reason: recipient.diagnostic?.text ?? "", send: send.id,
                        at: now)
                }
                if let suppression { try suppress(suppression, in: db) }
            }
        }
        try raiseByRecipients(of: send, in: db)
    }

    /// The address of the send that a report speaks of; nil when it is none of them.
    private func rows(
        of send: Found, for recipient: DeliveryReport.Recipient, in db: Database
    ) throws -> (address: String, isSure: Bool)? {
        let all = try db.all(
            "SELECT DISTINCT address FROM recipients WHERE send = ?", [.number(send.number)]
        ) { $0.text(0) }
        for address in recipient.addresses {
            if let one = all.first(where: { $0.lowercased() == address.text.lowercased() }) {
                return (one, true)
            }
        }
        // Behind an alias or a forwarding, it can only be the one.
        return all.count == 1 ? all.first.map { ($0, false) } : nil
    }

    /// - Returns: false when that, or something surer, was known.
    private func write(
        _ said: RecipientReport, _ outcome: Outcome?, of send: Found, for address: String, in db: Database
    ) throws -> Bool {
        let open: String
        switch said.action {
        case .failed: open = "outcome IN ('accepted', 'unconfirmed', 'delivered')"
        case .delivered: open = "outcome IN ('accepted', 'unconfirmed')"
        case .delayed: open = "outcome IN ('accepted', 'unconfirmed') AND report IS NULL"
        case .relayed, .expanded: return false
        }
        // Whoever a report names, the server has taken the message for.
        return try db.run(
            """
            UPDATE recipients
            SET outcome = coalesce(?, CASE outcome WHEN 'unconfirmed' THEN 'accepted' ELSE outcome END), report = ?
            WHERE send = ? AND address = ? AND \(open)
            """,
            .text(orNull: outcome?.rawValue), .text(try Coding.text(said)), .number(send.number),
            .text(address)) > 0
    }

    /// About somebody behind one of several recipients, nobody can say whom: the send bounced, no recipient did.
    private func applyUnnamed(
        _ recipient: DeliveryReport.Recipient, _ said: RecipientReport, of send: Found, at now: Timestamp,
        _ changes: inout MailboxChanges, in db: Database
    ) throws {
        guard said.action == .failed else { return }
        let name = (recipient.final ?? recipient.original)?.text ?? "an address that the report does not name"
        guard try isNew("bounced " + name, of: send, in: db) else { return }
        try write(said.event(for: name, at: now), of: send.number, in: db)
        try raise(.bounced, of: send, in: db)
        changes.add(send.id)
    }

    /// The send's word follows from its recipients': bounced by one, delayed by one, delivered only by all.
    private func raiseByRecipients(of send: Found, in db: Database) throws {
        let word = try db.first(
            """
            SELECT CASE
                WHEN sum(outcome = 'bounced') > 0 THEN 'bounced'
                WHEN sum(outcome = 'delivered') > 0 AND sum(outcome IN ('accepted', 'unconfirmed', 'deferred', 'pending')) = 0
                    THEN 'delivered'
                WHEN sum(outcome = 'accepted' AND report IS NOT NULL) > 0 THEN 'delayed' ELSE 'unknown' END
            FROM recipients WHERE send = ?
            """, .number(send.number)
        ) { try $0.word(0, Delivery.self) }
        if let word { try raise(word, of: send, in: db) }
    }

    private func raise(_ delivery: Delivery, of send: Found, in db: Database) throws {
        let lower = Delivery.allCases.filter { $0.rank < delivery.rank }.map { "'\($0.rawValue)'" }
        if lower.isEmpty { return }
        _ = try db.run(
            "UPDATE sends SET delivery = ? WHERE number = ? AND delivery IN (\(lower.joined(separator: ", ")))",
            .text(delivery.rawValue), .number(send.number))
    }

    // MARK: Answers

    private func apply(
        _ answer: Answer, of account: String, at now: Timestamp, _ changes: inout MailboxChanges,
        in db: Database
    ) throws {
        guard let send = try find(answer.answeredIDs, of: account, in: db), send.mayBeOut,
            // The sender's own next message in the thread, by a copy to itself.
            answer.from?.text.lowercased() != send.reversePath.lowercased()
        else { return }
        let known = try db.first(
            "SELECT count(*) FROM events WHERE send = ? AND type = 'replied'", .number(send.number)
        ) { $0.int(0) }
        guard known ?? 0 < Self.maximumAnswers else { return }
        let name = answer.messageID?.text ?? "\(answer.from?.text ?? "") \(answer.subject ?? "")"
        guard try isNew("answer " + name, of: send, in: db) else { return }
        try write(SendEvent(answer, at: now), of: send.number, in: db)
        changes.add(send.id)
    }

    // MARK: Unconfirmed sends

    /// Evidence that the server has taken what nobody knew of: the one way from failed to sent.
    ///
    /// Of a partial send it says nothing: the copy, or the report, may come from the transaction that went well.
    ///
    /// - Returns: false when there was nothing to settle.
    @discardableResult
    private func reconcile(_ send: Found, because reason: String, at now: Timestamp, in db: Database) throws
        -> Bool
    {
        guard send.state == .unconfirmed else { return false }
        let settled = try db.run(
            "UPDATE recipients SET outcome = 'accepted', at = ? WHERE send = ? AND outcome = 'unconfirmed'",
            .text(now.rfc3339), .number(send.number))
        if settled == 0 { return false }
        let refused = try db.first(
            "SELECT count(*) FROM recipients WHERE send = ? AND outcome NOT IN \(Self.taken)",
            .number(send.number)
        ) { $0.int(0) }
        let state = refused == 0 ? SendState.accepted : .partial
        _ = try db.run(
            """
            UPDATE sends SET status = 'sent', state = ?, error = NULL, next_attempt_at = NULL,
                sent_at = coalesce((SELECT max(at_final_dot_at) FROM attempts WHERE send = sends.number), ?)
            WHERE number = ?
            """, .text(state.rawValue), .text(now.rfc3339), .number(send.number))
        try write(SendEvent(at: now, kind: .reconciled, detail: reason), of: send.number, in: db)
        return true
    }

    /// Outcomes of recipients for whom the server took the message, whatever became of it then.
    static let taken = "('accepted', 'bounced', 'delivered')"
}
