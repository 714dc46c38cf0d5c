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
    /// - Throws: `StoreError.notOwner` when the send is no longer this owner's; then nothing may be sent.
    package func commitAtFinalDot(_ claim: Claim, at now: Timestamp) async throws {
        try await pool.write { db in
            try db.execute(
                sql: """
                    UPDATE attempts SET at_final_dot_at = ?, phase = 'final_dot'
                    WHERE send_id = ? AND number = ? AND ended_at IS NULL AND EXISTS (
                        SELECT 1 FROM sends WHERE id = send_id AND owner = ? AND attempts = number)
                    """,
                arguments: [now.rfc3339, claim.id.text, claim.attempt, claim.owner])
            if db.changesCount != 1 { throw StoreError.notOwner(claim.id) }
        }
    }

    /// Ends an attempt: its row, the recipients, the send's new state and the event, in one transaction.
    ///
    /// Cancelling the caller does not stop it: what a server said must not be forgotten because somebody hung up.
    /// - Throws: `StoreError.notOwner` when another process has taken the send over.
    package func settle(_ claim: Claim, _ settlement: Settlement) async throws {
        try await Task { try await pool.write { db in try settle(claim, settlement, in: db) } }.value
    }

    /// The mail data exactly as it was composed.
    @concurrent package func mailData(of id: SendID) async throws -> MailData? {
        let octets = try look { db in
            try Data.fetchOne(db, sql: "SELECT octets FROM mail_data WHERE send_id = ?", arguments: [id.text])
        }
        guard let octets else { return nil }
        do {
            return try MailData(checking: [UInt8](octets))
        } catch {
            throw StoreError.corrupt("the mail data of \(id) is not well formed: \(error)")
        }
    }

    func settle(_ claim: Claim, _ settlement: Settlement, in db: Database) throws {
        for recipient in settlement.recipients {
            try db.execute(
                sql: """
                    UPDATE recipients SET outcome = ?, reply_code = ?, reply_enhanced = ?, reply_phase = ?,
                        reply_text = ?, at = ?
                    WHERE send_id = ? AND address = ?
                    """,
                arguments: [
                    recipient.outcome.rawValue, recipient.reply?.code, recipient.reply?.enhanced?.description,
                    recipient.reply?.phase.rawValue, recipient.reply?.text, settlement.at.rfc3339,
                    claim.id.text,
                    recipient.address.text,
                ])
        }
        let state = settlement.state
        let sentAt = state.status == .sent ? Self.firstAccepted : "NULL"
        try db.execute(
            sql: """
                UPDATE sends SET status = :status, state = :state, owner = NULL, error = :error,
                    next_attempt_at = :next, sent_at = \(sentAt),
                    warnings = CASE WHEN :warnings IS NULL THEN warnings ELSE :warnings END
                WHERE id = :id AND owner = :owner AND attempts = :attempt
                """,
            arguments: [
                "status": state.status.rawValue, "state": state.rawValue,
                "error": try settlement.failure.map(Coding.text),
                "next": settlement.nextAttemptAt?.rfc3339,
                "warnings": settlement.warnings.isEmpty
                    ? nil : try merged(settlement.warnings, into: claim.id, in: db),
                "id": claim.id.text, "owner": claim.owner, "attempt": claim.attempt,
            ])
        if db.changesCount != 1 { throw StoreError.notOwner(claim.id) }
        try db.execute(
            sql:
                "UPDATE attempts SET ended_at = ?, phase = ?, conversation = ? WHERE send_id = ? AND number = ?",
            arguments: [
                settlement.at.rfc3339, settlement.phase.rawValue,
                settlement.conversation.joined(separator: "\n"),
                claim.id.text, claim.attempt,
            ])
        try write(
            SendEvent(at: settlement.at, kind: settlement.event, detail: settlement.detail), of: claim.id,
            in: db)
    }

    private func merged(_ warnings: [String], into id: SendID, in db: Database) throws -> String {
        let row = try Row.fetchOne(db, sql: "SELECT warnings FROM sends WHERE id = ?", arguments: [id.text])
        let earlier = try row?.coded("warnings", [String].self) ?? []
        return try Coding.text(earlier + warnings.filter { !earlier.contains($0) })
    }
}
