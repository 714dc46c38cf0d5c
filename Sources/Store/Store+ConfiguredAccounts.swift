import GRDB
import Mail

extension Store {
    /// The accounts that were set up: the default one first, then in the order in which they came.
    package func configuredAccounts() throws -> [ConfiguredAccount] {
        try look { db in
            try db.all(
                """
                SELECT id, name, sender, host, port, security, username, proof, secret_place, secret_reference,
                    is_default, imap_url, ca_file, public_key, created_at, imap_username, imap_proof, imap_place,
                    imap_reference, imap_ca_file, imap_public_key, sent_copy,
                    EXISTS (SELECT 1 FROM oauth_logins o WHERE o.account = configured_accounts.id)
                FROM configured_accounts ORDER BY is_default DESC, created_at, id
                """, []
            ) { row in try ConfiguredAccount(row) }
        }
    }

    /// Keeps an account, instead of the one with the same id if there is one, together with its sealed secrets.
    ///
    /// The first account becomes the default; one that asks to be it takes that from the other.
    ///
    /// - Parameter oauth: with `.oauth` as the place of its proof.
    package func keep(
        _ account: ConfiguredAccount, secrets: [SealedSecret], oauth: OAuthLogin? = nil
    ) async throws {
        try await writer.write { db in
            if account.isDefault { try db.run("UPDATE configured_accounts SET is_default = 0") }
            try db.run("DELETE FROM secrets WHERE owner = ?", .text(account.id))
            try db.run(
                """
                INSERT INTO configured_accounts (id, name, sender, host, port, security, username, proof,
                    secret_place, secret_reference, imap_url, ca_file, public_key, created_at, imap_username,
                    imap_proof, imap_place, imap_reference, imap_ca_file, imap_public_key, sent_copy, is_default)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                    ?21, ?22 OR NOT EXISTS (SELECT 1 FROM configured_accounts WHERE is_default = 1))
                ON CONFLICT (id) DO UPDATE SET name = ?2, sender = ?3, host = ?4, port = ?5, security = ?6,
                    username = ?7, proof = ?8, secret_place = ?9, secret_reference = ?10, imap_url = ?11,
                    ca_file = ?12, public_key = ?13, imap_username = ?15, imap_proof = ?16, imap_place = ?17,
                    imap_reference = ?18, imap_ca_file = ?19, imap_public_key = ?20, sent_copy = ?21,
                    is_default = max(is_default, ?22)
                """,
                account.parameters + [.number(account.isDefault ? 1 : 0)])
            try Self.put(oauth, of: account.id, in: db)
            try Self.wakeMailbox(of: account.id, in: db)
            for secret in secrets {
                try db.run(
                    "INSERT INTO secrets (owner, kind, sealed) VALUES (?, ?, ?)", .text(secret.owner),
                    .text(secret.kind), .octets(secret.octets))
            }
        }
    }

    /// Forgets an account and its secrets; what was sent from it stays on record. The oldest one left becomes the
    /// default when it was.
    ///
    /// - Returns: how many of its sends wait, which nobody sends any more; nil when there is no such account.
    package func removeConfiguredAccount(_ id: String) async throws -> Int? {
        try await writer.write { db in
            try db.run("DELETE FROM secrets WHERE owner = ?", .text(id))
            if try db.run("DELETE FROM configured_accounts WHERE id = ?", .text(id)) == 0 { return nil }
            try db.run(
                """
                UPDATE configured_accounts SET is_default = 1
                WHERE id = (SELECT id FROM configured_accounts ORDER BY created_at, id LIMIT 1)
                    AND NOT EXISTS (SELECT 1 FROM configured_accounts WHERE is_default = 1)
                """)
            return try db.first(
                "SELECT count(*) FROM sends WHERE account_id = ? AND status = 'queued'", .text(id)
            ) { $0.int(0) } ?? 0
        }
    }

    /// A number that grows with every change of these accounts, and with every pause of one that a person ended.
    package func accountChanges() throws -> Int64 {
        try look { db in try db.first("SELECT number FROM account_changes", []) { $0.number(0) } ?? 0 }
    }

    /// - Returns: false when there is no such account.
    package func makeDefault(_ id: String) async throws -> Bool {
        try await writer.write { db in
            guard
                try db.first("SELECT 1 FROM configured_accounts WHERE id = ?", .text(id), read: { _ in true })
                    != nil
            else { return false }
            try db.run("UPDATE configured_accounts SET is_default = 0 WHERE is_default = 1")
            try db.run("UPDATE configured_accounts SET is_default = 1 WHERE id = ?", .text(id))
            return true
        }
    }
}

extension ConfiguredAccount {
    fileprivate init(_ row: Columns) throws {
        let sender: Mailbox
        do {
            sender = try Mailbox(parsing: row.text(2))
        } catch {
            throw StoreError.corrupt("an account's sender should stand here: \(row.text(2).prefix(80))")
        }
        self.init(
            id: row.text(0), name: row.text(1), sender: sender, host: row.text(3), port: row.int(4),
            security: try row.word(5, Security.self), login: try Login(row), isDefault: row.number(10) == 1,
            imapURL: row.text(orNull: 11), caFile: row.text(orNull: 12), publicKey: row.text(orNull: 13),
            createdAt: try row.requiredTime(14))
        inbox = try Inbox(row)
    }

    /// In the order of the columns.
    fileprivate var parameters: [Parameter] {
        let (place, reference) = Login.Place.words(login?.place)
        let (inboxPlace, inboxReference) = Login.Place.words(inbox.place)
        return [
            .text(id), .text(name), .text(sender.text), .text(host), .number(port), .text(security.rawValue),
            .text(orNull: login?.username), .text(orNull: login?.proof.rawValue), .text(orNull: place),
            .text(orNull: reference), .text(orNull: imapURL), .text(orNull: caFile), .text(orNull: publicKey),
            .text(createdAt.rfc3339), .text(orNull: inbox.username), .text(orNull: inbox.proof?.rawValue),
            .text(orNull: inboxPlace), .text(orNull: inboxReference), .text(orNull: inbox.caFile),
            .text(orNull: inbox.publicKey), .text(orNull: inbox.sentCopy),
        ]
    }
}

extension ConfiguredAccount.Login {
    fileprivate init?(_ row: Columns) throws {
        if row.isNull(6) { return nil }
        self.init(
            username: row.text(6), proof: try row.word(7, Proof.self),
            place: row.int(22) == 1 ? .oauth : try Place(row, 8))
    }
}

extension ConfiguredAccount.Login.Place {
    /// - Parameter column: of the place, before that of the file or the command.
    fileprivate init(_ row: Columns, _ column: Int32) throws {
        switch row.text(column) {
        case "sealed": self = .sealed
        case "file": self = .file(row.text(column + 1))
        case "command": self = .command(row.text(column + 1))
        default: throw StoreError.corrupt("an account's secret has an unknown place")
        }
    }

    /// What stands in the two columns.
    fileprivate static func words(_ place: Self?) -> (place: String?, reference: String?) {
        switch place {
        case nil: (nil, nil)
        case .sealed?, .oauth?: ("sealed", nil)
        case .file(let path)?: ("file", path)
        case .command(let line)?: ("command", line)
        }
    }
}

extension ConfiguredAccount.Inbox {
    fileprivate init(_ row: Columns) throws {
        self.init()
        username = row.text(orNull: 15)
        if !row.isNull(16) {
            proof = try row.word(16, ConfiguredAccount.Login.Proof.self)
            place = try ConfiguredAccount.Login.Place(row, 17)
        }
        caFile = row.text(orNull: 19)
        publicKey = row.text(orNull: 20)
        sentCopy = row.text(orNull: 21)
    }
}
