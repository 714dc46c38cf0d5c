extension Migrations {
    /// What `envelope accounts` keeps. The table `accounts` is another thing: what sends belonged to, for ever.
    static var accounts: String {
        """
        CREATE TABLE configured_accounts (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 320),
            sender TEXT NOT NULL,
            host TEXT NOT NULL,
            port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
            security TEXT NOT NULL CHECK (security = 'tls' OR security = 'starttls' OR security = 'plain'),
            username TEXT,
            proof TEXT CHECK (proof = 'password' OR proof = 'token'),
            secret_place TEXT CHECK (secret_place = 'sealed' OR secret_place = 'file' OR secret_place = 'command'),
            -- The file or the command; a sealed secret stands in its own table.
            secret_reference TEXT,
            is_default INTEGER NOT NULL CHECK (is_default = 0 OR is_default = 1),
            imap_url TEXT,
            ca_file TEXT,
            public_key TEXT CHECK (public_key GLOB 'sha256//*'),
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            CHECK ((username IS NULL) = (proof IS NULL)),
            CHECK ((proof IS NULL) = (secret_place IS NULL)),
            CHECK ((secret_place IS NULL OR secret_place = 'sealed') = (secret_reference IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX configured_accounts_default ON configured_accounts (is_default) WHERE is_default = 1;

        -- Sealed by AES-GCM under a key that is not in this file.
        CREATE TABLE secrets (
            owner TEXT NOT NULL,
            kind TEXT NOT NULL,
            sealed BLOB NOT NULL CHECK (length(sealed) > 37),
            PRIMARY KEY (owner, kind)
        ) STRICT, WITHOUT ROWID;
        """
    }

    /// How a stored account's mailbox is read where it is not as the account sends, and a number that grows with every
    /// change of the accounts: a process that serves them asks for that alone.
    static var inboxes: String {
        """
        ALTER TABLE configured_accounts ADD COLUMN imap_username TEXT;
        ALTER TABLE configured_accounts ADD COLUMN imap_proof TEXT
            CHECK (imap_proof = 'password' OR imap_proof = 'token');
        ALTER TABLE configured_accounts ADD COLUMN imap_place TEXT
            CHECK ((imap_place IS NULL) = (imap_proof IS NULL)
                AND (imap_place = 'sealed' OR imap_place = 'file' OR imap_place = 'command'));
        ALTER TABLE configured_accounts ADD COLUMN imap_reference TEXT
            CHECK ((imap_place IS NULL OR imap_place = 'sealed') = (imap_reference IS NULL));
        ALTER TABLE configured_accounts ADD COLUMN imap_ca_file TEXT;
        ALTER TABLE configured_accounts ADD COLUMN imap_public_key TEXT CHECK (imap_public_key GLOB 'sha256//*');
        ALTER TABLE configured_accounts ADD COLUMN sent_copy TEXT
            CHECK (sent_copy = 'auto' OR sent_copy = 'always' OR sent_copy = 'never');

        CREATE TABLE account_changes (number INTEGER NOT NULL) STRICT;
        INSERT INTO account_changes VALUES (0);
        CREATE TRIGGER account_added AFTER INSERT ON configured_accounts
            BEGIN UPDATE account_changes SET number = number + 1; END;
        CREATE TRIGGER account_changed AFTER UPDATE ON configured_accounts
            BEGIN UPDATE account_changes SET number = number + 1; END;
        CREATE TRIGGER account_removed AFTER DELETE ON configured_accounts
            BEGIN UPDATE account_changes SET number = number + 1; END;
        """
    }
}
