import JSON
import MCP
import Testing

/// Legacy clients over HTTP: how sessions begin, what belongs to them, and what ends them.
struct LegacySessionTests {
    static let list = Lines.request(1, "tools/list")

    @Test("initialize begins a session under a new id", arguments: Revision.legacy)
    func beginning(revision: Revision) async throws {
        let peer = Peer()
        let exchange = try await peer.exchange(Lines.initialize(.string(revision.rawValue)))
        #expect(exchange.status == 200 && !exchange.isStream)
        #expect(exchange.fields.values(of: "Mcp-Session-Id") == ["session-1"])
        #expect(exchange.message?["result"]?["protocolVersion"] == .string(revision.rawValue))
        try await peer.begin(revision)
        #expect(peer.session == "session-2" && peer.binding.sessionCount == 2)
        let tools = try await peer.exchange(Self.list)
        #expect(tools.status == 200 && tools.message?["result"]?["tools"] != nil)
        #expect(tools.message?["result"]?["resultType"] == nil)
    }

    @Test("an initialize that fails begins no session")
    func failing() async throws {
        let peer = Peer()
        let exchange = try await peer.exchange(Lines.request(0, "initialize", [:]))
        #expect(exchange.message?["error"]?["code"] == -32602)
        #expect(exchange.fields.only("Mcp-Session-Id") == nil && peer.binding.sessionCount == 0)
    }

    @Test("a second initialize in a session is answered in it, and in an unknown one begins another")
    func again() async throws {
        let peer = Peer()
        try await peer.begin(.november2025)
        var fields = peer.fields(for: Lines.initialize())
        fields.append("Mcp-Session-Id", "session-1")
        let again = try await peer.exchange(Lines.initialize("2025-06-18"), fields)
        #expect(again.fields.only("Mcp-Session-Id") == "session-1" && peer.binding.sessionCount == 1)
        #expect(again.message?["result"]?["protocolVersion"] == "2025-06-18")
        fields = peer.fields(for: Lines.initialize())
        fields.append("Mcp-Session-Id", "lost")
        #expect(
            try await peer.exchange(Lines.initialize(), fields).fields.only("Mcp-Session-Id") == "session-2")
    }

    @Test(
        "a message without a session is refused, except initialize",
        arguments: [
            list, Lines.request("p", "ping"), Lines.notification("notifications/initialized"), "[\(list)]",
        ])
    func without(body: String) async throws {
        let exchange = try await Peer().exchange(body)
        #expect(exchange.status == 400)
        #expect(exchange.message?["error"]?["code"] == -32600)
        #expect(exchange.message?["id"] == (try JSON(parsing: body))["id"] ?? .null)
    }

    @Test(
        "a message of an unknown session is not found, so that the client begins again",
        arguments: [
            list, Lines.notification("notifications/initialized"), #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        ])
    func unknown(body: String) async throws {
        let peer = Peer()
        let fields: HTTPFields = ["Content-Type": "application/json", "Mcp-Session-Id": "none"]
        #expect(try await peer.exchange(body, fields).status == 404)
        let two: HTTPFields = [
            "Content-Type": "application/json", "Mcp-Session-Id": "none", "Mcp-Session-Id": "none",
        ]
        #expect(try await peer.exchange(body, two).status == 400)
    }

    @Test("a session belongs to the principal that began it")
    func principal() async throws {
        let peer = Peer()
        try await peer.begin()
        let thief = Peer(like: peer, principal: "mallory")
        #expect(try await thief.exchange(Self.list, peer.fields(for: Self.list)).status == 404)
        #expect(await thief.send("GET", peer.sessionFields).status == 404)
        #expect(await thief.send("DELETE", peer.sessionFields).status == 404)
        #expect(try await peer.exchange(Self.list).status == 200)
    }

    @Test("notifications and responses are taken without a word")
    func silence() async throws {
        let peer = Peer()
        try await peer.begin()
        let bodies = [
            Lines.notification("notifications/initialized"), Lines.notification("notifications/none"),
            Lines.notification("notifications/cancelled", ["requestId": 99]),
            #"{"jsonrpc":"2.0","id":99,"result":{}}"#,
            #"{"jsonrpc":"2.0","id":99,"error":{"code":1,"message":""}}"#,
        ]
        for body in bodies {
            guard case .whole(let status, _, let bytes) = await peer.post(body) else {
                Issue.record("a stream")
                continue
            }
            #expect(status == 202 && bytes.isEmpty)
        }
    }

    @Test(
        "the version above a request must be one of ours, and may be absent",
        arguments: [
            ([], 200), (["2025-11-25"], 200), (["2024-11-05"], 200), (["1999-01-01"], 400), ([""], 400),
            (["2025-11-25", "2025-11-25"], 400), (["2026-07-28"], 400),
        ])
    func version(versions: [String], status: Int) async throws {
        let peer = Peer()
        try await peer.begin(.june2025)
        var fields: HTTPFields = ["Content-Type": "application/json", "Mcp-Session-Id": peer.session ?? ""]
        for version in versions { fields.append("MCP-Protocol-Version", version) }
        #expect(try await peer.exchange(Self.list, fields).status == status)
        if versions == ["2026-07-28"] { return }
        let notified = await peer.post(Lines.notification("notifications/initialized"), fields)
        #expect(notified.status == (status == 200 ? 202 : status))
    }

    @Test("an error of a request is told in the body, one of the message by its status too")
    func errors() async throws {
        let peer = Peer()
        try await peer.begin()
        let unknown = try await peer.exchange(Lines.request(1, "none"))
        #expect(unknown.status == 200 && unknown.message?["error"]?["code"] == -32601)
        let resource = try await peer.exchange(Lines.request(2, "resources/read", ["uri": "test://none"]))
        #expect(resource.status == 200 && resource.message?["error"]?["code"] == -32002)
        let fraction = try await peer.exchange(Lines.request(1.5, "ping"))
        #expect(fraction.status == 400 && fraction.message?["error"]?["code"] == -32600)
        #expect(try await peer.exchange("{").message?["error"]?["code"] == -32700)
    }

    @Test("each session has its own version and its own ids")
    func apart() async throws {
        let stage = Stage()
        let old = Peer(stage.catalogue)
        let new = Peer(like: old)
        try await old.begin(.november2024)
        try await new.begin(.november2025)
        #expect(try await old.exchange(Self.list).message?["result"]?["tools"]?[0]?["annotations"] == nil)
        #expect(try await new.exchange(Self.list).message?["result"]?["tools"]?[0]?["annotations"] != nil)
        async let one = old.exchange(Lines.call(1, "wait", ["name": "a"]))
        #expect(await stage.gate.nextBegun() == "a")
        let same = try await old.exchange(Lines.call(1, "wait", ["name": "b"]))
        #expect(same.status == 400 && same.message?["error"]?["code"] == -32600)
        #expect(try await new.exchange(Lines.call(1, "plain")).message?["result"] != nil)
        stage.gate.open("a")
        #expect(try await one.message?["result"] != nil)
    }

    @Test("a batch belongs to 2025-03-26 alone, and is answered as one array")
    func batch() async throws {
        let peer = Peer()
        try await peer.begin(.march2025)
        let calls = [
            Lines.request(1, "ping"), Lines.call(2, "plain"), Lines.notification("x"), Lines.call(3, "echo"),
        ]
        let exchange = try await peer.exchange("[\(calls.joined(separator: ","))]")
        #expect(exchange.status == 200)
        #expect(Set(exchange.message?.array?.compactMap { $0["id"] } ?? []) == [1, 2, 3])
        #expect(await peer.post("[\(Lines.notification("x"))]").status == 202)
        #expect(try await peer.exchange("[]").status == 400)
        let modern: HTTPFields = [
            "Content-Type": "application/json", "Mcp-Session-Id": peer.session ?? "",
            "MCP-Protocol-Version": "2026-07-28",
        ]
        #expect(try await peer.exchange("[\(Lines.request(1, "ping"))]", modern).status == 400)
        try await peer.begin(.june2025)
        let refused = try await peer.exchange("[\(Lines.request(1, "ping"))]")
        #expect(refused.status == 400 && refused.message?["error"]?["code"] == -32600)
    }
}
