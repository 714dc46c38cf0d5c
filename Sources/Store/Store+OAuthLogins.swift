import GRDB
package import Mail

extension Store {
    /// The login of an account with OAuth; nil when it logs in otherwise.
    package func oauthLogin(of account: String) throws -> OAuthLogin? {
        try look { db in
            try db.first(
                """
                SELECT provider, client_id, authorization_url, device_url, token_url, scope, ca_file, generation,
                    issued_at, expires_at, renewing_since, lost
                FROM oauth_logins WHERE account = ?
                """, .text(account)
            ) { row in try OAuthLogin(row) }
        }
    }

    /// Notes that the refresh token is about to be sent, which a server may answer by taking it out of use.
    ///
    /// - Returns: false when the login is no longer of that generation.
    package func beginRenewal(of account: String, generation: Int, at now: Timestamp) async throws -> Bool {
        try await writer.write { db in
            try db.run(
                """
                UPDATE oauth_logins SET renewing_since = coalesce(renewing_since, ?)
                WHERE account = ? AND generation = ?
                """, .text(now.rfc3339), .text(account), .number(generation)) == 1
        }
    }

    /// Takes that note back, since the server has certainly not heard of it or has certainly refused to act on it.
    package func endRenewal(of account: String, generation: Int) async throws {
        try await writer.write { db in
            _ = try db.run(
                "UPDATE oauth_logins SET renewing_since = NULL WHERE account = ? AND generation = ?",
                .text(account), .number(generation))
        }
    }

    /// Keeps new tokens in place of those of `generation`, all or nothing.
    ///
    /// - Parameter secrets: the access token, and the refresh token where there is a new one.
    /// - Returns: false, and nothing is kept, when the account is gone or somebody signed in anew meanwhile.
    package func renewed(
        _ account: String, generation: Int, secrets: [SealedSecret], issuedAt: Timestamp, expiresAt: Timestamp
    ) async throws -> Bool {
        try await writer.write { db in
            let changed = try db.run(
                """
                UPDATE oauth_logins SET generation = generation + 1, issued_at = ?, expires_at = ?,
                    renewing_since = NULL, lost = NULL
                WHERE account = ? AND generation = ?
                """, .text(issuedAt.rfc3339), .text(expiresAt.rfc3339), .text(account), .number(generation))
            if changed == 0 { return false }
            for secret in secrets { try Self.put(secret, in: db) }
            return true
        }
    }

    /// Notes that only a person can bring the login back.
    package func lose(_ account: String, generation: Int, because reason: String) async throws {
        try await writer.write { db in
            _ = try db.run(
                "UPDATE oauth_logins SET lost = ?, renewing_since = NULL WHERE account = ? AND generation = ?",
                .text(reason), .text(account), .number(generation))
        }
    }

    /// Puts a login that a person has just made into the place of an account's last one.
    ///
    /// - Parameter secrets: all of its secrets; those of the last login go.
    /// - Returns: false when there is no such account, or it logs in otherwise.
    package func signedInAgain(
        _ account: String, _ login: OAuthLogin, secrets: [SealedSecret]
    ) async throws -> Bool {
        try await writer.write { db in
            let generation = try db.first(
                "SELECT generation FROM oauth_logins WHERE account = ?", .text(account)
            ) { $0.int(0) }
            guard let generation else { return false }
            try Self.put(login, of: account, generation: generation + 1, in: db)
            try db.run("DELETE FROM secrets WHERE owner = ? AND kind LIKE 'oauth.%'", .text(account))
            for secret in secrets { try Self.put(secret, in: db) }
            // Processes that run look into its mailbox again.
            try db.run("UPDATE account_changes SET number = number + 1")
            try Self.wakeMailbox(of: account, in: db)
            return true
        }
    }

    /// - Parameter login: nil takes what is there away.
    static func put(_ login: OAuthLogin?, of account: String, in db: Database) throws {
        let last = try db.first(
            "SELECT generation FROM oauth_logins WHERE account = ?", .text(account)
        ) { $0.int(0) }
        guard let login else {
            try db.run("DELETE FROM oauth_logins WHERE account = ?", .text(account))
            return
        }
        try put(login, of: account, generation: last.map { $0 + 1 } ?? login.firstGeneration, in: db)
    }

    private static func put(
        _ login: OAuthLogin, of account: String, generation: Int, in db: Database
    ) throws {
        try db.run(
            """
            INSERT OR REPLACE INTO oauth_logins (account, provider, client_id, authorization_url, device_url,
                token_url, scope, ca_file, generation, issued_at, expires_at, renewing_since, lost)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)
            """,
            .text(account), .text(login.provider), .text(login.clientID),
            .text(orNull: login.authorizationURL), .text(orNull: login.deviceURL), .text(login.tokenURL),
            .text(login.scope), .text(orNull: login.caFile), .number(generation),
            .text(login.issuedAt.rfc3339), .text(login.expiresAt.rfc3339))
    }

    private static func put(_ secret: SealedSecret, in db: Database) throws {
        try db.run(
            "INSERT OR REPLACE INTO secrets (owner, kind, sealed) VALUES (?, ?, ?)", .text(secret.owner),
            .text(secret.kind), .octets(secret.octets))
    }
}

extension OAuthLogin {
    /// The second of the sign-in: a renewal for an account that was removed and set up anew meanwhile finds no login of
    /// its generation.
    var firstGeneration: Int { max(1, Int(issuedAt.milliseconds / 1_000)) }

    fileprivate init(_ row: Columns) throws {
        self.init(
            provider: row.text(0), clientID: row.text(1), authorizationURL: row.text(orNull: 2),
            deviceURL: row.text(orNull: 3), tokenURL: row.text(4), scope: row.text(5),
            caFile: row.text(orNull: 6), generation: row.int(7), issuedAt: try row.requiredTime(8),
            expiresAt: try row.requiredTime(9), renewingSince: try row.time(10), lost: row.text(orNull: 11))
    }
}
