import GRDB
import Mail

/// A send that a person had tried again although it may have arrived: until somebody is known to have it, nobody knows
/// whether it did, however the later attempts end.
extension Store {
    /// Recipients whose earlier attempt ended without a reply to the final dot, and who are not known to have it since.
    ///
    /// - Returns: their addresses, unread: also a damaged row must come to its end.
    func doubted(in number: Int64, in db: Database) throws -> [String] {
        try db.all(
            "SELECT address FROM recipients WHERE send = ? AND was_unconfirmed = 1 AND outcome NOT IN \(Self.taken) ORDER BY position",
            [.number(number)]
        ) { $0.text(0) }
    }

    /// Says of them what is true when the send has ended: they may have it.
    func markDoubted(in number: Int64, at now: Timestamp, in db: Database) throws {
        try db.run(
            """
            UPDATE recipients SET outcome = 'unconfirmed', at = ?
            WHERE send = ? AND was_unconfirmed = 1 AND outcome NOT IN \(Self.taken)
            """, .text(now.rfc3339), .number(number))
    }

    /// The settlement as it is true of a send that may have arrived before.
    func weighed(_ settlement: Settlement, of number: Int64, in db: Database) throws -> Settlement {
        if !settlement.mayHideDoubt { return settlement }
        let doubted = try doubted(in: number, in: db).filter { address in
            !settlement.recipients.contains { $0.address.text == address && $0.outcome == .accepted }
        }
        return doubted.isEmpty ? settlement : settlement.doubting(doubted)
    }
}

extension SendState {
    /// True for an end that says, of somebody at least, that the message was not delivered.
    var mayHideDoubt: Bool { self == .partial || status == .failed && self != .unconfirmed }

    /// How it came to such an end, as a clause behind `and then`.
    fileprivate var afterDoubt: String {
        switch self {
        case .cancelled: "it was cancelled"
        case .expired: "the give-up time passed"
        default: "it was not taken either when it was tried again"
        }
    }
}

extension Settlement {
    fileprivate var mayHideDoubt: Bool { state.mayHideDoubt }

    fileprivate func doubting(_ doubted: [String]) -> Settlement {
        let outcomes = recipients.map {
            doubted.contains($0.address.text)
                ? Recipient(address: $0.address, outcome: .unconfirmed, reply: $0.reply) : $0
        }
        if state == .partial {
            let known = warnings.filter { warning in
                !doubted.contains { warning.hasPrefix("\($0) did not get it") }
            }
            return Settlement(
                state: state, at: at, phase: phase, recipients: outcomes, failure: failure, event: event,
                detail: detail,
                warnings: known + doubted.map { Self.doubt(about: $0, because: Failure.noReplyBefore) },
                conversation: conversation, isTry: isTry, accountPause: accountPause)
        }
        return Settlement(
            state: .unconfirmed, at: at, phase: phase, recipients: outcomes,
            failure: .unconfirmed(thenEndedAs: state), event: .unconfirmed,
            detail: detail ?? failure?.message, conversation: conversation, isTry: isTry,
            accountPause: accountPause)
    }
}

extension Failure {
    static let noReplyBefore = "an earlier attempt ended without a reply to its final dot"

    /// - Parameter state: in which it would have ended, had there been no doubt.
    static func unconfirmed(thenEndedAs state: SendState) -> Failure {
        .unconfirmed(because: "\(noReplyBefore), and then \(state.afterDoubt)")
    }
}
