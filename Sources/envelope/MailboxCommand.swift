import ArgumentParser
import JSON
import Mail
import Sending
import Store
import Tools

/// `envelope mailbox`: what the mailbox behind an account shows.
struct MailboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailbox", abstract: "Learn from the mailbox what became of sent mail.",
        subcommands: [MailboxCheckCommand.self])
}

/// `envelope mailbox check`: looks once.
struct MailboxCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look into the mailbox once: Sent folder, delivery reports, answers.",
        discussion: """
            Settles unconfirmed sends that the Sent folder shows, files missing copies
            (ENVELOPE_SENT_COPY), and notes what bounced. Nothing is marked as read.
            Exit status: 0 looked, 1 the login was refused, 2 wrong configuration, 75 try
            again later.
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let settings = try Settings(options, environment: Environment.variables)
        let isOwn = settings.smtpURL != nil || settings.isSandbox
        try await HouseRun(options, json: json).run { service throws(Failure) in
            guard let first = service.accounts.first else { throw service.withoutAccount }
            if !service.hasMailboxes { throw .noMailbox(isOwn ? Account.mailboxAdvice : first.mailboxAdvice) }
            let checks = try await service.checkMailboxes()
            let failed = checks.lazy.compactMap(\.failure).first
            let isPartly = checks.contains { $0.isElsewhere || !$0.troubles.isEmpty }
            let status = failed.map { HouseRun.Status($0) } ?? (isPartly ? .temporary : .done)
            return (
                checks.map(Self.text).joined(separator: "\n"),
                ["mailboxes": .array(checks.map { .object(Self.object($0)) })], status
            )
        }
    }

    private static func text(_ check: MailboxCheck) -> String {
        let words =
            if let failure = check.failure {
                "\(failure.message)\n  \(failure.hint)"
            } else if check.isElsewhere {
                "nothing was sent from it yet, or another process looks into it now"
            } else {
                "\(check.changed.count) sends with news, \(check.found) copies found, \(check.filed) filed"
            }
        return (["\(check.account): \(words)"] + check.troubles.map { "  \($0.message) \($0.hint)" })
            .joined(separator: "\n")
    }

    private static func object(_ check: MailboxCheck) -> JSON.Object {
        var object: JSON.Object = [
            "account": .string(check.account), "looked": .bool(check.failure == nil && !check.isElsewhere),
            "copies_found": .integer(Int64(check.found)), "copies_saved": .integer(Int64(check.filed)),
            "changed": .array(check.changed.map { .string($0.text) }),
        ]
        object["error"] = check.failure.map { .object(MailTools.report($0)) }
        if !check.troubles.isEmpty {
            object["troubles"] = .array(check.troubles.map { .object(MailTools.report($0)) })
        }
        return object
    }
}

extension Failure {
    fileprivate static func noMailbox(_ advice: String) -> Failure {
        Failure(.noAccountConfigured, "There is no mailbox to look into.", hint: advice)
    }
}

extension Account {
    /// How the account of the settings gets a mailbox.
    static let mailboxAdvice = "Set ENVELOPE_IMAP_URL (--imap-url), as in imaps://user@host:993."

    /// How a stored one does, for which that setting is not.
    var mailboxAdvice: String {
        "Add it anew with its mailbox: `envelope accounts add '\(sender.address.text)' --name '\(record.name)'"
            + " --imap-url imaps://host`, and its other flags as they were."
    }
}
