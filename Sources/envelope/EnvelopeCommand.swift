import ArgumentParser

/// The program: an MCP server when called without a subcommand, and the operator's commands.
@main
struct EnvelopeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "envelope",
        abstract: "Sends mail for agents, exactly once, and can always say what happened.",
        discussion: """
            Without a subcommand it is an MCP server on standard input and output, as agent hosts start it:

              envelope                  send through the mailbox in ENVELOPE_SMTP_URL
              envelope --sandbox        try everything without an account; nothing leaves the machine

            Settings come from flags, then the environment, then a file (~/.config/envelope/config.json):

              ENVELOPE_SMTP_URL         smtps://user@host:465, smtp://user@host:587 (STARTTLS required)
              ENVELOPE_SMTP_PASSWORD    or _FILE (a path), or _COMMAND (printed by a password manager)
              ENVELOPE_SMTP_TOKEN       an OAuth 2.0 access token instead (XOAUTH2); _FILE, _COMMAND too
              ENVELOPE_FROM             You <you@example.com>
              ENVELOPE_DB               the record of sends; default in the XDG data folder
              ENVELOPE_SANDBOX          1: as --sandbox
              ENVELOPE_LOG_LEVEL        debug, info, notice (default), warning, error; to standard error

            The host's mcpServers entry:

              {"mcpServers": {"envelope": {"command": "/path/to/envelope", "args": ["--sandbox"]}}}
            """,
        version: version,
        subcommands: [Serve.self, SchemaCommand.self, SandboxCommand.self, TrackCommand.self, ListCommand.self],
        defaultSubcommand: Serve.self)

    static let version = "0.1.0"
}
