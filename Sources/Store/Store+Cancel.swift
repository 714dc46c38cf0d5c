import GRDB
package import Mail

/// What became of the wish to stop a send.
package enum Cancellation: Sendable, Hashable {
    case done
    /// It is being sent; it stops before the final dot.
    case requested
    /// It is at the final dot, or has ended.
    case tooLate(SendState)
    case unknown
}

extension Store {
    /// Ends a waiting send, or tells an attempt under way not to pass the gate.
    package func cancel(_ id: SendID, at now: Timestamp) async throws -> Cancellation {
        try await writer.write { db in
            guard let standing = try standing(of: id, in: db) else { return .unknown }
            switch standing.state {
            case .ready, .scheduled, .held, .deferred:
                let isTaken = try isTakenForSome(standing.number, in: db)
                try end(
                    standing.number, isTaken ? .partial : .cancelled, isTaken ? nil : .cancelled,
                    detail: Failure.endOfCancelled(isTakenForSome: isTaken), because: "it was cancelled",
                    at: now, in: db)
                return .done
            case .sending:
                let isAtFinalDot = try Bool.fetchOne(
                    db,
                    sql: "SELECT at_final_dot_at IS NOT NULL FROM attempts WHERE send = ? AND number = ?",
                    arguments: [standing.number, standing.attempts])
                if isAtFinalDot != false { return .tooLate(.sending) }
                try db.execute(
                    sql: "UPDATE sends SET cancel_requested_at = ? WHERE number = ?",
                    arguments: [now.rfc3339, standing.number])
                return .requested
            default: return .tooLate(standing.state)
            }
        }
    }

    func isTakenForSome(_ number: Int64, in db: Database) throws -> Bool {
        try Row.fetchOne(
            db, sql: "SELECT 1 FROM recipients WHERE send = ? AND outcome IN \(Self.taken)",
            arguments: [number])
            != nil
    }
}

extension Settlement {
    /// The warning about a recipient who does not get what others have.
    static func leftOut(_ address: String, because clause: String) -> String {
        "\(address) did not get it: \(clause)\(clause.hasSuffix(".") ? "" : ".")"
    }

    /// The same end of an attempt, for a send that nobody wants to be tried again.
    func cancelled(after claim: Claim) -> Settlement {
        let taken =
            claim.settledOutcomes.contains(.accepted) || recipients.contains { $0.outcome == .accepted }
        let open = recipients.filter { $0.outcome == .deferred }
        return Settlement(
            state: taken ? .partial : .cancelled, at: at, phase: phase,
            recipients: recipients.map {
                Recipient(
                    address: $0.address, outcome: $0.outcome == .deferred ? .notAttempted : $0.outcome,
                    reply: $0.reply)
            },
            failure: taken ? nil : .cancelled, event: taken ? .partial : .cancelled,
            detail: Failure.endOfCancelled(isTakenForSome: taken),
            warnings: warnings
                + (taken ? open.map { Self.leftOut($0.address.text, because: "it was cancelled") } : []),
            conversation: conversation, isTry: isTry, accountPause: accountPause)
    }
}

extension Failure {
    static let cancelled = Failure(
        .cancelled, "It was cancelled before the final dot: nothing was delivered.",
        hint: "Send it again only when the user asks for it.")

    /// The event's detail.
    static func endOfCancelled(isTakenForSome: Bool) -> String {
        isTakenForSome ? "it was cancelled for those who did not have it yet" : cancelled.message
    }
}
