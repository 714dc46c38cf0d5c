import ArgumentParser

/// Which client signs in, where and how. The client's secret is no flag: process lists show flags.
struct OAuthOptions: ParsableArguments {
    @Option(
        name: .customLong("client-id"),
        help: ArgumentHelp("With --oauth: the client that you registered with the provider.", valueName: "id")
    )
    var clientID: String?

    @Option(help: ArgumentHelp("A file that holds the client's secret.", valueName: "file"))
    var clientSecretFile: String?

    @Option(help: ArgumentHelp("A shell command that prints it.", valueName: "command"))
    var clientSecretCommand: String?

    @Flag(help: "Sign in by a code that is typed in on any device.") var device = false
    @Flag(help: "Sign in by a browser on this machine.") var browser = false
    @Flag(help: "Print the page to sign in on, and open no browser.") var noBrowser = false

    @Option(help: ArgumentHelp("Microsoft's directory: common by default.", valueName: "id"))
    var tenant: String?

    @Option(
        name: .customLong("authorization-url"),
        help: ArgumentHelp("Another provider's page to sign in on.", valueName: "url"))
    var authorizationURL: String?

    @Option(
        name: .customLong("token-url"),
        help: ArgumentHelp("Where it gives and renews tokens.", valueName: "url"))
    var tokenURL: String?

    @Option(
        name: .customLong("device-url"),
        help: ArgumentHelp("Where it gives codes for other devices.", valueName: "url"))
    var deviceURL: String?

    @Option(help: ArgumentHelp("What to ask for: the provider's name for SMTP.", valueName: "scope"))
    var scope: String?

    @Option(
        name: .customLong("oauth-ca-file"),
        help: ArgumentHelp("PEM file of authorities to trust for these endpoints.", valueName: "file"))
    var caFile: String?
}
