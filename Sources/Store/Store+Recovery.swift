import GRDB
package import Mail

extension Store {
    /// Makes a worker known to the others; its `OwnerLock` must be held already.
    package func register(_ worker: Worker, at beat: Beat) async throws {
        try await writer.write { db in
            try db.execute(
                sql: """
                    INSERT INTO workers (id, pid, host, boot_id, started_at, heartbeat_at, heartbeat_uptime)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    worker.id, worker.pid, worker.host, worker.bootID, beat.at.rfc3339, beat.at.rfc3339,
                    beat.uptime,
                ])
        }
    }

    /// Renews a worker's lease; false when another process has found it expired and taken its sends.
    package func renew(_ worker: Worker, at beat: Beat) async throws -> Bool {
        try await writer.write { db in
            try db.execute(
                sql: "UPDATE workers SET heartbeat_at = ?, heartbeat_uptime = ? WHERE id = ?",
                arguments: [beat.at.rfc3339, beat.uptime, worker.id])
            return db.changesCount == 1
        }
    }

    /// Forgets a worker that has no sends any more.
    package func dismiss(_ worker: Worker) async throws {
        try await writer.write { db in
            try db.execute(
                sql:
                    "DELETE FROM workers WHERE id = ? AND NOT EXISTS (SELECT 1 FROM sends WHERE owner = workers.id)",
                arguments: [worker.id])
        }
    }

    /// Takes over what workers left in the middle of an attempt that are dead, or silent for longer than their lease.
    ///
    /// Before the gate the server cannot have taken the message, so the send is due again at once; from the gate on
    /// nobody can know, so it becomes `unconfirmed` and is never resent by itself.
    /// - Parameters:
    ///   - living: the caller's own id, left alone.
    ///   - bootID: of the caller's machine.
    /// - Returns: the sends that were moved, and what they are now.
    package func takeOver(
        from living: String?, bootID: String, lease: Lease, at beat: Beat
    ) async throws -> [SendID: SendState] {
        let workers = try look { db in try Row.fetchAll(db.cachedStatement(sql: Self.workers)) }
        let others = workers.filter { $0["id"] != living }
        let dead = Set(
            try others.map(WorkerRow.init(row:)).filter { OwnerLock.isDead($0.id, folder: ownersFolder) })
        let isAnySilent = try others.contains { try WorkerRow(row: $0).isSilent(lease, bootID, beat) }
        if dead.isEmpty, !isAnySilent { return [:] }
        return try await writer.write { db in
            // Read again: one that was silent may have spoken since.
            let lost = try Row.fetchAll(db.cachedStatement(sql: Self.workers)).map(WorkerRow.init(row:))
                .filter {
                    worker in
                    worker.id != living
                        && (dead.contains { $0.id == worker.id } || worker.isSilent(lease, bootID, beat))
                }
            var moved: [SendID: SendState] = [:]
            for worker in lost {
                moved.merge(try release(from: worker.id, at: beat.at, in: db)) { $1 }
                try db.execute(sql: "DELETE FROM workers WHERE id = ?", arguments: [worker.id])
            }
            return moved
        }
    }

    private static let workers = """
        SELECT id, boot_id, heartbeat_at, heartbeat_uptime, EXISTS (SELECT 1 FROM sends WHERE owner = workers.id) AS busy
        FROM workers
        """

    private func release(
        from owner: String, at now: Timestamp, in db: Database
    ) throws -> [SendID: SendState] {
        var moved: [SendID: SendState] = [:]
        for (send, isAtFinalDot) in try openAttempts(of: owner, in: db) {
            _ = try orPutAside(send, isAtFinalDot: isAtFinalDot, at: now, in: db) {
                let claim = try claim(send, owner: owner, in: db)
                try settle(
                    claim, isAtFinalDot ? lostAtFinalDot(claim, at: now) : lostBeforeFinalDot(claim, at: now),
                    in: db)
            }
            if let (id, state) = try ended(send.number, in: db) { moved[id] = state }
        }
        return moved
    }

    private func openAttempts(
        of owner: String, in db: Database
    ) throws -> [(send: OpenSend, isAtFinalDot: Bool)] {
        try db.all(
            """
            SELECT s.number, s.id, s.account_id, s.attempts, s.tries, s.reverse_path, s.give_up_at, s.size,
                a.at_final_dot_at
            FROM sends s JOIN attempts a ON a.send = s.number AND a.number = s.attempts
            WHERE s.owner = ?
            """, [.text(owner)]
        ) { row in (send: OpenSend(row), isAtFinalDot: !row.isNull(8)) }
    }

    private func lostBeforeFinalDot(_ claim: Claim, at now: Timestamp) -> Settlement {
        Settlement(
            state: .ready, at: now, phase: .connect, recipients: [], failure: nil, nextAttemptAt: now,
            event: .released,
            detail: "the process that was sending it ended before the final dot: nothing was sent",
            isTry: false)
    }

    private func lostAtFinalDot(_ claim: Claim, at now: Timestamp) -> Settlement {
        Settlement.unconfirmed(
            claim, at: now,
            because: "the process that was sending it ended after the final dot, before a reply")
    }
}

/// A worker's last sign of life.
private struct WorkerRow: Hashable {
    let id: String
    let bootID: String
    let at: Timestamp
    let uptime: Double
    /// It has sends; one that has none need not show that it lives.
    let isBusy: Bool

    init(row: Row) throws {
        id = row["id"]
        bootID = row["boot_id"]
        at = try row.requiredTime("heartbeat_at")
        uptime = row["heartbeat_uptime"]
        isBusy = row["busy"]
    }

    /// Measured by the machine's own clock where both run on one machine: the other one jumps.
    func isSilent(_ lease: Lease, _ bootID: String, _ now: Beat) -> Bool {
        if !isBusy { return false }
        return self.bootID == bootID
            ? now.uptime - uptime > lease.length : now.at > at.adding(seconds: lease.length)
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
            warnings: isTakenForSome ? claim.forwardPaths.map { doubt(about: $0.text, because: reason) } : [])
    }

    /// The warning about a recipient who may have the message, in a send that others have for certain.
    package static func doubt(about address: String, because reason: String) -> String {
        "\(address) may or may not have it: \(reason). Do not send it to this address again."
    }
}
