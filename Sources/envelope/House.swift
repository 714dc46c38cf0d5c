import Logging
import MCP
import Mail
import Sandbox
import Sending
import Store
import Synchronization
import Tools

/// Builds every room once, when a call first needs it: a process that is only asked for its tools opens no file, takes
/// no lock and starts no thread.
actor House {
    let settings: Settings
    let environment: [String: String]
    let surroundings: Surroundings
    let logger: Logger
    private let metrics: Metrics?
    /// Set once it is built: a call of `track_send` costs less than the change to this actor and back.
    private let standing = Mutex<SendingService?>(nil)
    private var building: Task<Result<Rooms, Failure>, Never>?
    private var ending: Task<Int, Never>?

    /// For attempts under way when a signal ends the process; those at the final dot have seven tenths of it, for the
    /// server's reply.
    static let patience = Duration.seconds(30)

    /// What stands once it is built.
    struct Rooms: Sendable {
        let service: SendingService
        /// Closes the lines to the servers.
        let hangUp: @Sendable () async -> Void
        let sandbox: Sandbox?
        let webhooks: WebhookPost
    }

    /// - Parameter metrics: what attempts are measured by; nil measures nothing.
    init(
        settings: Settings, environment: [String: String], surroundings: Surroundings, logger: Logger,
        metrics: Metrics? = nil
    ) {
        self.settings = settings
        self.environment = environment
        self.surroundings = surroundings
        self.logger = logger
        self.metrics = metrics
    }

    /// The service; a failure says what is wrong with the settings. A failed build is tried again by the next call.
    nonisolated func service() async -> Result<SendingService, Failure> {
        if let service = standing.withLock({ $0 }) { return .success(service) }
        return await built()
    }

    private func built() async -> Result<SendingService, Failure> {
        let task = building ?? Task { await self.build() }
        building = task
        let built = await task.value
        switch built {
        case .success(let rooms): standing.withLock { $0 = rooms.service }
        case .failure: building = nil
        }
        return built.map(\.service)
    }

    /// Ends in order within the time, once; does nothing when nothing was built.
    ///
    /// - Returns: how many sends are left unfinished.
    @discardableResult func finish(within time: Duration) async -> Int {
        let task = ending ?? Task { await self.end(within: time) }
        ending = task
        return await task.value
    }

    private func end(within time: Duration) async -> Int {
        guard let building, case .success(let rooms) = await building.value else { return 0 }
        let left = await rooms.service.finish(within: time)
        await rooms.hangUp()
        await rooms.sandbox?.stop()
        await rooms.webhooks.close()
        return left
    }

    private func build() async -> Result<Rooms, Failure> {
        do {
            return .success(try await rooms())
        } catch let failure as Failure {
            return .failure(failure)
        } catch let error as SettingsError {
            return .failure(.misconfigured(error))
        } catch {
            return .failure(
                Failure(
                    .internal, "The server could not be set up: \(error).",
                    hint: "Tell the person who runs this server; nothing was recorded or sent.",
                    retryable: true))
        }
    }

    private func rooms() async throws -> Rooms {
        for stranger in Settings.strangers(in: environment) { logger.warning("\(stranger)") }
        let path = try databasePath(settings, environment)
        let door = StoreDoor(
            open: { try Store.open(at: path) }, exists: { !SystemFile.isMissing(path) },
            objection: { .unmakable(path) })
        let keys = try await SecretKeys.read(beside: path, environment: environment)
        let measured = { @Sendable [metrics, surroundings] (account: Account) in
            metrics.map { account.measured(by: $0, uptime: surroundings.uptime) } ?? account
        }
        let book: AccountBook
        let hangUp: @Sendable () async -> Void
        var sandbox: Sandbox?
        if settings.isSandbox {
            let started = try await Sandbox.start(
                inbox: SandboxInbox(folder: sandboxFolder(beside: path), clock: surroundings.now))
            let (account, transport) = try Account.sandbox(
                port: started.port, settings, now: surroundings.now)
            sandbox = started
            book = AccountBook(
                .init(accounts: [measured(account)], withoutAccount: .noAccountConfigured))
            hangUp = { await transport.close() }
        } else {
            let stored = StoredAccounts(
                settings, keys, surroundings, logger,
                finish: measured)
            book = AccountBook(await stored.page(in: try door.forReading())) { await stored.page(in: $0) }
            hangUp = { await stored.close() }
        }
        let webhooks = WebhookPost(
            allowsPrivate: settings.allowsPrivateWebhooks, caFile: settings.webhookCAFile)
        let outlet = try await settings.outlet(
            sealedBy: keys, client: webhooks)
        let service = SendingService(
            book: book, door: door, approval: try settings.approval(),
            roots: AttachmentRoots(folders: settings.attachmentRoots, limit: Limits().mailData),
            retention: try settings.retention(), webhooks: outlet,
            polling: try settings.imapPolling(), surroundings: surroundings, logger: logger)
        return Rooms(service: service, hangUp: hangUp, sandbox: sandbox, webhooks: webhooks)
    }
}

/// The file of the record; a failure says how to name one.
func databasePath(_ settings: Settings, _ environment: [String: String]) throws(Failure) -> String {
    if let path = settings.database ?? Folders(environment).database { return path }
    throw Failure(
        .internal, "There is no place for the record of sends: HOME is not set.",
        hint: "Set ENVELOPE_DB to an absolute path, or start envelope with --db FILE.")
}

/// The folder of the messages that the sandbox took.
func sandboxFolder(beside database: String) -> String { database + ".sandbox" }
