import GRDB
package import Mail

extension Store {
    /// What is left of an account's limits: of what was recorded within a limit's window, whatever became of it.
    package func quotas(of account: String, _ limits: [SendLimit], at now: Timestamp) throws -> [Quota] {
        if limits.isEmpty { return [] }
        return try look { db in
            try limits.map { Quota(of: $0, used: try used($0, of: account, at: now, in: db)) }
        }
    }

    /// The limit that has no room for a send; of several the one that holds it up longest.
    func limit(reachedBy new: NewSend, in db: Database) throws -> LimitReached? {
        var worst: LimitReached?
        for limit in new.limits {
            let added = limit.unit == .sends ? 1 : new.recipients.count
            let used = try used(limit, of: new.account.id, at: new.createdAt, in: db)
            if used + added <= limit.count { continue }
            let reached = LimitReached(
                limit, used: used, added: added,
                freeAt: try time(of: limit, hasRoomFor: added, of: new.account.id, at: new.createdAt, in: db))
            if worst.map({ $0.end < reached.end }) ?? true { worst = reached }
        }
        return worst
    }

    private func used(
        _ limit: SendLimit, of account: String, at now: Timestamp, in db: Database
    ) throws -> Int {
        let sql =
            switch limit.unit {
            case .sends: "SELECT count(*) FROM sends s \(Self.counted)"
            case .recipients:
                "SELECT count(*) FROM sends s CROSS JOIN recipients r ON r.send = s.number \(Self.counted)"
            }
        return try db.first(sql, [.text(account)] + Self.bounds(limit, now)) { $0.int(0) } ?? 0
    }

    /// When enough of what counts now has left the window; nil for a send that alone is more than the limit.
    private func time(
        of limit: SendLimit, hasRoomFor added: Int, of account: String, at now: Timestamp, in db: Database
    ) throws -> Timestamp? {
        var room = limit.count - added
        if room < 0 { return nil }
        let weight =
            limit.unit == .sends ? "1" : "(SELECT count(*) FROM recipients r WHERE r.send = s.number)"
        var latest: Int64?
        // The newest first: the one that does not fit any more has to leave, and with it all that are older.
        try db.each(
            "SELECT s.number, \(weight) FROM sends s \(Self.counted) ORDER BY s.number DESC",
            [.text(account)] + Self.bounds(limit, now)
        ) { row in
            room -= row.int(1)
            if room < 0, latest == nil { latest = row.number(0) }
        }
        return latest.map { SendNumber.time(of: $0).adding(seconds: limit.window.seconds) }
    }

    // Answered by the index of the account, whose entries are in the order of the number, and so of time.
    private static let counted = "WHERE s.account_id = ? AND s.number >= ? AND s.number < ?"

    /// What is made exactly a window ago is free again. What a clock that was wrong has put further ahead than a window
    /// does not count, or it would block the account until then.
    private static func bounds(_ limit: SendLimit, _ now: Timestamp) -> [Parameter] {
        let length = limit.window.seconds
        return [
            .number(SendNumber.floor(of: now.adding(seconds: 0.001 - length))),
            .number(SendNumber.floor(of: now.adding(seconds: length))),
        ]
    }
}

extension LimitReached {
    fileprivate var end: Int64 { freeAt?.milliseconds ?? .max }
}
