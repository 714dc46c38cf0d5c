import Curl
import Logging
import Mail
import SMTP
import Sending
import Store

extension House {
    typealias Mailboxes = [(account: Account, transport: AccountTransport)]

    /// The accounts that were set up with `envelope accounts add`, the default one first. One whose secret cannot be
    /// opened is left out, so that this process claims none of its sends.
    ///
    /// - Parameter own: the id of the environment's account, which goes before a stored one of the same kind.
    /// - Returns: with the failure of the last one that cannot be used.
    func configured(
        _ door: StoreDoor, _ path: String, besides own: String?
    ) throws(Failure) -> (accounts: Mailboxes, failure: Failure?) {
        guard let store = try door.forReading() else { return ([], nil) }
        let keys = SecretKeys(beside: path, environment: environment)
        let engine = Engine()
        var mailboxes: Mailboxes = []
        var failure: Failure?
        for stored in try store.accounts() where stored.id != own {
            do throws(Failure) {
                let secret = try keys.secret(of: stored, in: store)
                mailboxes.append(
                    try Account.configured(
                        stored, sealed: secret,
                        tokens: OAuthTokens(
                            of: stored, in: store, at: path, keys: keys, engine: engine, environment,
                            now: surroundings.now),
                        settings, now: surroundings.now))
            } catch {
                failure = error
                logger.error(
                    "an account cannot be used",
                    metadata: ["account": "\(stored.name)", "why": "\(error.message)"])
            }
        }
        return (mailboxes, failure)
    }
}

extension Store {
    /// `configuredAccounts`, with its fault in words for a person.
    func accounts() throws(Failure) -> [ConfiguredAccount] {
        do {
            return try configuredAccounts()
        } catch {
            throw Failure(
                .internal, "The accounts could not be read: \(error).",
                hint: "Run `envelope doctor`, which looks at the record.", retryable: true)
        }
    }
}

extension SecretKeys {
    /// The account's sealed secret in the clear; nil for one that keeps none in the record.
    func secret(of account: ConfiguredAccount, in store: Store) throws(Failure) -> Secret? {
        guard account.login?.place == .sealed else { return nil }
        do {
            guard let sealed = try store.secret(of: account.id, ConfiguredAccount.secretKind) else {
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
