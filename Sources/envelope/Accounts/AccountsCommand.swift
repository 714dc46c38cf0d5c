import ArgumentParser
import Glibc
import IMAP
import JSON
import Mail
import SMTP
import Store

/// `envelope accounts`: the mailboxes that mail is sent from.
struct AccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "Set up and look after the mailboxes that mail is sent from.",
        discussion: """
            Accounts are kept in the record (--db), their passwords sealed under a key in
            a private file beside it, or in ENVELOPE_SECRET_KEY. The account in
            ENVELOPE_SMTP_URL, where there is one, comes before them. A server that runs
            already sees a change within seconds (--http: within one).
            """,
        subcommands: [
            AccountsAdd.self, Login.self, List.self, Test.self, Default.self, Remove.self, Rekey.self,
        ],
        defaultSubcommand: List.self)

    /// The accounts, without secrets.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the stored accounts.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                let accounts = try desk.store.accounts()
                var lines = accounts.map(\.summary)
                if lines.isEmpty {
                    lines = [
                        "There is no stored account. Set one up: `envelope accounts add you@example.com`"
                    ]
                }
                return (
                    lines.joined(separator: "\n"), ["accounts": .array(accounts.map { .object($0.report) })],
                    .done
                )
            }
        }
    }

    /// Where sends leave from that name no account.
    struct Default: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Choose the account for sends that name neither account nor sender.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The account's name, sender or id.") var name: String
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                let account = try desk.account(name)
                guard try await desk.store.makeDefault(account.id) else { throw Failure.noStoredAccount }
                return ("\(account.name) is the default.", ["default": .string(account.name)], .done)
            }
        }
    }

    /// Forgets an account; its sends stay on record.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget an account and its password; what was sent stays on record.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The account's name, sender or id.") var name: String
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                let account = try desk.account(name)
                let waiting = try await desk.keys.locked {
                    try await desk.store.removeConfiguredAccount(account.id) ?? 0
                }
                let text =
                    "Removed \(account.name)."
                    + (waiting > 0
                        ? " \(waiting) of its sends wait and are not sent any more; `envelope cancel` ends them."
                        : "")
                return (text, ["removed": .string(account.name), "queued": .integer(Int64(waiting))], .done)
            }
        }
    }

    /// A new key for the stored passwords.
    struct Rekey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal the stored passwords under a new key.",
            discussion: """
                All in one transaction: killed at any moment, everything can still be opened,
                and the command can be run again. With the key in ENVELOPE_SECRET_KEY the new
                one is taken from ENVELOPE_SECRET_KEY_NEW (`openssl rand -base64 32`).
                """)

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                let (count, then) = try await desk.rekey { step in
                    #if DEBUG
                    if desk.environment["ENVELOPE_STOP_AT"] == step.rawValue { kill(getpid(), SIGKILL) }
                    #endif
                }
                return (
                    "\(count) secret\(count == 1 ? "" : "s") sealed under the new key. \(then)",
                    ["secrets": .integer(Int64(count)), "next_step": .string(then)], .done
                )
            }
        }
    }
}

extension AccountDesk {
    /// `test`, with its failure in the check.
    func checked(_ account: ConfiguredAccount) async -> LoginCheck {
        do throws(Failure) {
            return try await test(account)
        } catch {
            return LoginCheck(failure: error)
        }
    }

    /// `testMailbox`, with its failure in the check.
    func checkedMailbox(_ account: ConfiguredAccount) async -> MailboxLogin? {
        do throws(Failure) {
            return try await testMailbox(account)
        } catch {
            return MailboxLogin(failure: error)
        }
    }

    /// `check`, with its failure in the check.
    func checked(_ account: ConfiguredAccount, secret: Secret?) async -> LoginCheck {
        do throws(Failure) {
            return try await check(account, secret: secret)
        } catch {
            return LoginCheck(failure: error)
        }
    }
}

extension Failure {
    static let noStoredAccount = Failure(
        .noAccountConfigured, "There is no stored account.",
        hint: "Set one up: `envelope accounts add you@example.com`.")
}
