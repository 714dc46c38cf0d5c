import GRDB
package import Mail

extension Store {
    /// Keeps an address from being written to; it holds for every account and from the next statement on.
    ///
    /// - Returns: false when it was suppressed already; the earlier reason stays.
    @discardableResult
    package func suppress(_ suppression: Suppression) async throws -> Bool {
        try await writer.write { db in try suppress(suppression, in: db) }
    }

    /// The same within a transaction that says more.
    @discardableResult
    func suppress(_ suppression: Suppression, in db: Database) throws -> Bool {
        try db.run(
            """
            INSERT INTO suppressions (address, shown, status, reason, since, send)
            VALUES (?, ?, ?, ?, ?, (SELECT number FROM sends WHERE id = ?))
            ON CONFLICT (address) DO NOTHING
            """, .text(suppression.address.caseless), .text(suppression.address.text),
            .text(orNull: suppression.status?.description), .text(suppression.reason),
            .text(suppression.since.rfc3339), .text(orNull: suppression.send?.text)) == 1
    }

    /// Lets an address be written to again.
    ///
    /// - Returns: false when it was not suppressed.
    package func lift(_ address: Address) async throws -> Bool {
        try await writer.write { db in
            try db.run("DELETE FROM suppressions WHERE address = ?", .text(address.caseless)) == 1
        }
    }

    /// All suppressed addresses, the oldest suppression first.
    package func suppressions() throws -> [Suppression] {
        try look { db in
            try db.all(Suppression.select + " ORDER BY x.since, x.address", [], read: Suppression.init(row:))
        }
    }

    /// Why an address is not written to; nil when it may be.
    package func suppression(of address: Address) throws -> Suppression? {
        try look { db in try suppression(of: address, in: db) }
    }

    func suppression(of address: Address, in db: Database) throws -> Suppression? {
        try db.first(
            Suppression.select + " WHERE x.address = ?", .text(address.caseless),
            read: Suppression.init(row:))
    }

    /// The recipients of a send that do not have it and are suppressed, in the caller's order.
    func suppressed(
        among number: Int64, in db: Database
    ) throws -> [(address: Address, suppression: Suppression)] {
        // CROSS JOIN begins with the recipients; lower() is what `Address.caseless` is.
        try db.all(
            """
            SELECT x.shown, x.status, x.reason, x.since, s.id, r.address
            FROM recipients r CROSS JOIN suppressions x ON x.address = lower(r.address)
                LEFT JOIN sends s ON s.number = x.send
            WHERE r.send = ? AND r.outcome <> 'accepted' ORDER BY r.position
            """, [.number(number)]
        ) { (try $0.address(5), try Suppression(row: $0)) }
    }
}

extension Suppression {
    fileprivate static let select = """
        SELECT x.shown, x.status, x.reason, x.since, s.id
        FROM suppressions x LEFT JOIN sends s ON s.number = x.send
        """

    fileprivate init(row: Columns) throws {
        self.init(
            address: try row.address(0),
            status: row.text(orNull: 1).flatMap(EnhancedStatusCode.init(parsing:)), reason: row.text(2),
            since: try row.requiredTime(3), send: row.isNull(4) ? nil : try row.sendID(4))
    }
}
