import GRDB
package import Mail

extension Store {
    /// Takes over what dead owners on this machine left in the middle of an attempt.
    ///
    /// Before the gate the server cannot have taken the message, so the send is due again at once; from the gate on
    /// nobody can know, so it becomes `unconfirmed` and is never resent by itself.
    /// - Parameter living: the caller's own id, left alone.
    /// - Returns: the sends that were moved.
    package func takeOver(from living: String?, now: Timestamp) async throws -> [SendID] {
        let owners = try look { db in
            try String.fetchAll(db, sql: "SELECT DISTINCT owner FROM sends WHERE owner IS NOT NULL")
        }
        let dead = owners.filter { $0 != living && OwnerLock.isDead($0, folder: ownersFolder) }
        if dead.isEmpty { return [] }
        return try await pool.write { db in
            var moved: [SendID] = []
            for owner in dead {
                for row in try openAttempts(of: owner, in: db) {
                    _ = try orPutAside(row, at: now, in: db) {
                        let claim = try claim(row, id: try sendID(row), owner: owner, in: db)
                        let isAtFinalDot = try row.time("at_final_dot_at") != nil
                        try settle(
                            claim,
                            isAtFinalDot
                                ? lostAtFinalDot(claim, at: now) : lostBeforeFinalDot(claim, at: now),
                            in: db)
                    }
                    moved.append(try sendID(row))
                }
            }
            return moved
        }
    }

    private func openAttempts(of owner: String, in db: Database) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT s.id, s.account_id, s.attempts, s.reverse_path, s.give_up_at, a.at_final_dot_at
                FROM sends s JOIN attempts a ON a.send_id = s.id AND a.number = s.attempts
                WHERE s.owner = ?
                """,
            arguments: [owner])
    }

    private func lostBeforeFinalDot(_ claim: Claim, at now: Timestamp) -> Settlement {
        Settlement(
            state: .ready, at: now, phase: .connect, recipients: [], failure: nil, nextAttemptAt: now,
            event: .released,
            detail: "the process that was sending it ended before the final dot: nothing was sent")
    }

    private func lostAtFinalDot(_ claim: Claim, at now: Timestamp) -> Settlement {
        Settlement.unconfirmed(
            claim, at: now,
            because: "the process that was sending it ended after the final dot, before a reply")
    }
}

extension Settlement {
    /// The end of an attempt whose final dot may have left and whose reply nobody read.
    ///
    /// - Parameter reason: what ended it, as a clause.
    package static func unconfirmed(_ claim: Claim, at now: Timestamp, because reason: String) -> Settlement {
        let isTakenForSome = claim.settledOutcomes.contains(.accepted)
        let state: SendState = isTakenForSome ? .partial : .unconfirmed
        return Settlement(
            state: state, at: now, phase: .finalDot,
            recipients: claim.forwardPaths.map { Recipient(address: $0, outcome: .unconfirmed, reply: nil) },
            failure: isTakenForSome ? nil : .unconfirmed(because: reason),
            event: isTakenForSome ? .partial : .unconfirmed, detail: reason,
            warnings: isTakenForSome ? claim.forwardPaths.map { doubt(about: $0, because: reason) } : [])
    }

    /// The warning about a recipient who may have the message, in a send that others have for certain.
    package static func doubt(about address: Address, because reason: String) -> String {
        "\(address) may or may not have it: \(reason). Do not send it to this address again."
    }
}
