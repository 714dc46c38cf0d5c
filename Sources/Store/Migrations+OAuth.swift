extension Migrations {
    /// Accounts that log in with OAuth 2.0; their tokens stand in `secrets`.
    static var oauth: String {
        """
        CREATE TABLE oauth_logins (
            account TEXT NOT NULL PRIMARY KEY REFERENCES configured_accounts (id) ON DELETE CASCADE,
            provider TEXT NOT NULL CHECK (provider = 'google' OR provider = 'microsoft' OR provider = 'custom'),
            client_id TEXT NOT NULL,
            authorization_url TEXT,
            device_url TEXT,
            token_url TEXT NOT NULL,
            scope TEXT NOT NULL,
            ca_file TEXT,
            -- One more with each token that is kept: who renews sees whether somebody else already has.
            generation INTEGER NOT NULL CHECK (generation >= 1),
            issued_at TEXT NOT NULL CHECK (issued_at GLOB '????-??-??T??:??:??.???Z'),
            expires_at TEXT NOT NULL CHECK (expires_at GLOB '????-??-??T??:??:??.???Z'),
            -- Set while the refresh token is on its way and its successor is not here yet.
            renewing_since TEXT CHECK (renewing_since GLOB '????-??-??T??:??:??.???Z'),
            -- Why a person has to sign in again.
            lost TEXT
        ) STRICT, WITHOUT ROWID;
        """
    }
}
