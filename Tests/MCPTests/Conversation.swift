import JSON
import Testing

@testable import MCP

/// A client that is asked things: a wire with a full catalogue behind it.
struct Conversation {
    static let able: JSON.Object = ["elicitation": [:], "sampling": [:], "roots": [:]]

    let wire: Wire

    /// A legacy conversation after its handshake.
    init(
        _ revision: Revision, capabilities: JSON.Object = able, catalogue: Catalogue = Full.catalogue(),
        limits: StdioServer.Limits = .patient, options: Session.Options = .init(), initialized: Bool = true
    ) async throws {
        wire = try Wire(catalogue: catalogue, limits: limits, options: options)
        wire.send(Lines.initialize(.string(revision.rawValue), capabilities: .object(capabilities)))
        _ = try await wire.next()
        if initialized { wire.send(Lines.notification("notifications/initialized")) }
    }

    func send(_ line: String) { wire.send(line) }

    func next() async throws -> JSON { try #require(try await wire.next(), "the server has ended") }

    /// The next line, which must be a question; its id.
    func question(_ method: JSON) async throws -> (id: JSON, params: JSON?) {
        let question = try await next()
        #expect(question["method"] == method && question["result"] == nil, "\(question)")
        return (try #require(question["id"]), question["params"])
    }

    func answer(_ id: JSON, _ result: JSON) {
        wire.send(JSON.object(["jsonrpc": "2.0", "id": id, "result": result]).text)
    }

    /// What a modern server answers to one request.
    static func ask(
        _ params: JSON.Object, capabilities: JSON.Object = able, method: String = "tools/call",
        catalogue: Catalogue = Full.catalogue(), options: Session.Options = .init()
    ) async throws -> JSON {
        let line = Lines.modern(7, method, params, capabilities: .object(capabilities))
        return try #require(try await Wire.exchange([line], catalogue: catalogue, options: options).first)
    }
}
