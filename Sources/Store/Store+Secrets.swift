import GRDB

extension Store {
    /// One sealed secret; nil when there is none.
    package func secret(of owner: String, _ kind: String) throws -> SealedSecret? {
        try look { db in
            try db.first(
                "SELECT sealed FROM secrets WHERE owner = ? AND kind = ?", .text(owner), .text(kind)
            ) { SealedSecret(owner: owner, kind: kind, octets: $0.octets(0)) }
        }
    }

    /// Every sealed secret, those of webhooks too.
    package func secrets() throws -> [SealedSecret] { try look { db in try Self.secrets(in: db) } }

    /// Replaces every sealed secret in one transaction, all or none.
    ///
    /// - Parameter change: the new octets of each; what it throws leaves all as they were. It may run a second time.
    /// - Returns: how many there are.
    package func reseal(
        _ change: @escaping @Sendable (SealedSecret) throws -> [UInt8]
    ) async throws -> Int {
        try await writer.write { db in
            let secrets = try Self.secrets(in: db)
            for secret in secrets {
                let octets = Parameter.octets(try change(secret))
                if secret.kind == SealedSecret.webhook {
                    try db.run("UPDATE webhooks SET secret = ? WHERE id = ?", octets, .text(secret.owner))
                } else {
                    try db.run(
                        "UPDATE secrets SET sealed = ? WHERE owner = ? AND kind = ?", octets,
                        .text(secret.owner), .text(secret.kind))
                }
            }
            return secrets.count
        }
    }

    private static func secrets(in db: Database) throws -> [SealedSecret] {
        try db.all(
            """
            SELECT owner, kind, sealed FROM secrets
            UNION ALL SELECT id, '\(SealedSecret.webhook)', secret FROM webhooks WHERE length(secret) > 0 ORDER BY 1, 2
            """, []
        ) {
            SealedSecret(owner: $0.text(0), kind: $0.text(1), octets: $0.octets(2))
        }
    }
}
