import IMAP
import Mail
import SMTP
import Sending
import Store

/// What a person does with the stored accounts, over one record.
struct AccountDesk {
    let settings: Settings
    let keys: SecretKeys
    let path: String
    let store: Store
    let environment: [String: String]
    let now: @Sendable () -> Timestamp

    /// Opens the record, and makes it where it is missing.
    init(_ settings: Settings, _ environment: [String: String], now: @escaping @Sendable () -> Timestamp)
        async throws(Failure)
    {
        self.settings = settings
        self.environment = environment
        self.now = now
        path = try databasePath(settings, environment)
        keys = try await SecretKeys.read(beside: path, environment: environment)
        do {
            store = try Store.open(at: path)
        } catch {
            throw Failure.unopenable(error)
        }
    }

    /// By name, sender or id; an unknown one is named with those that there are.
    func account(_ name: String) throws(Failure) -> ConfiguredAccount {
        let accounts = try store.accounts()
        let wanted = name.lowercased()
        let found = accounts.filter {
            $0.id == name || $0.name.lowercased() == wanted || $0.sender.address.text.lowercased() == wanted
        }
        if let exact = found.first(where: { $0.name == name }) ?? (found.count == 1 ? found.first : nil) {
            return exact
        }
        let names = accounts.map(\.name).joined(separator: ", ")
        throw Failure(
            .unknownAccount, "There is no stored account \(Reply.printable(name, limit: 320)).",
            hint: names.isEmpty
                ? "There is none at all: `envelope accounts add you@example.com` sets one up."
                : "There are: \(names).",
            field: "account")
    }

    /// Keeps a draft and its secret, instead of an account of the same name; its id stays then, and so do its sends.
    ///
    /// - Parameter isTested: its login has just worked, which ends a pause of the one that it replaces.
    func keep(
        _ draft: AccountDraft, name: String, isDefault: Bool, isTested: Bool
    ) async throws -> ConfiguredAccount {
        let account = try await kept(draft, name: name, isDefault: isDefault)
        if isTested { try await loginWorked(for: account.id) }
        return account
    }

    private func kept(
        _ draft: AccountDraft, name: String, isDefault: Bool
    ) async throws -> ConfiguredAccount {
        try await keys.locked {
            let accounts = try store.accounts()
            let old = accounts.first { $0.name == name }
            let id =
                try old?.id
                ?? Account.stableID(
                    SubmissionServer(host: draft.host, port: draft.port, security: .init(draft.security)),
                    username: draft.login?.username, sender: draft.sender.address)
            if let other = accounts.first(where: { $0.id == id && $0.name != name }) {
                throw Failure(
                    .invalidRequest, "This mailbox is set up already, under the name \(other.name).",
                    hint: "Use that name, or remove it first: `envelope accounts remove '\(other.name)'`.")
            }
            let account = draft.account(
                id: id, name: name, isDefault: isDefault || old?.isDefault == true,
                createdAt: old?.createdAt ?? now())
            var secrets: [SealedSecret] = []
            for (place, secret, kind) in [
                (account.login?.place, draft.secret, ConfiguredAccount.secretKind),
                (account.inbox.place, draft.inboxSecret, ConfiguredAccount.inboxSecretKind),
            ] {
                guard case .sealed? = place, let secret else { continue }
                let octets = try keys.vaultForSealing().seal(
                    Array(secret.reveal().utf8), for: SealedSecret.purpose(id, kind))
                secrets.append(SealedSecret(owner: id, kind: kind, octets: octets))
            }
            if let oauth = draft.oauth { secrets = try OAuthTokens.sealed(oauth.texts, of: id, keys) }
            try await store.keep(account, secrets: secrets, oauth: draft.oauth?.login)
            return try store.accounts().first { $0.id == id } ?? account
        }
    }

    /// Logs in now, and ends the account's pause when that works.
    func test(_ account: ConfiguredAccount) async throws(Failure) -> LoginCheck {
        let check = try await check(
            account, secret: keys.secret(of: account, in: store), tokens: tokens(of: account))
        if check.failure == nil { try await loginWorked(for: account.id) }
        return check
    }

    /// Ends the pause of an account whose login was refused; processes that send from it hear of it within a second. A
    /// limit's pause is not the login's to end.
    func loginWorked(for id: String) async throws(Failure) {
        do {
            guard let pause = try store.latestPause(of: id) else { return }
            if [.authFailed, .oauthRequired].contains(pause.failure.code) { try await store.resume(id) }
        } catch {
            throw Failure(
                .internal, "The login works, but the account's pause could not be ended: \(error).",
                hint: "See that the disk is not full, then test again.", retryable: true)
        }
    }

    /// Logs in as an account that need not be stored yet.
    func check(
        _ account: ConfiguredAccount, secret: Secret?, tokens: OAuthTokens? = nil
    ) async throws(Failure) -> LoginCheck {
        let (_, transport) = try Account.configured(
            account, sealed: secret, tokens: tokens, settings, now: now)
        return await transport.checkLogin()
    }

    /// Logs in to its mailbox now; nil where nobody looks into one.
    func testMailbox(_ account: ConfiguredAccount) async throws(Failure) -> MailboxLogin? {
        let (account, _) = try keys.account(account, in: store, settings, now: now)
        return await look(at: account)
    }

    /// The same for an account that need not be stored yet.
    func checkedMailbox(
        _ account: ConfiguredAccount, secret: Secret?, inbox: Secret?
    ) async -> MailboxLogin? {
        do throws(Failure) {
            return await look(
                at: try Account.configured(account, sealed: secret, inbox: inbox, settings, now: now).account)
        } catch {
            return MailboxLogin(failure: error)
        }
    }

    func look(at account: Account) async -> MailboxLogin? {
        switch account.mailbox {
        case let broken as UnusableMailbox: MailboxLogin(failure: broken.failure)
        case let mailbox as IMAPMailbox: await mailbox.checkLogin(within: IMAPMailbox.patience)
        default: nil
        }
    }

    /// Seals every secret under a new key.
    ///
    /// - Parameter reached: told after each step that a crash may follow.
    /// - Returns: how many there are, and what is to be done now.
    func rekey(reached: (RekeyStep) -> Void) async throws -> (count: Int, then: String) {
        try await keys.locked {
            guard let old = try keys.vault() else {
                if try store.secrets().isEmpty {
                    return (0, "There is no key yet: the first password makes one.")
                }
                throw Failure(
                    .internal, "Passwords are in the record, but their key is not (\(keys.file.path)).",
                    hint: "Restore the key file or ENVELOPE_SECRET_KEY, or add the accounts anew.")
            }
            let next = try keys.next()
            reached(.keyMade)
            let vault = next.vault
            let count: Int
            do {
                count = try await store.reseal { secret in
                    try vault.seal(try old.open(secret.octets, for: secret.purpose), for: secret.purpose)
                }
            } catch let fault as SecretVault.Fault {
                throw Failure(
                    .internal,
                    "A password in the record cannot be opened (\(fault)), so none was sealed anew.",
                    hint: "`envelope doctor` names the account; remove it, or restore its key.")
            }
            reached(.resealed)
            return (count, try next.commit())
        }
    }

    enum RekeyStep: String { case keyMade = "rekey_key_made", resealed = "rekey_resealed" }
}
