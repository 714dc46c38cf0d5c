import ArgumentParser
import Glibc
import IMAP
import JSON
import Mail
import SMTP
import Store
import Tools

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
                    lines = ["There is no stored account. Set one up: envelope accounts add you@example.com"]
                }
                return (
                    lines.joined(separator: "\n"), ["accounts": .array(accounts.map { .object($0.report) })],
                    .done
                )
            }
        }
    }

    /// A login now.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Log in now, without sending; a pause ends when it works.",
            discussion: """
                Without a name, every account. Exit status: 0 all can send, 1 one cannot. A
                mailbox that cannot be looked into is said, and hinders no mail.
                """)

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The account's name, sender or id.") var name: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                let accounts = try name.map { [try desk.account($0)] } ?? desk.store.accounts()
                if accounts.isEmpty { throw Failure.noStoredAccount }
                var lines: [String] = []
                var list: [JSON] = []
                var status = HouseRun.Status.done
                for account in accounts {
                    let check = await Spinner.turning("Logging in to \(account.url)") {
                        await desk.checked(account)
                    }
                    if check.failure != nil { status = .failed }
                    lines.append(
                        check.failure.map { "✘ \(account.name): \($0.message)\n  \($0.hint)" }
                            ?? "✔ \(account.name): logged in to \(account.url)")
                    if let key = check.publicKey { lines.append("  Its key: \(key)") }
                    let mailbox = await Spinner.turning("Logging in to \(account.imapURL ?? "the mailbox")") {
                        await desk.checkedMailbox(account)
                    }
                    lines += account.mailboxLines(mailbox)
                    var object = account.report
                    object["works"] = .bool(check.failure == nil)
                    object["error"] = check.failure.map { .object(MailTools.report($0)) }
                    object["server_key"] = check.publicKey.map(JSON.string)
                    object["mailbox"] = mailbox.map { .object($0.report) }
                    list.append(.object(object))
                }
                return (lines.joined(separator: "\n"), ["accounts": .array(list)], status)
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
