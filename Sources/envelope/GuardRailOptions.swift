import ArgumentParser

/// The flags that say what the account may be used for.
struct GuardRailOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who the account may also send as: addresses, domains (example.com), all below one (.example.com).",
            valueName: "list"))
    var allowFrom: String?

    @Option(help: ArgumentHelp("The only ones it may write to; anybody by default.", valueName: "list"))
    var allowTo: String?

    @Option(help: ArgumentHelp("Who it may not write to, whatever --allow-to says.", valueName: "list"))
    var denyTo: String?

    @Option(help: ArgumentHelp("Recipients of one message at most; 100 by default.", valueName: "number"))
    var maxRecipients: String?

    // Not --limit, which is the length of a list.
    @Option(
        help: ArgumentHelp(
            "How much it may send, as in '10/minute, 100/hour, 500 recipients/day'; no limit by default.",
            valueName: "limits"))
    var sendLimit: String?
}
