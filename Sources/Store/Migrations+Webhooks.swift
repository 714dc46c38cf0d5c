extension Migrations {
    // An event and what is to be told of it are written by one statement: the trigger runs inside of the INSERT, whoever
    // makes it. While nobody listens that costs a look at an empty index.
    static var webhooks: String {
        """
        CREATE TABLE webhooks (
            id TEXT NOT NULL PRIMARY KEY CHECK (id GLOB 'wh_?*'),
            url TEXT NOT NULL UNIQUE,
            -- Sealed under a key that is not in this file.
            secret BLOB NOT NULL,
            -- A JSON array of event types; empty for all.
            events TEXT NOT NULL DEFAULT '[]',
            -- 'record' hears what any process writes; 'process' only what processes write that name it in their settings.
            hears TEXT NOT NULL CHECK (\(one(of: "record process", "hears"))),
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            disabled_at TEXT CHECK (disabled_at GLOB '????-??-??T??:??:??.???Z'),
            disabled_because TEXT,
            CHECK ((disabled_at IS NULL) = (disabled_because IS NULL))
        ) STRICT;
        CREATE INDEX webhooks_listening ON webhooks (hears) WHERE disabled_at IS NULL;

        CREATE TABLE webhook_deliveries (
            number INTEGER PRIMARY KEY,
            webhook TEXT NOT NULL REFERENCES webhooks (id),
            -- Made from the send's id and the event's place, so it is the same however often it is tried.
            message_id TEXT NOT NULL CHECK (message_id GLOB 'msg_?*' AND message_id NOT GLOB '*.*'),
            send INTEGER NOT NULL REFERENCES sends (number),
            event INTEGER NOT NULL,
            type TEXT NOT NULL,
            -- As it was first sent.
            payload TEXT,
            created_at TEXT NOT NULL CHECK (created_at GLOB '????-??-??T??:??:??.???Z'),
            state TEXT NOT NULL DEFAULT 'pending' CHECK (\(one(of: "pending delivered dead", "state"))),
            due_at TEXT CHECK (due_at GLOB '????-??-??T??:??:??.???Z'),
            leased_until TEXT CHECK (leased_until GLOB '????-??-??T??:??:??.???Z'),
            -- Tries since it was made or replayed, and ever.
            attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
            claims INTEGER NOT NULL DEFAULT 0 CHECK (claims >= attempts),
            last_at TEXT CHECK (last_at GLOB '????-??-??T??:??:??.???Z'),
            last_status INTEGER CHECK (last_status BETWEEN 200 AND 999),
            last_error TEXT,
            settled_at TEXT CHECK (settled_at GLOB '????-??-??T??:??:??.???Z'),
            UNIQUE (webhook, message_id),
            CHECK ((state = 'pending') = (due_at IS NOT NULL)),
            CHECK ((state = 'pending') = (settled_at IS NULL)),
            CHECK (state = 'pending' OR leased_until IS NULL)
        ) STRICT;
        CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook, due_at, number) WHERE state = 'pending';
        CREATE INDEX webhook_deliveries_open ON webhook_deliveries (webhook, send, number) WHERE state = 'pending';
        CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE state <> 'pending';

        CREATE TRIGGER events_to_webhooks AFTER INSERT ON events
        WHEN EXISTS (SELECT 1 FROM webhooks WHERE disabled_at IS NULL AND hears = 'record')
        BEGIN
            \(deliveries(to: "w.hears = 'record'"));
        END;
        """
    }

    /// What a trigger on `events` does for the webhooks that a condition on `w` finds.
    static func deliveries(to condition: String) -> String {
        """
        INSERT OR IGNORE INTO webhook_deliveries (webhook, message_id, send, event, type, created_at, due_at)
        SELECT w.id, 'msg_' || replace(s.id, '-', '') || '_' || NEW.position, NEW.send, NEW.position, NEW.type,
            NEW.at, NEW.at
        FROM webhooks w JOIN sends s ON s.number = NEW.send
        WHERE w.disabled_at IS NULL AND \(condition)
            AND (w.events = '[]' OR EXISTS (SELECT 1 FROM json_each(w.events) WHERE value = NEW.type))
        """
    }
}
