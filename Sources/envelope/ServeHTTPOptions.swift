import ArgumentParser

/// The flags of the HTTP server.
struct HTTPOptions: ParsableArguments {
    @Flag(
        name: .customLong("http"),
        help: "Serve REST and MCP over HTTP instead of standard input and output, and send what is queued.")
    var isOn = false

    @Option(
        help: ArgumentHelp(
            "With --http: the address to listen on; 127.0.0.1 by default. Another one needs ENVELOPE_HTTP_TOKEN.",
            valueName: "address"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "With --http: the port to listen on; 8000 by default, 0 for any free one.", valueName: "number"))
    var port: Int?

    func validate() throws {
        if !isOn, host != nil || port != nil {
            throw ValidationError("--host and --port belong to --http.")
        }
    }
}
