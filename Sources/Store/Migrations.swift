import GRDB

/// The tables, as they came to be: append-only, a published migration never changes.
enum Migrations {
    static var all: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: the record of sends") { db in try db.execute(sql: first) }
        migrator.registerMigration("guard: suppressed addresses") { db in try db.execute(sql: suppressions) }
        migrator.registerMigration("webhooks") { db in try db.execute(sql: webhooks) }
        migrator.registerMigration("accounts: mailboxes that a person set up") { db in
            try db.execute(sql: accounts)
        }
        migrator.registerMigration("mailbox: what came back") { db in try db.execute(sql: mailbox) }
        migrator.registerMigration("box: mailboxes of stored accounts") { db in try db.execute(sql: inboxes) }
        migrator.registerMigration("oauth: logins that are renewed") { db in try db.execute(sql: oauth) }
        migrator.registerMigration("doubt: what may have arrived stays so") { db in
            try db.execute(sql: doubt)
        }
        migrator.registerMigration("caseless: a recipient in any spelling") { db in
            try db.execute(sql: caselessRecipients)
        }
        return migrator
    }

    /// `column = 'a' OR column = 'b' …`: for IN with more than two words SQLite builds a table each time a row is
    /// checked, which was a fifth of the cost of recording a send.
    static func one(of words: String, _ column: String) -> String {
        "(" + words.split(separator: " ").map { "\(column) = '\($0)'" }.joined(separator: " OR ") + ")"
    }

    // Times are RFC 3339 text in UTC with milliseconds: they sort as text and an operator can read them.
    // The CHECKs repeat what the code promises, so that no other program can break it unseen.
    private static var first: String {
        """
        CREATE TABLE accounts (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (\(one(of: "smtp sandbox", "kind"))),
            server TEXT NOT NULL,
            username TEXT,
            sender TEXT NOT NULL,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            paused_at TEXT CHECK (paused_at GLOB '????-??-??T??:??:??.???Z'),
            paused_until TEXT CHECK (paused_until GLOB '????-??-??T??:??:??.???Z'),
            pause TEXT,
            CHECK ((paused_until IS NULL) = (pause IS NULL)),
            CHECK ((paused_until IS NULL) = (paused_at IS NULL))
        ) STRICT;

        CREATE TABLE workers (
            id TEXT NOT NULL PRIMARY KEY,
            pid INTEGER NOT NULL,
            host TEXT NOT NULL,
            boot_id TEXT NOT NULL,
            started_at TEXT NOT NULL CHECK (started_at GLOB '????-??-??T??:??:??.???Z'),
            heartbeat_at TEXT NOT NULL CHECK (heartbeat_at GLOB '????-??-??T??:??:??.???Z'),
            heartbeat_uptime REAL NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE states (
            state TEXT NOT NULL PRIMARY KEY,
            status TEXT NOT NULL CHECK (\(one(of: "queued sent failed", "status"))),
            UNIQUE (state, status)
        ) STRICT;
        INSERT INTO states (state, status) VALUES
            ('ready', 'queued'), ('scheduled', 'queued'), ('held', 'queued'), ('sending', 'queued'),
            ('deferred', 'queued'), ('accepted', 'sent'), ('partial', 'sent'), ('rejected', 'failed'),
            ('expired', 'failed'), ('cancelled', 'failed'), ('denied', 'failed'), ('unconfirmed', 'failed');

        CREATE TABLE moves (
            from_state TEXT NOT NULL REFERENCES states (state),
            to_state TEXT NOT NULL REFERENCES states (state),
            PRIMARY KEY (from_state, to_state)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO moves (from_state, to_state) VALUES
            ('ready', 'sending'), ('ready', 'held'), ('ready', 'cancelled'), ('ready', 'expired'),
            ('ready', 'partial'),
            ('scheduled', 'sending'), ('scheduled', 'held'), ('scheduled', 'cancelled'), ('scheduled', 'expired'),
            ('deferred', 'sending'), ('deferred', 'held'), ('deferred', 'cancelled'), ('deferred', 'expired'),
            ('deferred', 'partial'),
            ('held', 'ready'), ('held', 'scheduled'), ('held', 'denied'), ('held', 'cancelled'), ('held', 'expired'),
            ('sending', 'ready'), ('sending', 'held'), ('sending', 'deferred'), ('sending', 'accepted'),
            ('sending', 'partial'), ('sending', 'rejected'), ('sending', 'expired'), ('sending', 'cancelled'),
            ('sending', 'unconfirmed'),
            ('unconfirmed', 'accepted'), ('unconfirmed', 'partial'),
            ('rejected', 'ready'), ('expired', 'ready'), ('cancelled', 'ready'), ('denied', 'ready'),
            ('unconfirmed', 'ready');

        CREATE TABLE sends (
            -- The millisecond of the id and a count within it: the order of every list, and what other tables refer to.
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
            account_id TEXT NOT NULL REFERENCES accounts (id),
            is_sandbox INTEGER NOT NULL CHECK (is_sandbox = 0 OR is_sandbox = 1),
            -- Unique because it begins with the id.
            message_id TEXT NOT NULL CHECK (message_id GLOB '<' || id || '@?*>'),
            from_addr TEXT NOT NULL,
            to_addr TEXT NOT NULL,
            subject TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size > 0),
            status TEXT NOT NULL CHECK (\(one(of: "queued sent failed", "status"))),
            state TEXT NOT NULL,
            delivery TEXT NOT NULL DEFAULT 'unknown'
                CHECK (\(one(of: "unknown in_sent_folder delivered delayed bounced", "delivery"))),
            error TEXT,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            scheduled_for TEXT CHECK (scheduled_for GLOB '????-??-??T??:??:??.???Z'),
            sent_at TEXT CHECK (sent_at GLOB '????-??-??T??:??:??.???Z'),
            next_attempt_at TEXT CHECK (next_attempt_at GLOB '????-??-??T??:??:??.???Z'),
            give_up_at TEXT NOT NULL CHECK (give_up_at GLOB '????-??-??T??:??:??.???Z'),
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            tries INTEGER NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND attempts),
            owner TEXT REFERENCES workers (id),
            cancel_requested_at TEXT CHECK (cancel_requested_at GLOB '????-??-??T??:??:??.???Z'),
            idempotency_key TEXT CHECK (length(idempotency_key) BETWEEN 1 AND 256),
            request TEXT NOT NULL,
            content_digest TEXT NOT NULL,
            reverse_path TEXT NOT NULL,
            tags TEXT NOT NULL DEFAULT '[]',
            metadata TEXT NOT NULL DEFAULT '{}',
            warnings TEXT NOT NULL DEFAULT '[]',
            FOREIGN KEY (state, status) REFERENCES states (state, status),
            CHECK ((status = 'failed') <= (error IS NOT NULL)),
            CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
            CHECK (status <> 'sent' OR error IS NULL),
            CHECK ((state = 'sending') = (owner IS NOT NULL)),
            CHECK ((\(one(of: "ready scheduled deferred", "state"))) = (next_attempt_at IS NOT NULL)),
            CHECK (state <> 'scheduled' OR scheduled_for IS NOT NULL),
            CHECK (cancel_requested_at IS NULL OR NOT \(one(of: "ready scheduled deferred held", "state")))
        ) STRICT;
        -- Behind its columns an index is in the order of the number.
        CREATE INDEX sends_by_status ON sends (status);
        CREATE INDEX sends_by_account ON sends (account_id);
        CREATE INDEX sends_by_content ON sends (content_digest);
        CREATE UNIQUE INDEX sends_by_key ON sends (is_sandbox, idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE INDEX sends_due ON sends (account_id, next_attempt_at, number, give_up_at) WHERE next_attempt_at IS NOT NULL;
        CREATE INDEX sends_held ON sends (give_up_at) WHERE state = 'held';
        CREATE INDEX sends_owned ON sends (owner) WHERE owner IS NOT NULL;

        CREATE TRIGGER sends_move BEFORE UPDATE OF state ON sends
        WHEN OLD.state <> NEW.state
            AND NOT EXISTS (SELECT 1 FROM moves WHERE from_state = OLD.state AND to_state = NEW.state)
        BEGIN
            SELECT RAISE(ABORT, 'a send may not make this move');
        END;
        CREATE TABLE mail_data (
            send INTEGER PRIMARY KEY REFERENCES sends (number),
            octets BLOB NOT NULL
        ) STRICT;

        CREATE TABLE recipients (
            send INTEGER NOT NULL REFERENCES sends (number),
            position INTEGER NOT NULL CHECK (position >= 0),
            kind TEXT NOT NULL CHECK (\(one(of: "to cc bcc", "kind"))),
            address TEXT NOT NULL,
            display_name TEXT,
            outcome TEXT NOT NULL DEFAULT 'pending' CHECK (\(one(of: "pending accepted deferred rejected unconfirmed not_attempted bounced delivered", "outcome"))),
            reply_code INTEGER CHECK (reply_code BETWEEN 200 AND 599),
            reply_enhanced TEXT,
            reply_phase TEXT,
            reply_text TEXT,
            at TEXT CHECK (at GLOB '????-??-??T??:??:??.???Z'),
            PRIMARY KEY (send, position),
            CHECK ((reply_code IS NULL) = (reply_text IS NULL)),
            CHECK ((reply_code IS NULL) = (reply_phase IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX recipients_by_address ON recipients (address, send);

        CREATE TABLE attempts (
            send INTEGER NOT NULL REFERENCES sends (number),
            number INTEGER NOT NULL CHECK (number >= 1),
            owner TEXT NOT NULL,
            started_at TEXT NOT NULL CHECK (started_at GLOB '????-??-??T??:??:??.???Z'),
            at_final_dot_at TEXT CHECK (at_final_dot_at GLOB '????-??-??T??:??:??.???Z'),
            ended_at TEXT CHECK (ended_at GLOB '????-??-??T??:??:??.???Z'),
            phase TEXT CHECK (\(one(of: "resolve connect tls greeting ehlo auth mail rcpt data body final_dot done", "phase"))),
            conversation TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (send, number)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events (
            send INTEGER NOT NULL REFERENCES sends (number),
            position INTEGER NOT NULL CHECK (position >= 1),
            at TEXT NOT NULL CHECK (at GLOB '????-??-??T??:??:??.???Z'),
            type TEXT NOT NULL CHECK (\(one(of: "created deduplicated scheduled held approved denied attempt_started released retried deferred accepted partial rejected unconfirmed reconciled expired cancelled sent_copy_saved sent_copy_found delivered delayed bounced replied", "type"))),
            detail TEXT,
            PRIMARY KEY (send, position)
        ) STRICT, WITHOUT ROWID;
        """
    }

    private static var suppressions: String {
        """
        CREATE TABLE suppressions (
            -- What is compared: a shifted letter must not be a way around it.
            address TEXT NOT NULL PRIMARY KEY CHECK (address = lower(shown)),
            shown TEXT NOT NULL,
            -- Of a bounce, and only of one that says that there is nobody; NULL where a person added it.
            status TEXT CHECK (\(one(of: "5.1.1 5.1.2 5.1.3", "status"))),
            reason TEXT NOT NULL,
            since TEXT NOT NULL CHECK (since GLOB '????-??-??T??:??:??.???Z'),
            send INTEGER REFERENCES sends (number)
        ) STRICT, WITHOUT ROWID;
        """
    }

    /// Who looks for `ada@` means `Ada@` too.
    private static var caselessRecipients: String {
        """
        DROP INDEX recipients_by_address;
        CREATE INDEX recipients_by_address ON recipients (address COLLATE NOCASE, send);
        """
    }

    /// What is known from an account's mailbox.
    private static var mailbox: String {
        """
        -- How far the inbox was read, in the reader's words; who looks into it now; when somebody last did.
        ALTER TABLE accounts ADD COLUMN mailbox_cursor TEXT;
        ALTER TABLE accounts ADD COLUMN mailbox_lease TEXT;
        ALTER TABLE accounts ADD COLUMN mailbox_lease_until TEXT
            CHECK (mailbox_lease_until GLOB '????-??-??T??:??:??.???Z');
        ALTER TABLE accounts ADD COLUMN mailbox_checked_at TEXT
            CHECK (mailbox_checked_at GLOB '????-??-??T??:??:??.???Z');
        -- The last delivery report about a recipient, as JSON.
        ALTER TABLE recipients ADD COLUMN report TEXT;
        -- 1 where a machine answered; NULL for every event but `replied`.
        ALTER TABLE events ADD COLUMN is_automatic INTEGER CHECK (is_automatic = 0 OR is_automatic = 1);
        -- What was seen, so that nothing counts twice: `copy`, `answer <id>`, `bounced name`.
        CREATE TABLE evidence (
            send INTEGER NOT NULL REFERENCES sends (number),
            mark TEXT NOT NULL CHECK (length(mark) BETWEEN 1 AND 1000),
            PRIMARY KEY (send, mark)
        ) STRICT, WITHOUT ROWID;
        """
    }
}
