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
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT number, state, owner, attempts, cancel_requested_at FROM sends WHERE id = ?"),
            arguments: [id.text])
        guard let row else { return nil }
        return Standing(
            number: row["number"], state: try row.word("state", SendState.self), owner: row["owner"],
            attempts: row["attempts"],
            isCancelRequested: row["cancel_requested_at"] != nil)
    }
}
