import ArgumentParser

/// The flags that stand above the environment and the file. None of them is a secret: process lists show flags.
struct SettingsOptions: ParsableArguments {
    @Flag(help: "Send into a sandbox inside this process: nothing leaves the machine.")
    var sandbox = false

    @Option(help: ArgumentHelp("The record of sends.", valueName: "file"))
    var db: String?

    @Option(
        help: ArgumentHelp(
            "The submission server: smtps://user@host:465, smtp://user@host:587 (STARTTLS), smtp+plain://127.0.0.1:25.",
            valueName: "url"))
    var smtpURL: String?

    @Option(help: ArgumentHelp("A file that holds the password.", valueName: "file"))
    var smtpPasswordFile: String?

    @Option(help: ArgumentHelp("A shell command that prints the password.", valueName: "command"))
    var smtpPasswordCommand: String?

    @Option(help: ArgumentHelp("A file that holds an OAuth 2.0 access token (XOAUTH2).", valueName: "file"))
    var smtpTokenFile: String?

    @Option(
        help: ArgumentHelp("A shell command that prints an OAuth 2.0 access token.", valueName: "command"))
    var smtpTokenCommand: String?

    @Option(
        help: ArgumentHelp(
            "PEM file of certificate authorities to trust instead of the system's.", valueName: "file"))
    var smtpCAFile: String?

    @Flag(help: "Allow smtp+plain:// to a host other than this one. Everything can be read on the way.")
    var smtpAllowPlain = false

    @Option(
        help: ArgumentHelp(
            "The mailbox that shows what became of sent mail: imaps://user@host:993, imap://user@host:143 (STARTTLS).",
            valueName: "url"))
    var imapURL: String?

    @Option(
        help: ArgumentHelp(
            "A file that holds the mailbox's password, where it is not that for sending.", valueName: "file"))
    var imapPasswordFile: String?

    @Option(
        help: ArgumentHelp("A shell command that prints the mailbox's password.", valueName: "command"))
    var imapPasswordCommand: String?

    @Option(
        help: ArgumentHelp("A file that holds an OAuth 2.0 access token for the mailbox.", valueName: "file"))
    var imapTokenFile: String?

    @Option(
        help: ArgumentHelp(
            "A shell command that prints an OAuth 2.0 access token for the mailbox.", valueName: "command"))
    var imapTokenCommand: String?

    @Option(
        help: ArgumentHelp(
            "PEM file of authorities to trust for the mailbox; --smtp-ca-file by default.", valueName: "file")
    )
    var imapCAFile: String?

    @Option(
        help: ArgumentHelp(
            "How long to wait between looks into the mailbox while there is news, as in 10s or 5m; 30s by default.",
            valueName: "time"))
    var imapPoll: String?

    @Option(
        help: ArgumentHelp(
            "File a copy of sent mail: auto (where the provider does not), always or never.",
            valueName: "policy"))
    var sentCopy: String?

    @Option(
        help: ArgumentHelp("The sender: you@example.com or 'You <you@example.com>'.", valueName: "mailbox"))
    var from: String?

    @Option(
        name: .customLong("attachment-root"),
        help: ArgumentHelp(
            "A folder whose files may be attached by path; may be repeated.", valueName: "folder"))
    var attachmentRoots: [String] = []

    @Option(help: ArgumentHelp("Connections to the server at most; 4 by default.", valueName: "number"))
    var connections: Int?

    @Option(
        help: ArgumentHelp(
            "When to stop trying a message, as in 90m, 24h or 7d; 24h by default.", valueName: "time"))
    var giveUpAfter: String?

    @Option(
        help: ArgumentHelp(
            "Delete the mail data of finished sends that are older, as in 90d; kept by default.",
            valueName: "time"))
    var retention: String?

    @Option(
        help: ArgumentHelp(
            "The tools to serve; send_email,track_send,list_sends by default. cancel_send is another.",
            valueName: "names"))
    var tools: String?

    @Option(
        help: ArgumentHelp(
            "Which sends wait for a person: all, external (somebody outside the sender's domain) or none.",
            valueName: "policy"))
    var approve: String?

    @OptionGroup var rails: GuardRailOptions
    @Option(
        name: .customLong("webhook"),
        help: ArgumentHelp(
            "A URL that is told of every event this process writes; may be repeated. Needs ENVELOPE_WEBHOOK_SECRET.",
            valueName: "url"))
    var webhooks: [String] = []

    @Option(help: ArgumentHelp("A settings file (JSON).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("debug, info, notice, warning or error.", valueName: "level"))
    var logLevel: String?
}
