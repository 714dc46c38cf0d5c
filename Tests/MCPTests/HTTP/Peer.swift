import JSON
import Synchronization
import Testing

@testable import MCP

/// A client of a binding, without sockets: it sends requests as HTTP has them, and reads the replies. Every message that
/// it reads must validate against the schema of its revision.
final class Peer: Sendable {
    let binding: HTTPBinding
    let clock: HandClock
    private let principal: String
    /// What was agreed on in the session.
    private let state = Mutex(Agreement())

    private struct Agreement {
        var session: String?
        var revision = Revision.latestLegacy
    }

    init(
        _ catalogue: Catalogue = Stage().catalogue, limits: HTTPBinding.Limits = HTTPBinding.Limits(),
        answerTime: Duration = .seconds(600)
    ) {
        let clock = HandClock()
        var options = Session.Options()
        options.clock = clock
        options.answerTime = answerTime
        let ids = Atomic<Int>(0)
        binding = HTTPBinding(catalogue: catalogue, options: options, limits: limits) {
            "session-\(ids.add(1, ordering: .relaxed).newValue)"
        }
        self.clock = clock
        principal = "alice"
    }

    /// Another client of the same binding.
    init(like peer: Peer, principal: String = "alice") {
        binding = peer.binding
        clock = peer.clock
        self.principal = principal
    }

    var session: String? { state.withLock { $0.session } }

    // MARK: - Sending

    func send(_ method: String, _ fields: HTTPFields, _ body: [UInt8] = []) async -> HTTPReply {
        await binding.respond(
            to: HTTPMessage(method: method, fields: fields, body: body, principal: principal))
    }

    /// POSTs one message, with the fields that belong to it unless others are given.
    func post(_ body: String, _ fields: HTTPFields? = nil) async -> HTTPReply {
        await send("POST", fields ?? self.fields(for: body), Array(body.utf8))
    }

    /// The whole reply to one message.
    func exchange(_ body: String, _ fields: HTTPFields? = nil) async throws -> Exchange {
        let reply = await post(body, fields)
        return try await Exchange(reply) { await self.check($0, answering: body) }
    }

    /// What a client puts above a message: a modern one mirrors it, a legacy one names its session.
    func fields(for body: String, accept: String = "application/json, text/event-stream") -> HTTPFields {
        var fields: HTTPFields = ["Content-Type": "application/json", "Accept": accept]
        let message = try? JSON(parsing: body)
        if let version = message?["params"]?["_meta"]?["io.modelcontextprotocol/protocolVersion"]?.string {
            fields.append("MCP-Protocol-Version", version)
            fields.append("Mcp-Method", message?["method"]?.string ?? "")
            let params = message?["params"]
            if let name = params?["name"]?.string ?? params?["uri"]?.string ?? params?["taskId"]?.string {
                fields.append("Mcp-Name", name)
            }
        } else if message?["method"] != "initialize" {
            for line in sessionFields.lines { fields.append(line.name, line.value) }
        }
        return fields
    }

    var sessionFields: HTTPFields {
        let (session, revision) = state.withLock { ($0.session, $0.revision) }
        guard let session else { return [:] }
        return ["Mcp-Session-Id": session, "MCP-Protocol-Version": revision.rawValue]
    }

    /// For a client of the session that takes no stream.
    var jsonFields: HTTPFields {
        var fields = sessionFields
        fields.append("Content-Type", "application/json")
        fields.append("Accept", "application/json")
        return fields
    }

    /// Begins a session: `initialize`, and `notifications/initialized` unless that comes too late.
    func begin(_ revision: Revision = .latestLegacy, capabilities: JSON = [:], announces: Bool = true)
        async throws
    {
        let exchange = try await exchange(
            Lines.initialize(.string(revision.rawValue), capabilities: capabilities))
        let session = try #require(exchange.fields.only("Mcp-Session-Id"))
        state.withLock { $0 = Agreement(session: session, revision: revision) }
        if !announces { return }
        let announced = await post(Lines.notification("notifications/initialized"))
        try #require(announced.status == 202)
    }

    /// The stream that a session opens by GET.
    func listen() async throws -> Reader {
        var fields = sessionFields
        fields.append("Accept", "text/event-stream")
        return try reader(of: await send("GET", fields))
    }

    /// Reads a reply that must be a stream, event by event.
    func reader(of reply: HTTPReply, answering body: String = "") throws -> Reader {
        try Reader(reply) { await self.check($0, answering: body) }
    }

    private func check(_ message: JSON, answering body: String) async {
        let request = try? JSON(parsing: body)
        let isModern = request?["params"]?["_meta"]?["io.modelcontextprotocol/protocolVersion"] != nil
        let isDiscovery = request?["method"] == "server/discover"
        let asked = request?["params"]?["protocolVersion"]?.string.flatMap(Revision.init(rawValue:))
        let revision =
            isModern || isDiscovery
            ? .july2026
            : request?["method"] == "initialize" ? asked ?? .latestLegacy : state.withLock { $0.revision }
        await SchemaReading.check(message, in: revision, answering: request?["method"]?.string)
    }
}
