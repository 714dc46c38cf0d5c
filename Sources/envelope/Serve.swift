import ArgumentParser
import Glibc
import Logging
import MCP
import Sending
import ServiceLifecycle
import UnixSignals

/// The MCP server on standard input and output.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve MCP on standard input and output (what happens without a subcommand).")

    @OptionGroup var options: SettingsOptions
    @OptionGroup var http: HTTPOptions

    func run() async throws {
        LargeBlocks.giveBackAtOnce()
        if http.isOn { return try await ServeHTTP(options: options, http: http).run() }
        // A client that goes away in the middle of a line must not end the process before it has put things in order.
        signal(SIGPIPE, SIG_IGN)
        let environment = Environment.variables
        let settings = try Settings(options, environment: environment)
        try settings.check()
        let logger = Logger.standardError(level: try settings.logLevel())
        let output = try StdioServer.protectedStandardOutput()
        let surroundings = Surroundings.system(environment)
        let house = House(
            settings: settings, environment: environment, surroundings: surroundings, logger: logger)
        // Without a place for the record every call says so; the tools are listed all the same.
        let key = (try? databasePath(settings, environment)).map {
            StateKey(beside: $0)
        }
        let catalogue = try Catalogue.envelope(settings, house: house, key: key, surroundings)
        let server = StdioServer(
            catalogue: catalogue, output: output, limits: Self.limits, options: .logged(logger)
        ) { line in
            logger.debug("\(line)")
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: StdioService(server: server, house: house, logger: logger),
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup], logger: .standardError(level: .warning)
            ))
        try await group.run()
    }

    /// With `finishing`, from the end of the input to the end of the process: under the 2 s after which hosts kill.
    private static let limits: StdioServer.Limits = {
        var limits = StdioServer.Limits()
        limits.drain = .milliseconds(700)
        limits.grace = .milliseconds(200)
        return limits
    }()
    fileprivate static let finishing = Duration.milliseconds(800)
}

/// The wire, and after it the order in which the house is closed.
private struct StdioService: Service, CustomStringConvertible {
    let server: StdioServer
    let house: House
    let logger: Logger
    /// The group names a service by its description; by reflection that took 3 ms of the start and held the settings.
    let description = "MCP on standard input and output"

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await server.run() }
        } catch is CancellationError {}
        let words = CommandWords(house.settings, house.environment)
        let left = await house.finish(within: Serve.finishing)
        if left > 0 {
            logger.warning(
                "\(words.text("queued mail is left behind: `envelope drain`, or the next envelope on this database, sends it"))",
                metadata: ["sends": "\(left)"])
        }
    }
}
