import ArgumentParser
import IMAP
import JSON
import Mail
import SMTP
import Sending
import Store
import Tools

extension AccountsCommand {
    /// A login now.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Log in now, without sending; a pause ends when it works.",
            discussion: """
                Without a name, every account, also that in ENVELOPE_SMTP_URL. Exit status:
                0 all can send, 1 one cannot, 2 there is none. A mailbox that cannot be looked
                into is said, and hinders no mail.
                """)

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The account's name, sender or id.") var name: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await AccountsRun(options, json: json).run { desk in
                var logins: [TriedLogin] = []
                if let own = try await desk.environmentLogin(name) { logins.append(own) }
                if name == nil || logins.isEmpty {
                    let own = logins.first?.report["id"]?.string
                    let stored = try name.map { [try desk.account($0)] } ?? desk.store.accounts()
                    for account in stored where account.id != own { logins.append(await desk.login(account)) }
                }
                if logins.isEmpty { throw Failure.noStoredAccount }
                return (
                    logins.flatMap(\.lines).joined(separator: "\n"),
                    ["accounts": .array(logins.map { .object($0.report) })],
                    logins.allSatisfy(\.works) ? .done : .failed
                )
            }
        }
    }
}

/// What logging in to an account and to its mailbox came to.
private struct TriedLogin {
    let lines: [String]
    let report: JSON.Object
    let works: Bool

    init(
        _ name: String, at url: String, _ check: LoginCheck, mailbox: MailboxLogin?, at imapURL: String?,
        _ account: JSON.Object
    ) {
        works = check.failure == nil
        lines =
            [
                check.failure.map { "✘ \(name): \($0.message)\n  \($0.hint)" }
                    ?? "✔ \(name): logged in to \(url)"
            ] + (check.publicKey.map { ["  Its key: \($0)"] } ?? [])
            + ConfiguredAccount.mailboxLines(mailbox, at: imapURL)
        var report = account
        report["works"] = .bool(works)
        report["error"] = check.failure.map { .object(MailTools.report($0)) }
        report["server_key"] = check.publicKey.map(JSON.string)
        report["mailbox"] = mailbox.map { .object($0.report) }
        self.report = report
    }
}

extension AccountDesk {
    fileprivate func login(_ account: ConfiguredAccount) async -> TriedLogin {
        let check = await Spinner.turning("Logging in to \(account.url)") { await checked(account) }
        let mailbox = await Spinner.turning("Logging in to \(account.imapURL ?? "the mailbox")") {
            await checkedMailbox(account)
        }
        return TriedLogin(
            account.name, at: account.url, check, mailbox: mailbox, at: account.imapURL, account.report)
    }

    /// Of the account in the settings, which no record keeps but whose pause it keeps; nil where there is none, or
    /// another name is meant.
    fileprivate func environmentLogin(_ name: String?) async throws(Failure) -> TriedLogin? {
        let given: (account: Account, transport: AccountTransport)?
        do throws(Failure) {
            given = try Account.environment(settings, now: now)
        } catch {
            // A stored account can be tried all the same.
            if name == nil { throw error }
            return nil
        }
        guard let (account, transport) = given else { return nil }
        let record = account.record
        let names = [record.id, record.name.lowercased(), account.sender.address.text.lowercased()]
        if let name, !names.contains(name), !names.contains(name.lowercased()) { return nil }
        let check = await Spinner.turning("Logging in to \(record.server)") { await transport.checkLogin() }
        if check.failure == nil { try await loginWorked(for: record.id) }
        let mailbox = await Spinner.turning("Logging in to the mailbox") { await look(at: account) }
        var report: JSON.Object = [
            "id": .string(record.id), "name": .string(record.name), "sender": .string(account.sender.text),
            "server": .string(record.server),
        ]
        report["username"] = record.username.map(JSON.string)
        return TriedLogin(
            record.name, at: record.server, check, mailbox: mailbox, at: settings.text("imap.url"), report)
    }
}
