import Mail
import SMTP
import Sending
import Store

extension Store {
    /// `configuredAccounts`, with its fault in words for a person.
    func accounts() throws(Failure) -> [ConfiguredAccount] {
        do {
            return try configuredAccounts()
        } catch {
            throw Self.unreadable(error)
        }
    }

    /// Those of its passwords and tokens that the record keeps, for mail and for the mailbox.
    func sealedSecrets(of account: ConfiguredAccount) throws(Failure) -> [SealedSecret?] {
        do {
            return [
                try secret(of: account.id, ConfiguredAccount.secretKind),
                try secret(of: account.id, ConfiguredAccount.inboxSecretKind),
            ]
        } catch {
            throw Self.unreadable(error)
        }
    }

    private static func unreadable(_ error: any Error) -> Failure {
        Failure(
            .internal, "The accounts could not be read: \(error).",
            hint: "Run `envelope doctor`, which looks at the record.",
            retryable: !StoreError.isDamage(error))
    }
}

extension SecretKeys {
    /// The account's sealed secret in the clear; nil for one that keeps none in the record.
    func secret(of account: ConfiguredAccount, in store: Store) throws(Failure) -> Secret? {
        if account.login?.place != .sealed { return nil }
        return try secret(of: account, ConfiguredAccount.secretKind, in: store)
    }

    /// A stored account with its secrets, ready to send. A mailbox's own secret that cannot be opened stops no mail.
    func account(
        _ stored: ConfiguredAccount, in store: Store, _ settings: Settings,
        now: @escaping @Sendable () -> Timestamp
    ) throws(Failure) -> (account: Account, transport: AccountTransport) {
        var inbox: Secret?
        if stored.inbox.place == .sealed {
            inbox = try? secret(of: stored, ConfiguredAccount.inboxSecretKind, in: store)
        }
        return try Account.configured(
            stored, sealed: try secret(of: stored, in: store), inbox: inbox,
            tokens: OAuthTokens(of: stored, in: store, keys: self, now: now), settings, now: now)
    }

    private func secret(
        of account: ConfiguredAccount, _ kind: String, in store: Store
    ) throws(Failure) -> Secret {
        do {
            guard let sealed = try store.secret(of: account.id, kind) else {
                throw Failure.secretGone(account.name, "it is not in the record")
            }
            guard let vault = try vault() else {
                throw Failure.secretGone(account.name, "its key is not there (\(file.path))")
            }
            return Secret(String(decoding: try vault.open(sealed.octets, for: sealed.purpose), as: UTF8.self))
        } catch let failure as Failure {
            throw failure
        } catch SecretVault.Fault.unknownKey {
            throw .secretGone(account.name, "it was sealed under another key than \(file.path)")
        } catch {
            throw .secretGone(account.name, "it is damaged")
        }
    }
}

extension Failure {
    fileprivate static func secretGone(_ name: String, _ why: String) -> Failure {
        Failure(
            .authFailed, "The password of the account \(name) cannot be opened: \(why).",
            hint:
                "Tell the person who runs this server to restore the key, or to give the password anew with "
                + "`envelope accounts add \(name)`.")
    }
}
