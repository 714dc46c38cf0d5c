import Logging
import Mail
import Store
import TestPeers

@testable import Sending

/// A service over a real record, with a scripted transport and a clock that the test moves.
struct Desk: Sendable {
    let service: SendingService
    let transport: ScriptedTransport
    let clock: ManualClock
    let path: String

    static let sender = "Me <me@example.com>"

    init(
        _ acts: [ScriptedTransport.Act], path: String, clock: ManualClock = ManualClock(),
        schedule: RetrySchedule = RetrySchedule(pauses: [60, 300], giveUpAfter: 3_600)
    ) throws {
        let sender = try Mailbox(parsing: Self.sender)
        let transport = ScriptedTransport(acts)
        let record = AccountRecord(
            id: "env-1", name: "me", kind: .smtp, server: "smtps://mail.example.com:465", username: "me",
            sender: sender.address)
        self.transport = transport
        self.clock = clock
        self.path = path
        self.service = SendingService(
            accounts: [Account(record: record, sender: sender, transport: transport, schedule: schedule)],
            door: StoreDoor(open: { try Store.open(at: path) }, exists: { true }),
            roots: AttachmentRoots(folders: [], limit: 1_000_000), limits: Limits(mailData: 10_000),
            surroundings: Self.surroundings(clock),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func surroundings(_ clock: ManualClock) -> Surroundings {
        Surroundings(
            now: { clock.now }, uptime: { clock.uptime }, sleep: { try await clock.sleep($0) },
            random: { UInt64.random(in: .min ... .max) })
    }

    /// Sends, and waits for what the service says without moving the clock.
    func send(to: [String] = ["a@example.org"], wait: Duration = .seconds(3_000)) async throws -> SendHistory
    {
        try await service.send(try Self.request(to: to), wait: wait)
    }

    static func request(to: [String] = ["a@example.org"]) throws -> SendRequest {
        var request = SendRequest()
        request.to = try to.map(Mailbox.init(parsing:))
        request.subject = "Hello"
        request.text = "Hello there"
        return request
    }

    /// Moves the clock in steps until the send satisfies the condition.
    func advance(_ id: SendID, by step: Double = 30, until isDone: (SendRecord) -> Bool) async throws
        -> SendHistory
    {
        var latest = try await service.track(.id(id), wait: .zero)
        try await eventually {
            if isDone(latest.send) { return true }
            clock.advance(by: step)
            latest = try await service.track(.id(id), wait: .zero)
            return false
        }
        return latest
    }
}

/// Lends a desk with a record in a folder of its own.
func withDesk<Result>(
    _ acts: [ScriptedTransport.Act], _ body: (Desk) async throws -> Result
) async throws -> Result {
    try await withTemporaryFolder { folder in
        let desk = try Desk(acts, path: folder + "/envelope.db")
        let result = try await body(desk)
        await desk.service.finish(within: .zero)
        return result
    }
}
