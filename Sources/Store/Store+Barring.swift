import GRDB
package import Mail

/// Why an address may not be written to from an account (its id) any more; nil when it may.
package typealias Denial = @Sendable (_ account: String, _ address: Address) -> Failure?

/// What came of taking sends that are due.
package struct Claiming: Sendable, Hashable {
    /// With an attempt begun for each.
    package let claims: [Claim]
    /// What ended instead: nobody is left that may be written to, or its record cannot be read.
    package let ended: [SendID: SendState]
}

extension Store {
    /// The claim without the recipients that were suppressed or denied since the send was recorded; nil when nobody is
    /// left, and then its send has ended.
    func barred(_ claim: Claim, _ denial: Denial?, at now: Timestamp, in db: Database) throws -> Claim? {
        var reasons: [(address: Address, failure: Failure)] = []
        for (address, suppression) in try suppressed(among: claim.number, in: db)
        where claim.forwardPaths.contains(address) {
            reasons.append((address, .suppressed(address, suppression)))
        }
        if let denial {
            for address in claim.forwardPaths where !reasons.contains(where: { $0.address == address }) {
                if let failure = denial(claim.accountID, address) { reasons.append((address, failure)) }
            }
        }
        guard let first = reasons.first else { return claim }
        for (address, _) in reasons {
            try db.run(
                "UPDATE recipients SET outcome = 'not_attempted', at = ? WHERE send = ? AND address = ?",
                .text(now.rfc3339), .number(claim.number), .text(address.text))
        }
        let doubted = try doubted(in: claim.number, in: db)
        let warnings = reasons.map { address, failure in
            doubted.contains(address.text)
                ? Settlement.doubt(about: address.text, because: Failure.noReplyBefore)
                : Settlement.leftOut(address.text, because: "\(failure.message) \(failure.hint)")
        }
        try db.run(
            "UPDATE sends SET warnings = ? WHERE number = ?",
            .text(try merged(warnings, into: claim.number, in: db)), .number(claim.number))
        if let rest = claim.without(reasons.map(\.address)) { return rest }
        // No attempt was made.
        try db.run(
            "UPDATE sends SET attempts = attempts - 1 WHERE number = ?", .number(claim.number))
        let isTaken = claim.settledOutcomes.contains(.accepted)
        try end(
            claim.number, isTaken ? .partial : .rejected, isTaken ? nil : first.failure,
            detail: first.failure.message, because: "it may not be written to", at: now, in: db)
        return nil
    }
}
