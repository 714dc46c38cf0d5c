import GRDB
package import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Store {
    /// Commits that an attempt is at the final dot: found dead from here on, it is unconfirmed.
    ///
    /// - Throws: `StoreError.notOwner` when the send is no longer this owner's, `cancelRequested` when somebody does
    ///   not want it any more; then nothing may be sent.
    package func commitAtFinalDot(_ claim: Claim, at now: Timestamp) async throws {
        try await writer.write(urgently: true) { db in
            try db.cachedStatement(
                sql: """
                    UPDATE attempts SET at_final_dot_at = ?, phase = 'final_dot'
                    WHERE send_id = ? AND number = ? AND ended_at IS NULL AND EXISTS (
                        SELECT 1 FROM sends
                        WHERE id = send_id AND owner = ? AND attempts = number AND cancel_requested_at IS NULL)
                    """
            ).execute(arguments: [now.rfc3339, claim.id.text, claim.attempt, claim.owner])
            if db.changesCount == 1 { return }
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
    package func settle(_ claim: Claim, _ settlement: Settlement) async throws {
        try await writer.write(urgently: true) { db in try settle(claim, settlement, in: db) }
    }

    /// The mail data exactly as it was composed; nil when it was pruned.
    ///
    /// Away from the caller's thread: 25 MiB take some 30 ms.
    @concurrent package func mailData(of id: SendID) async throws -> MailData? { try readMailData(of: id) }

    /// The same, on the caller's thread.
    package func readMailData(of id: SendID) throws -> MailData? {
        let octets = try look { db in
            try Data.fetchOne(
                db.cachedStatement(sql: "SELECT octets FROM mail_data WHERE send_id = ?"),
                arguments: [id.text])
        }
        guard let octets else { return nil }
        do {
            return try MailData(checking: [UInt8](octets))
        } catch {
            throw StoreError.corrupt("the mail data of \(id) is not well formed: \(error)")
        }
    }

    func settle(_ claim: Claim, _ settlement: Settlement, in db: Database) throws {
        guard let standing = try standing(of: claim.id, in: db) else { throw StoreError.notOwner(claim.id) }
        guard standing.isOpen(for: claim) else {
            return try reconcile(claim, settlement, standing, in: db)
        }
        let isCancelled = standing.isCancelRequested && settlement.state.status == .queued
        let settlement = isCancelled ? settlement.cancelled(after: claim) : settlement
        try write(settlement.recipients, of: claim.id, at: settlement.at, in: db)
        try write(settlement, of: claim, isTry: settlement.isTry, in: db)
        try end(claim, settlement, in: db)
        try write(
            SendEvent(at: settlement.at, kind: settlement.event, detail: settlement.detail), of: claim.id,
            in: db)
        if let pause = settlement.accountPause { try self.pause(claim.accountID, pause, in: db) }
    }

    /// The owner was stopped for longer than its lease, behind the gate, and has read the server's answer after all.
    private func reconcile(_ claim: Claim, _ settlement: Settlement, _ standing: Standing, in db: Database)
        throws
    {
        guard standing.state == .unconfirmed, standing.attempts == claim.attempt,
            settlement.state.status == .sent
        else { throw StoreError.notOwner(claim.id) }
        try write(settlement.recipients, of: claim.id, at: settlement.at, in: db)
        // The takeover has counted the try.
        try write(settlement, of: claim, isTry: false, in: db)
        try end(claim, settlement, in: db)
        try write(
            SendEvent(at: settlement.at, kind: .reconciled, detail: settlement.detail), of: claim.id, in: db)
    }

    private func write(
        _ recipients: [Settlement.Recipient], of id: SendID, at now: Timestamp, in db: Database
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE recipients SET outcome = ?, reply_code = ?, reply_enhanced = ?, reply_phase = ?,
                    reply_text = ?, at = ?
                WHERE send_id = ? AND address = ?
                """)
        for recipient in recipients {
            try statement.execute(arguments: [
                recipient.outcome.rawValue, recipient.reply?.code, recipient.reply?.enhanced?.description,
                recipient.reply?.phase.rawValue, recipient.reply?.text, now.rfc3339, id.text,
                recipient.address.text,
            ])
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
                WHERE id = ?
                """
        ).execute(arguments: [
            state.status.rawValue, state.rawValue, try settlement.failure.map(Coding.text),
            settlement.nextAttemptAt?.rfc3339, isTry ? 1 : 0,
            settlement.warnings.isEmpty ? nil : try merged(settlement.warnings, into: claim.id, in: db),
            state.status == .queued, claim.id.text,
        ])
    }

    private func end(_ claim: Claim, _ settlement: Settlement, in db: Database) throws {
        try db.cachedStatement(
            sql:
                "UPDATE attempts SET ended_at = ?, phase = ?, conversation = ? WHERE send_id = ? AND number = ?"
        ).execute(arguments: [
            settlement.at.rfc3339, settlement.phase.rawValue, settlement.conversation.joined(separator: "\n"),
            claim.id.text, claim.attempt,
        ])
    }

    private func merged(_ warnings: [String], into id: SendID, in db: Database) throws -> String {
        let row = try Row.fetchOne(db, sql: "SELECT warnings FROM sends WHERE id = ?", arguments: [id.text])
        let earlier = try row?.coded("warnings", [String].self) ?? []
        return try Coding.text(earlier + warnings.filter { !earlier.contains($0) })
    }
}
