import ArgumentParser
import Discovery
import JSON
import Mail
import SMTP
import Store
import Tools

/// `envelope accounts add`: from an address to a mailbox that is known to work.
struct AccountsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Set up a mailbox: finds the server, logs in, and keeps what worked.",
        discussion: """
            The server is looked for among the big providers, in the domain's SRV records,
            its autoconfig document, its MX records, and under the usual names; --smtp-url
            names it instead. A server that only DNS or plain HTTP names, and that is not
            the domain's own, gets no password before you agree.
            The password is asked for, or taken from --smtp-password-file, -command,
            --password-stdin, ENVELOPE_SMTP_PASSWORD or ENVELOPE_SMTP_TOKEN (and _FILE,
            _COMMAND), unless ENVELOPE_SMTP_URL beside it names another user or server.
            Typed or from the environment it is sealed in the record; a file or a command is
            remembered and read at each login.
            --oauth signs in with OAuth 2.0 instead, with a client id of your own: google
            by a browser on this machine, microsoft by a code; another provider by
            --token-url, --scope and --authorization-url or --device-url. The client's
            secret comes from --client-secret-file, -command or
            ENVELOPE_OAUTH_CLIENT_SECRET. Tokens are sealed in the record and renewed by
            themselves.

            The mailbox that shows bounces and Sent copies is found and tried as well, as
            the same user with the same secret; --imap-url, --imap-user and
            --imap-password-file (-command, ENVELOPE_IMAP_PASSWORD) say otherwise. Without
            it mail is sent all the same.

            A name that exists is replaced and keeps its sends. Exit status: 0 kept,
            1 the login failed or no server was reached, and nothing is kept, 2 wrong
            usage.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var oauthOptions: OAuthOptions
    @Option(
        name: .customLong("oauth"), defaultAsFlag: "auto",
        help: ArgumentHelp(
            "Sign in with OAuth 2.0: google, microsoft, custom or auto.", valueName: "provider"))
    var oauth: String?
    @Argument(
        help: ArgumentHelp("The sender: you@example.com or 'You <you@example.com>'.", valueName: "sender"))
    var address: String?
    @Option(help: "What to call it; the address by default.") var name: String?
    @Option(help: "The user name, where it is not the address.") var user: String?
    @Option(help: ArgumentHelp("A provider by name, for example ses or sendgrid.", valueName: "name"))
    var provider: String?
    @Option(
        help: ArgumentHelp("The mailbox's user name, where it is not that for sending.", valueName: "user"))
    var imapUser: String?
    @Option(
        help: ArgumentHelp("As --pin, for the mailbox's server where it is another one.", valueName: "key"))
    var imapPin: String?
    @Flag(name: .customLong("no-imap"), help: "Look into no mailbox.") var noIMAP = false
    @Option(
        help: ArgumentHelp(
            "Trust the server with this public key, instead of its certificate: sha256//…", valueName: "key"))
    var pin: String?
    @Flag(help: "Read the domain's autoconfig also from a server inside your network.")
    var allowPrivateAutoconfig = false
    @Flag(help: "Read the password from standard input.") var passwordStdin = false
    @Flag(help: "The server wants no login.") var noLogin = false
    @Flag(help: "Make it the default.") var `default` = false
    @Flag(help: "Keep it without a try.") var noTest = false
    @Flag(help: "Print JSON.") var json = false

    var sender: String { address ?? "" }

    mutating func validate() throws {
        // `--oauth you@example.com`: the option takes the next word for the provider's name.
        if address == nil, let word = oauth, word.contains("@") { (address, oauth) = (word, "auto") }
        if address == nil { throw ValidationError("Whose mailbox? Give the sender, as in you@example.com.") }
    }

    func run() async throws {
        try await AccountsRun(options, json: json).run { desk in
            let setup = try AccountSetup(self, desk)
            let found = try await setup.withMailbox(try await setup.run())
            let account = try await desk.keep(
                found.draft, name: name ?? found.draft.sender.address.text, isDefault: `default`,
                isTested: found.isTested)
            return (found.text(account), found.json(account), .done)
        }
    }
}
