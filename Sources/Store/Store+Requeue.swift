import GRDB
package import Mail

/// What became of the wish to try a failed send again.
package enum Requeueing: Sendable, Hashable {
    case done
    /// It may have arrived: asked for only by somebody who takes the risk of a second copy.
    case needsConsent
    case notFailed(SendState)
    /// Its mail data is pruned.
    case withoutMailData
    /// A recipient that does not have it is not written to any more.
    case suppressed(Address, Suppression)
    case unknown
}

extension Store {
    /// Makes a failed send due again, at its own time where that is still to come, for the recipients that do not have
    /// it, with a new give-up time.
    ///
    /// - Parameter evenIfUnconfirmed: also one that may have arrived.
    package func requeue(
        _ id: SendID, evenIfUnconfirmed: Bool, giveUpAt: Timestamp, at now: Timestamp
    ) async throws -> Requeueing {
        try await writer.write { db in
            guard let standing = try standing(of: id, in: db) else { return .unknown }
            if standing.state.status != .failed { return .notFailed(standing.state) }
            if standing.state == .unconfirmed, !evenIfUnconfirmed { return .needsConsent }
            let hasData = try Row.fetchOne(
                db, sql: "SELECT 1 FROM mail_data WHERE send = ?", arguments: [standing.number])
            if hasData == nil { return .withoutMailData }
            // Not for the others alone: a person asked for all of it, and decides.
            if let (address, found) = try suppressed(among: standing.number, in: db).first {
                return .suppressed(address, found)
            }
            try db.execute(
                sql:
                    """
                    UPDATE recipients SET outcome = 'pending', at = NULL,
                        was_unconfirmed = CASE outcome WHEN 'unconfirmed' THEN 1 ELSE was_unconfirmed END
                    WHERE send = ? AND outcome NOT IN \(Self.taken)
                    """,
                arguments: [standing.number])
            try db.execute(
                sql: """
                    UPDATE sends SET status = 'queued', error = NULL, tries = 0, cancel_requested_at = NULL,
                        state = CASE WHEN \(Self.isStillToCome) THEN 'scheduled' ELSE 'ready' END,
                        next_attempt_at = CASE WHEN \(Self.isStillToCome) THEN scheduled_for ELSE :now END,
                        give_up_at = :end
                    WHERE number = :number
                    """,
                arguments: ["now": now.rfc3339, "end": giveUpAt.rfc3339, "number": standing.number])
            try write(
                SendEvent(at: now, kind: .retried, detail: "a person asked for it"), of: standing.number,
                in: db)
            return .done
        }
    }

    /// What was attempted already, by a clock that ran ahead, is due now.
    private static let isStillToCome = "state IN ('expired', 'cancelled', 'denied') AND scheduled_for > :now"
}
