import GRDB
package import Mail

/// What became of a person's yes or no to a held send.
package enum Decision: Sendable, Hashable {
    case done
    /// It was decided before, or has ended.
    case notHeld(SendState)
    /// The word was given for something else.
    case otherContent
    case unknown
}

extension Store {
    /// Makes a held send due: at once, or at the time that its caller chose.
    ///
    /// One statement under the database's lock takes it out of `held`, so a yes counts once, whoever repeats it.
    ///
    /// - Parameters:
    ///   - content: the digest of what the person was shown; nil takes what is recorded.
    ///   - person: who said so.
    package func approve(
        _ id: SendID, content: String?, by person: String, at now: Timestamp
    ) async throws -> Decision {
        try await writer.write { db in
            guard let standing = try standing(of: id, in: db) else { return .unknown }
            if let refusal = try refusal(of: standing, content, in: db) { return refusal }
            try db.execute(
                sql: """
                    UPDATE sends SET
                        state = CASE WHEN scheduled_for > :now THEN 'scheduled' ELSE 'ready' END,
                        next_attempt_at = max(coalesce(scheduled_for, :now), :now)
                    WHERE number = :number
                    """, arguments: ["now": now.rfc3339, "number": standing.number])
            try write(
                SendEvent(at: now, kind: .approved, detail: "by \(person)"), of: standing.number, in: db)
            return .done
        }
    }

    /// Ends a held send as `denied`.
    package func deny(
        _ id: SendID, by person: String, reason: String?, at now: Timestamp
    ) async throws -> Decision {
        try await writer.write { db in
            guard let standing = try standing(of: id, in: db) else { return .unknown }
            if let refusal = try refusal(of: standing, nil, in: db) { return refusal }
            let words = reason.map { ": \($0)" } ?? ""
            try end(
                standing.number, .denied, .denied(by: person, words), detail: "by \(person)\(words)",
                because: "it was denied", at: now,
                in: db)
            return .done
        }
    }

    /// The digest of what a send sends; nil when there is none of that id.
    package func contentDigest(of id: SendID) throws -> String? {
        try look { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT content_digest FROM sends WHERE id = ?"), arguments: [id.text]
            )
        }
    }

    private func refusal(of standing: Standing, _ content: String?, in db: Database) throws -> Decision? {
        if standing.state != .held { return .notHeld(standing.state) }
        guard let content else { return nil }
        let recorded = try String.fetchOne(
            db, sql: "SELECT content_digest FROM sends WHERE number = ?", arguments: [standing.number])
        return recorded == content ? nil : .otherContent
    }
}

extension Failure {
    fileprivate static func denied(by person: String, _ words: String) -> Failure {
        Failure(
            .denied, "\(person) did not approve it\(words). Nothing was sent.",
            hint: "Do not send it again unless the user asks for it.")
    }
}
