import ArgumentParser

/// The program: an MCP server when called without a subcommand, and the operator's commands.
@main
struct EnvelopeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "envelope",
        abstract: "Sends mail for agents, exactly once, and can always say what happened.",
        usage: """
            envelope [--sandbox] [--smtp-url <url>] [--from <mailbox>] [--db <file>] …
            envelope <subcommand>
            """,
        discussion: """
            Without a subcommand it is an MCP server on standard input and output,
            as agent hosts start it. `envelope serve --help` shows every flag.

              envelope accounts add you@example.com
                                   find the server, log in, keep the account
              envelope             send through it, or through ENVELOPE_SMTP_URL
              envelope --sandbox   try it without an account: nothing leaves
              envelope --http      REST and MCP on http://127.0.0.1:8000

            A flag outranks the environment, which outranks the settings file
            (~/.config/envelope/config.json: {"smtp": {"url": "…"}}).

              ENVELOPE_SMTP_URL       smtps://user@host:465 (TLS) or
                                      smtp://user@host:587 (STARTTLS required)
              ENVELOPE_SMTP_PASSWORD  the password; or _FILE, or _COMMAND
              ENVELOPE_SMTP_TOKEN     an OAuth 2.0 access token instead
              ENVELOPE_FROM           You <you@example.com>
              ENVELOPE_SMTP_CA_FILE   PEM file of authorities to trust
              ENVELOPE_SMTP_ALLOW_PLAIN  1: smtp+plain:// beyond this machine
              ENVELOPE_ATTACHMENT_ROOTS  folders to attach from by path, with commas
              ENVELOPE_CONFIG         another settings file
              ENVELOPE_DB             the record of sends
              ENVELOPE_SANDBOX        1: as --sandbox
              ENVELOPE_CONNECTIONS    to the server at most (4)
              ENVELOPE_GIVE_UP_AFTER  when to stop trying a message (24h)
              ENVELOPE_RETENTION      how long mail data is kept (for ever)
              ENVELOPE_APPROVE        all or external: a person approves first
              ENVELOPE_ALLOW_FROM     who else to send as: a@b.example, b.example
              ENVELOPE_ALLOW_TO       the only ones to write to
              ENVELOPE_DENY_TO        who not to write to
              ENVELOPE_MAX_RECIPIENTS of one message (100)
              ENVELOPE_LIMIT          10/minute, 100/hour, 500 recipients/day
              ENVELOPE_TOOLS          which tools to serve
              ENVELOPE_HTTP_TOKEN     what HTTP clients must show (a browser: as the
                                      password); or _FILE, or _COMMAND
              ENVELOPE_HTTP_HOST      the address to listen on (127.0.0.1)
              ENVELOPE_HTTP_PORT      the port to listen on (8000)
              ENVELOPE_HTTP_HOSTS     names that it is reached by, with commas
              ENVELOPE_WEBHOOK        https://… to tell of every event; signed with
              ENVELOPE_WEBHOOK_SECRET  whsec_…, or _FILE, or _COMMAND
              ENVELOPE_WEBHOOK_ALLOW_PRIVATE  1: also inside your network
              ENVELOPE_WEBHOOK_CA_FILE  PEM file of authorities to trust for them
              ENVELOPE_OAUTH_CLIENT_ID  of `accounts add --oauth`; its secret in
              ENVELOPE_OAUTH_CLIENT_SECRET  or _FILE, _COMMAND
              ENVELOPE_SECRET_KEY     seals secrets in the record; or _FILE, or
                                      _COMMAND (a private file by default)
              ENVELOPE_IMAP_URL       imaps://user@host:993: learn from the mailbox
                                      what became of sent mail
              ENVELOPE_IMAP_PASSWORD  or _FILE, _COMMAND; ENVELOPE_IMAP_TOKEN. For
                                      the same user that of SMTP, when not set
              ENVELOPE_IMAP_CA_FILE   PEM file of authorities to trust for it
              ENVELOPE_IMAP_POLL      between looks while there is news (30s)
              ENVELOPE_SENT_COPY      auto, always or never: file sent mail
              ENVELOPE_LOG_LEVEL      debug, info, notice, warning or error

            Exit status of every command: 0 done, 1 it failed, 2 wrong usage or
            configuration, 75 queued, or worth another try later.

            The entry for a host's mcpServers:

              "envelope": {"command": "/path/to/envelope", "args": ["--sandbox"]}
            """,
        version: version,
        subcommands: [
            Serve.self, AccountsCommand.self, DoctorCommand.self, SchemaCommand.self, SandboxCommand.self,
            SendCommand.self, TrackCommand.self, ListCommand.self, ConfigCommand.self,
            CancelCommand.self, RetryCommand.self, ApproveCommand.self, DenyCommand.self, DrainCommand.self,
            PruneCommand.self, SuppressionsCommand.self, WebhooksCommand.self, MailboxCommand.self,
        ],
        defaultSubcommand: Serve.self)

    static let version = "0.1.0"
}
