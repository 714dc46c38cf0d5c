import Logging
import Mail
import SMTP
import Sending
import Store

/// The accounts that this process sends from: the environment's own, then those of the record, read again when somebody
/// has changed them. One that did not change keeps its connections.
actor StoredAccounts {
    /// An account with what it was made of.
    private struct Kept {
        let stored: ConfiguredAccount
        let secrets: [SealedSecret?]
        let account: Account
        let transport: AccountTransport

        func isSame(as other: ConfiguredAccount, _ secrets: [SealedSecret?]) -> Bool {
            var same = stored
            same.isDefault = other.isDefault
            return same == other && self.secrets == secrets
        }
    }

    private let settings: Settings
    private let keys: SecretKeys
    private let own: Result<(account: Account, transport: AccountTransport)?, Failure>
    private let finish: @Sendable (Account) -> Account
    private let surroundings: Surroundings
    private let logger: Logger
    private var kept: [String: Kept] = [:]
    /// Why accounts cannot be used, by name, as it was logged.
    private var told: [String: String] = [:]

    /// - Parameter finish: what is done to each account before it is used.
    init(
        _ settings: Settings, _ keys: SecretKeys, _ surroundings: Surroundings, _ logger: Logger,
        finish: @escaping @Sendable (Account) -> Account
    ) {
        self.settings = settings
        self.keys = keys
        self.surroundings = surroundings
        self.logger = logger
        self.finish = finish
        do throws(Failure) {
            own = .success(
                try Account.environment(settings, now: surroundings.now).map { (finish($0), $1) })
        } catch {
            own = .failure(error)
        }
    }

    /// What can be used now. An account whose secret cannot be opened is left out, so that this process claims none of
    /// its sends.
    ///
    /// - Parameter store: nil while there is no record.
    func page(in store: Store?) -> AccountBook.Page {
        // Before the accounts: a change in between is found by the next look.
        let number = store.flatMap { try? $0.accountChanges() }
        do throws(Failure) {
            let own = try own.get()
            let (stored, failure) =
                store.map { configured($0, besides: own?.account.record.id) } ?? ([], nil)
            return AccountBook.Page(
                accounts: (own.map { [$0.account] } ?? []) + stored,
                withoutAccount: failure ?? .noAccountConfigured,
                // Without its number it is read again: what failed may work in a moment.
                number: failure == nil ? number : nil)
        } catch {
            // What was sent can still be tracked and listed; only sending has to say it.
            return AccountBook.Page(accounts: [], withoutAccount: error, number: number)
        }
    }

    /// Closes every connection; what is under way goes to its end.
    func close() async {
        for transport in transports { await transport.close() }
    }

    private var transports: [AccountTransport] {
        let own = (try? own.get())?.transport
        return [own].compactMap { $0 } + kept.values.map(\.transport)
    }

    /// - Parameter own: the id of the environment's account, which goes before a stored one of the same kind.
    /// - Returns: with the failure of the last one that cannot be used. What the record does not tell now stays as it
    ///   was.
    private func configured(_ store: Store, besides own: String?) -> (accounts: [Account], failure: Failure?)
    {
        var next: [String: Kept] = [:]
        var accounts: [Account] = []
        var failure: Failure?
        var reasons: [String: String] = [:]
        do throws(Failure) {
            for stored in try store.accounts() where stored.id != own {
                do throws(Failure) {
                    let one = try kept(stored, in: store)
                    next[stored.id] = one
                    accounts.append(one.account)
                } catch {
                    failure = error
                    reasons[stored.name] = error.message
                    if told[stored.name] == error.message { continue }
                    logger.error(
                        "an account cannot be used",
                        metadata: ["account": "\(stored.name)", "why": "\(error.message)"])
                }
            }
        } catch {
            return (kept.values.map(\.account), error)
        }
        for (id, old) in kept where next[id]?.transport !== old.transport {
            Task { await old.transport.close() }
        }
        (kept, told) = (next, reasons)
        return (accounts, failure)
    }

    private func kept(_ stored: ConfiguredAccount, in store: Store) throws(Failure) -> Kept {
        let secrets = try store.sealedSecrets(of: stored)
        if let old = kept[stored.id], old.isSame(as: stored, secrets) { return old }
        let (account, transport) = try keys.account(
            stored, in: store, settings, now: surroundings.now)
        return Kept(stored: stored, secrets: secrets, account: finish(account), transport: transport)
    }
}
