import GRDB
package import Mail

extension Store {
    /// Commits that an attempt is at the final dot: found dead from here on, it is unconfirmed.
    ///
    /// - Throws: `StoreError.notOwner` when the send is no longer this owner's, `cancelRequested` when somebody does
    ///   not want it any more; then nothing may be sent.
    package func commitAtFinalDot(_ claim: Claim, at now: Timestamp) async throws {
        try await writer.write(urgently: true) { db in
            let changed = try db.run(
                """
                UPDATE attempts SET at_final_dot_at = ?, phase = 'final_dot'
                WHERE send = ? AND number = ? AND ended_at IS NULL AND EXISTS (
                    SELECT 1 FROM sends s
                    WHERE s.number = send AND s.owner = ? AND s.attempts = attempts.number
                        AND s.cancel_requested_at IS NULL)
                """, .text(now.rfc3339), .number(claim.number), .number(claim.attempt), .text(claim.owner))
            if changed == 1 { return }
            let standing = try standing(of: claim.id, in: db)
            if standing?.isOpen(for: claim) == true { throw StoreError.cancelRequested(claim.id) }
            throw StoreError.notOwner(claim.id)
        }
    }

    /// Ends an attempt: its row, the recipients, the send's new state and the event, in one transaction.
    ///
    /// A send that was taken over as unconfirmed while its owner was stopped becomes `accepted` when the owner has
    /// read a 2yz after all (`reconciled`).
    /// - Throws: `StoreError.notOwner` when another process has taken the send over.
    /// - Returns: the state that the send is in now: it may be less certain than the attempt was.
    @discardableResult
    package func settle(_ claim: Claim, _ settlement: Settlement) async throws -> SendState {
        try await writer.write { db in try settle(claim, settlement, in: db) }
    }

    /// The mail data exactly as it was composed; nil when it was pruned.
    ///
    /// Away from the caller's thread: 25 MiB take some 30 ms.
    @concurrent package func mailData(of id: SendID) async throws -> MailData? { try readMailData(of: id) }

    /// The same, on the caller's thread.
    package func readMailData(of id: SendID) throws -> MailData? {
        let octets: [UInt8]? = try look { db in
            let number = try db.first(
                "SELECT send FROM mail_data WHERE send = (SELECT number FROM sends WHERE id = ?)",
                .text(id.text)
            ) { $0.number(0) }
            return try number.map(db.octets(ofSend:))
        }
        guard let octets else { return nil }
        do {
            return try MailData(checking: octets)
        } catch {
            throw StoreError.corrupt("the mail data of \(id) is not well formed: \(error)")
        }
    }

    @discardableResult
    func settle(_ claim: Claim, _ settlement: Settlement, in db: Database) throws -> SendState {
        if try settleAtOnce(claim, settlement, in: db) { return settlement.state }
        guard let standing = try standing(of: claim.id, in: db) else { throw StoreError.notOwner(claim.id) }
        guard standing.isOpen(for: claim) else {
            try reconcile(claim, settlement, standing, in: db)
            return settlement.state
        }
        let isCancelled = standing.isCancelRequested && settlement.state.status == .queued
        let settlement = try weighed(
            isCancelled ? settlement.cancelled(after: claim) : settlement, of: claim.number, in: db)
        try write(settlement.recipients, of: claim.number, at: settlement.at, in: db)
        try write(settlement, of: claim, isTry: settlement.isTry, in: db)
        if settlement.state == .partial {
            try leaveOut(
                claim.number, try doubted(in: claim.number, in: db),
                because: isCancelled ? "it was cancelled" : "it was not tried again", at: settlement.at,
                in: db)
        }
        if settlement.state.status != .queued { try markDoubted(in: claim.number, at: settlement.at, in: db) }
        try end(claim, settlement, in: db)
        try write(
            SendEvent(at: settlement.at, kind: settlement.event, detail: settlement.detail), of: claim.number,
            in: db)
        if let pause = settlement.accountPause { try self.pause(claim.accountID, pause, in: db) }
        return settlement.state
    }

    /// The way of nearly every settlement: one statement finds that the attempt is the one under way and ends it.
    ///
    /// - Returns: false, with nothing written, when the send has to be looked at.
    private func settleAtOnce(_ claim: Claim, _ settlement: Settlement, in db: Database) throws -> Bool {
        let state = settlement.state
        let isSent = state.status == .sent
        guard settlement.warnings.isEmpty, settlement.accountPause == nil,
            !claim.settledOutcomes.contains(.accepted),
            !isSent || settlement.recipients.contains(where: { $0.outcome == .accepted }),
            !state.mayHideDoubt,
            state != .unconfirmed || settlement.recipients.allSatisfy({ $0.outcome == .unconfirmed })
        else { return false }
        let changed = try db.run(
            """
            UPDATE sends SET status = ?, state = ?, owner = NULL, error = ?, next_attempt_at = ?, sent_at = ?,
                tries = tries + ?
            WHERE number = ? AND state = 'sending' AND owner = ? AND attempts = ? AND cancel_requested_at IS NULL
            """, .text(state.status.rawValue), .text(state.rawValue),
            .text(orNull: try settlement.failure.map(Coding.text)),
            .text(orNull: settlement.nextAttemptAt?.rfc3339),
            .text(orNull: isSent ? settlement.at.rfc3339 : nil), .number(settlement.isTry ? 1 : 0),
            .number(claim.number), .text(claim.owner), .number(claim.attempt))
        if changed == 0 { return false }
        try write(settlement.recipients, of: claim.number, at: settlement.at, in: db)
        try end(claim, settlement, in: db)
        try write(
            SendEvent(at: settlement.at, kind: settlement.event, detail: settlement.detail), of: claim.number,
            in: db)
        return true
    }

    /// The owner was stopped for longer than its lease, behind the gate, and has read the server's answer after all.
    private func reconcile(_ claim: Claim, _ settlement: Settlement, _ standing: Standing, in db: Database)
        throws
    {
        guard standing.state == .unconfirmed, standing.attempts == claim.attempt,
            settlement.state.status == .sent
        else { throw StoreError.notOwner(claim.id) }
        try write(settlement.recipients, of: claim.number, at: settlement.at, in: db)
        // The takeover has counted the try.
        try write(settlement, of: claim, isTry: false, in: db)
        try end(claim, settlement, in: db)
        try write(
            SendEvent(at: settlement.at, kind: .reconciled, detail: settlement.detail), of: claim.number,
            in: db)
    }

    private func write(
        _ recipients: [Settlement.Recipient], of number: Int64, at now: Timestamp, in db: Database
    ) throws {
        for recipient in recipients {
            let reply = recipient.reply
            try db.run(
                """
                UPDATE recipients SET outcome = ?, reply_code = ?, reply_enhanced = ?, reply_phase = ?,
                    reply_text = ?, at = ?
                WHERE send = ? AND address = ?
                """, .text(recipient.outcome.rawValue), reply.map { .number($0.code) } ?? .null,
                .text(orNull: reply?.enhanced?.description), .text(orNull: reply?.phase.rawValue),
                .text(orNull: reply?.text), .text(now.rfc3339), .number(number), .text(recipient.address.text)
            )
        }
    }

    private func write(_ settlement: Settlement, of claim: Claim, isTry: Bool, in db: Database) throws {
        let state = settlement.state
        let sentAt = state.status == .sent ? Self.firstAccepted : "NULL"
        try db.cachedStatement(
            sql: """
                UPDATE sends SET status = ?, state = ?, owner = NULL, error = ?, next_attempt_at = ?,
                    sent_at = \(sentAt), tries = tries + ?, warnings = coalesce(?, warnings),
                    cancel_requested_at = CASE WHEN ? THEN NULL ELSE cancel_requested_at END
                WHERE number = ?
                """
        ).execute(arguments: [
            state.status.rawValue, state.rawValue, try settlement.failure.map(Coding.text),
            settlement.nextAttemptAt?.rfc3339, isTry ? 1 : 0,
            settlement.warnings.isEmpty ? nil : try merged(settlement.warnings, into: claim.number, in: db),
            state.status == .queued, claim.number,
        ])
    }

    private func end(_ claim: Claim, _ settlement: Settlement, in db: Database) throws {
        try db.run(
            "UPDATE attempts SET ended_at = ?, phase = ?, conversation = ? WHERE send = ? AND number = ?",
            .text(settlement.at.rfc3339), .text(settlement.phase.rawValue),
            .text(settlement.conversation.joined(separator: "\n")), .number(claim.number),
            .number(claim.attempt))
    }

    func merged(_ warnings: [String], into number: Int64, in db: Database) throws -> String {
        let row = try Row.fetchOne(
            db, sql: "SELECT warnings FROM sends WHERE number = ?", arguments: [number])
        // What cannot be read any more must not keep a send from its end.
        let earlier = (try? row?.coded("warnings", [String].self)) ?? []
        return try Coding.text(earlier + warnings.filter { !earlier.contains($0) })
    }
}
