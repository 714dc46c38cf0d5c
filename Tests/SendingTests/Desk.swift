import Logging
import Mail
import Store
import Synchronization
import TestPeers

@testable import Sending

/// A service over a real record, with scripted transports and a clock that the test moves.
struct Desk: Sendable {
    let service: SendingService
    /// Of the first account, when its transport is scripted.
    let transport: ScriptedTransport
    let clock: ManualClock
    let path: String
    let milestones: Milestones

    static let sender = "Me <me@example.com>"
    static let schedule = RetrySchedule(pauses: [60, 300], giveUpAfter: 3_600)

    init(
        _ acts: [ScriptedTransport.Act], path: String, clock: ManualClock = ManualClock(),
        schedule: RetrySchedule = Self.schedule, retention: Duration? = nil,
        approval: ApprovalPolicy = .none, rails: GuardRails = .none, webhooks: WebhookOutlet? = nil
    ) throws {
        let transport = ScriptedTransport(acts)
        let account = try Self.account("me", transport, schedule: schedule, rails: rails)
        self.init(
            [account], transport, path: path, clock: clock, retention: retention, approval: approval,
            webhooks: webhooks)
    }

    /// Several accounts, or transports of another kind.
    init(
        accounts: [Account], path: String, clock: ManualClock = ManualClock(),
        approval: ApprovalPolicy = .none
    ) {
        self.init(
            accounts, ScriptedTransport([]), path: path, clock: clock, retention: nil, approval: approval)
    }

    private init(
        _ accounts: [Account], _ transport: ScriptedTransport, path: String, clock: ManualClock,
        retention: Duration?, approval: ApprovalPolicy, webhooks: WebhookOutlet? = nil
    ) {
        let milestones = Milestones()
        self.transport = transport
        self.clock = clock
        self.path = path
        self.milestones = milestones
        self.service = SendingService(
            accounts: accounts, door: StoreDoor(open: { try Store.open(at: path) }, exists: { true }),
            approval: approval, roots: AttachmentRoots(folders: [], limit: 1_000_000),
            limits: Limits(mailData: 10_000),
            retention: retention, webhooks: webhooks,
            surroundings: Self.surroundings(clock) { milestones.add($0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func account(
        _ name: String, _ transport: any MailTransport, schedule: RetrySchedule = Self.schedule,
        connections: Int = 4, approval: ApprovalPolicy = .none, rails: GuardRails = .none
    ) throws -> Account {
        let sender = try Mailbox(parsing: "\(name == "me" ? "Me" : "Other") <\(name)@example.com>")
        let record = AccountRecord(
            id: "env-\(name)", name: name, kind: .smtp, server: "smtps://mail.example.com:465",
            username: name, sender: sender.address)
        return Account(
            record: record, sender: sender, transport: transport, schedule: schedule,
            connections: connections, approval: approval, rails: rails)
    }

    static func surroundings(
        _ clock: ManualClock, reached: @escaping @Sendable (Milestone) -> Void = { _ in }
    ) -> Surroundings {
        Surroundings(
            now: { clock.now }, uptime: { clock.uptime }, sleep: { try await clock.sleep($0) },
            random: { UInt64.random(in: .min ... .max) },
            machine: Surroundings.Machine(host: "test", bootID: "boot", pid: 1), reached: reached)
    }

    /// Another connection to the record.
    func looker() throws -> Store { try Store.open(at: path) }

    /// Sends, and waits for what the service says without moving the clock.
    func send(
        to: [String] = ["a@example.org"], subject: String = "Hello", wait: Duration = .seconds(3_000)
    ) async throws -> SendHistory {
        try await service.send(try Self.request(to: to, subject: subject), wait: wait).history
    }

    static func request(to: [String] = ["a@example.org"], subject: String = "Hello") throws -> SendRequest {
        var request = SendRequest()
        request.to = try to.map(Mailbox.init(parsing:))
        request.subject = subject
        request.text = "Hello there"
        return request
    }

    func track(_ id: SendID) async throws -> SendHistory { try await service.track(.id(id), wait: .zero) }

    /// Moves the clock in steps until the send satisfies the condition.
    func advance(_ id: SendID, by step: Double = 30, until isDone: (SendRecord) -> Bool) async throws
        -> SendHistory
    {
        var latest = try await track(id)
        try await eventually {
            if isDone(latest.send) { return true }
            clock.advance(by: step)
            latest = try await track(id)
            return false
        }
        return latest
    }

    /// Waits, without moving the clock, until the send satisfies the condition.
    @discardableResult
    func standing(_ id: SendID, until isDone: (SendRecord) -> Bool) async throws -> SendHistory {
        var latest = try await track(id)
        try await eventually {
            if isDone(latest.send) { return true }
            latest = try await track(id)
            return false
        }
        return latest
    }
}

/// The milestones that a service has passed, in order.
final class Milestones: Sendable {
    private let list = Mutex<[Milestone]>([])

    var all: [Milestone] { list.withLock { $0 } }
    func add(_ milestone: Milestone) { list.withLock { $0.append(milestone) } }
}

/// Lends a desk with a record in a folder of its own.
func withDesk<Result>(
    _ acts: [ScriptedTransport.Act], schedule: RetrySchedule = Desk.schedule, retention: Duration? = nil,
    approval: ApprovalPolicy = .none, rails: GuardRails = .none, _ body: (Desk) async throws -> Result
) async throws -> Result {
    try await withTemporaryFolder { folder in
        let desk = try Desk(
            acts, path: folder + "/envelope.db", schedule: schedule, retention: retention,
            approval: approval, rails: rails)
        let result = try await body(desk)
        _ = await desk.service.finish(within: .zero)
        return result
    }
}
