import GRDB
import Mail

/// Where a send stands at this moment, as far as a write has to know.
struct Standing {
    let number: Int64
    let state: SendState
    let owner: String?
    let attempts: Int
    let isCancelRequested: Bool

    /// True while the attempt of this claim is the one under way.
    func isOpen(for claim: Claim) -> Bool {
        state == .sending && owner == claim.owner && attempts == claim.attempt
    }
}

extension Store {
    func standing(of id: SendID, in db: Database) throws -> Standing? {
        try db.first(
            "SELECT number, state, owner, attempts, cancel_requested_at FROM sends WHERE id = ?",
            .text(id.text)
        ) { row in
            Standing(
                number: row.number(0), state: try row.word(1, SendState.self), owner: row.text(orNull: 2),
                attempts: row.int(3), isCancelRequested: !row.isNull(4))
        }
    }
}
