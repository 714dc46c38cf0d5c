import JSON
import Logging
import MCP
import Mail
import Sending
import Store
import Synchronization
import TestPeers
import Tools

@testable import HTTP

/// The face over a real record and a scripted transport, asked without a socket.
struct Shop: Sendable {
    let face: Face
    let offer: Face.Offer
    let service: SendingService
    let transport: ScriptedTransport
    let clock: ManualClock
    /// The file of the record.
    let path: String

    /// - Parameter names: of the tools that are served.
    init(
        _ acts: [ScriptedTransport.Act], folder: String, settings: HTTPSettings,
        names: [String] = MailTools.usual, hasAccount: Bool = true, rails: GuardRails = .none
    ) throws {
        let sender = try Mailbox(parsing: "Me <me@example.com>")
        let transport = ScriptedTransport(acts)
        let record = AccountRecord(
            id: "env-1", name: "me", kind: .smtp, server: "smtps://mail.example.com:465", username: "me",
            sender: sender.address)
        let path = folder + "/envelope.db"
        let clock = ManualClock()
        let metrics = Metrics()
        let account = Account(
            record: record, sender: sender, transport: transport, schedule: .standard, rails: rails
        ).measured(by: metrics, uptime: { clock.uptime })
        let service = SendingService(
            accounts: hasAccount ? [account] : [],
            door: StoreDoor(open: { try Store.open(at: path) }, exists: { true }),
            roots: AttachmentRoots(folders: [], limit: 1_000_000),
            surroundings: Surroundings(
                now: { clock.now }, uptime: { clock.uptime }, sleep: { try await clock.sleep($0) },
                random: { UInt64.random(in: .min ... .max) },
                machine: Surroundings.Machine(host: "test", bootID: "boot", pid: 1)),
            logger: Self.logger)
        self.service = service
        self.transport = transport
        self.clock = clock
        self.path = path
        let tools = try MailTools.all(names) { .success(service) }
        self.offer = Face.Offer(
            version: "0.0.0", isSandbox: false, tools: tools,
            operations: Operations(service: { .success(service) }, metrics: metrics),
            mcp: HTTPBinding(
                catalogue: Catalogue(name: "envelope", title: "Envelope", version: "0.0.0", tools: tools),
                sessionID: { "session-\(UInt64.random(in: .min ... .max))" }))
        self.face = Face(offer, settings: settings, logger: Self.logger)
    }

    /// One request as a program of this machine sends it.
    func ask(
        _ method: String, _ target: String, _ body: String? = nil, fields: [String: String] = [:]
    ) async -> Answer {
        var lines = ["Host": "localhost:8000"]
        if body != nil { lines["Content-Type"] = "application/json" }
        lines.merge(fields) { $1 }
        let given = HTTPFields(lines.filter { !$0.value.isEmpty }.map { (name: $0.key, value: $0.value) })
        let reply = await face.respond(method, target, given) { limit throws(Face.BodyFault) in
            let bytes = Array((body ?? "").utf8)
            if bytes.count > limit { throw .tooLarge }
            return bytes
        }
        return Answer(reply)
    }

    func send(_ arguments: JSON, query: String = "", fields: [String: String] = [:]) async -> Answer {
        await ask("POST", "/send" + query, arguments.text, fields: fields)
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let message: JSON = ["to": ["a@example.org"], "subject": "Hello", "text": "Hello there"]
}

/// A reply, taken apart.
struct Answer: Sendable {
    let status: Int
    let fields: HTTPFields
    let bytes: [UInt8]

    init(_ reply: HTTPReply) {
        status = reply.status
        fields = reply.fields
        if case .whole(_, _, let body) = reply { bytes = body } else { bytes = [] }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
    var type: String? { fields.only("Content-Type") }

    subscript(name: String) -> JSON? { json[name] }

    /// What every problem has.
    var isProblem: Bool {
        type == "application/problem+json" && json["status"]?.integer == Int64(status)
            && ["title", "detail", "code", "hint"].allSatisfy { json[$0]?.string?.isEmpty == false }
    }
}

/// Lends a face with a record in a folder of its own.
func withShop<Result>(
    _ acts: [ScriptedTransport.Act] = [], settings: HTTPSettings? = nil,
    names: [String] = MailTools.usual, hasAccount: Bool = true, rails: GuardRails = .none,
    _ body: (Shop) async throws -> Result
) async throws -> Result {
    try await withTemporaryFolder { folder in
        let shop = try Shop(
            acts, folder: folder, settings: try settings ?? HTTPSettings(), names: names,
            hasAccount: hasAccount, rails: rails)
        let result = try await body(shop)
        _ = await shop.service.finish(within: .zero)
        return result
    }
}
