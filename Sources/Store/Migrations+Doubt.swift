extension Migrations {
    /// What may have arrived stays so when a person has it tried again; a retried send keeps a time that is still to come.
    static var doubt: String {
        """
        -- 1 from the moment that a recipient whose outcome was `unconfirmed` is tried again.
        ALTER TABLE recipients ADD COLUMN was_unconfirmed INTEGER CHECK (was_unconfirmed = 1);
        INSERT INTO moves (from_state, to_state) VALUES
            ('ready', 'unconfirmed'), ('deferred', 'unconfirmed'),
            ('expired', 'scheduled'), ('cancelled', 'scheduled'), ('denied', 'scheduled');
        -- What was recorded long before it left is looked for by its own time.
        CREATE INDEX sends_scheduled ON sends (account_id, scheduled_for) WHERE scheduled_for IS NOT NULL;
        """
    }
}
