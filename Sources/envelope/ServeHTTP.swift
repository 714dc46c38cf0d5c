import ArgumentParser
import Glibc
import HTTP
import Logging
import MCP
import Mail
import Sending
import SMTP
import ServiceLifecycle
import Tools
import UnixSignals

/// The server over HTTP: one process that answers and sends what is queued.
struct ServeHTTP {
    let options: SettingsOptions
    let http: HTTPOptions

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let environment = Environment.variables
        let settings: Settings
        let place: HTTPSettings
        do {
            settings = try Settings(options, environment: environment)
            try settings.check()
            place = try await listening(settings)
        } catch {
            throw Self.refused("\(error)")
        }
        let logger = Logger.standardError(level: try settings.logLevel())
        let surroundings = Surroundings.system(environment)
        let metrics = Metrics()
        let house = House(
            settings: settings, environment: environment, surroundings: surroundings, logger: logger,
            metrics: metrics)
        let database = try? databasePath(settings, environment)
        let key = database.map { StateKey(beside: $0) }
        let catalogue = try Catalogue.envelope(settings, house: house, key: key, surroundings)
        let operations = Operations(service: { await house.service() }, metrics: metrics)
        let server = HTTPService(
            Face.Offer(
                version: EnvelopeCommand.version, isSandbox: settings.isSandbox, tools: catalogue.tools,
                operations: operations,
                mcp: HTTPBinding(
                    catalogue: catalogue, options: .logged(logger),
                    sessionID: { Self.sessionID(surroundings.random) }),
                pages: try Pages.envelope(
                    settings, house: house, operations: operations, database: database, surroundings)),
            settings: place, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: HTTPHouse(
                            server: server, house: house, operations: operations, settings: place,
                            isSandbox: settings.isSandbox, logger: logger),
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                ],
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup], logger: .standardError(level: .warning)
            ))
        do {
            try await group.run()
        } catch {
            throw Self.refused("cannot listen on \(place.host) port \(place.port): \(error)")
        }
    }

    /// Flags above the environment above the file.
    private func listening(_ settings: Settings) async throws -> HTTPSettings {
        var token: String?
        if let source = settings.httpToken {
            do {
                token = try await source.secret().reveal()
            } catch {
                throw SettingsError("The token could not be read: \(error.reason ?? "stopped").")
            }
        }
        return try HTTPSettings(
            host: http.host ?? settings.httpHost ?? "127.0.0.1",
            port: try http.port ?? settings.httpPort() ?? 8000, token: token, hosts: settings.httpHosts)
    }

    /// 128 bits in hexadecimal.
    private static func sessionID(_ random: () -> UInt64) -> String {
        [random(), random()].map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    private static func refused(_ reason: String) -> ExitCode {
        let text = Array("envelope: \(reason)\n".utf8)
        _ = text.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        return ExitCode(HouseRun.Status.usage.rawValue)
    }
}

/// The server, and after it the order in which the house is closed.
private struct HTTPHouse: Service, CustomStringConvertible {
    let server: HTTPService
    let house: House
    let operations: Operations
    let settings: HTTPSettings
    let isSandbox: Bool
    let logger: Logger
    let description = "REST and MCP over HTTP"

    func run() async throws {
        // Settings that cannot be used are told by the first request.
        let watch = Task {
            guard case .success(let service) = await house.service() else { return }
            async let mailboxes: Void = service.watchMailboxes()
            async let accounts: Void = service.watchAccounts()
            _ = await (mailboxes, accounts)
        }
        defer { watch.cancel() }
        try await server.run { port in
            // Hosts that do not stand in a URL as they are: IPv6 addresses.
            let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
            let note = isSandbox ? " (sandbox: nothing leaves this machine)" : ""
            let line = Array("envelope: listening on http://\(host):\(port)\(note)\n".utf8)
            _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
            Task { await operations.begin() }
        }
        watch.cancel()
        let words = CommandWords(house.settings, house.environment)
        let left = await house.finish(within: House.patience)
        if left > 0 {
            logger.warning(
                "\(words.text("queued mail is left behind: `envelope drain`, or the next envelope on this database, sends it"))",
                metadata: ["sends": "\(left)"])
        }
    }
}
