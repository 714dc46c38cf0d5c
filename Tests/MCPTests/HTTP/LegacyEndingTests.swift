import JSON
import MCP
import Testing

/// What ends a legacy session over HTTP, and which requests never belong to one.
struct LegacyEndingTests {
    static let list = LegacySessionTests.list

    @Test("a deleted session is no more")
    func deleting() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        async let call = peer.exchange(Lines.call(1, "wait", ["name": "a"]))
        #expect(await stage.gate.nextBegun() == "a")
        #expect(await peer.send("DELETE", peer.sessionFields).status == 204)
        #expect(await stage.nextFinished() == "cancelled")
        _ = try await call
        #expect(try await peer.exchange(Self.list).status == 404)
        #expect(await peer.send("GET", peer.sessionFields).status == 404)
        #expect(await peer.send("DELETE", peer.sessionFields).status == 404)
        #expect(peer.binding.sessionCount == 0)
    }

    @Test("a session that is idle for long is forgotten, and one that is used is not")
    func idling() async throws {
        let peer = Peer()
        let other = Peer(like: peer)
        try await peer.begin()
        try await other.begin()
        peer.clock.advance(by: .seconds(1799))
        #expect(try await peer.exchange(Self.list).status == 200)
        peer.clock.advance(by: .seconds(1))
        #expect(try await peer.exchange(Self.list).status == 200)
        #expect(peer.binding.sessionCount == 1)
        #expect(try await other.exchange(Self.list).status == 404)
        peer.clock.advance(by: .seconds(1800))
        #expect(try await peer.exchange(Self.list).status == 404)
    }

    @Test("a session with a call or a stream open is not idle, and its time begins when they end")
    func busy() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        async let call = peer.exchange(Lines.call(1, "wait", ["name": "a"]), peer.jsonFields)
        #expect(await stage.gate.nextBegun() == "a")
        peer.clock.advance(by: .seconds(4000))
        try await Peer(like: peer).begin()
        #expect(peer.binding.sessionCount == 2)
        stage.gate.open("a")
        #expect(try await call.status == 200)
        peer.clock.advance(by: .seconds(1799))
        #expect(try await peer.exchange(Self.list).status == 200)
        let reader = try await peer.listen()
        await peer.clock.untilSleepers(1)
        peer.clock.advance(by: .seconds(4000))
        #expect(await reader.nextEvent() == ":")
        #expect(try await peer.exchange(Self.list).status == 200)
    }

    @Test(
        "other methods are not allowed, and those that would be are named",
        arguments: ["PUT", "PATCH", "OPTIONS", "HEAD", "TRACE", "post", "get"])
    func methods(method: String) async throws {
        let peer = Peer()
        try await peer.begin()
        let reply = await peer.send(method, peer.sessionFields)
        #expect(reply.status == 405 && reply.fields.values(of: "Allow") == ["GET, POST, DELETE"])
        #expect(reply.fields.lines.allSatisfy { !$0.name.hasPrefix("Access-Control") })
    }

    @Test(
        "without a session, or in a modern version, there is nothing to GET or DELETE",
        arguments: ["GET", "DELETE"])
    func nothing(method: String) async throws {
        let peer = Peer()
        let reply = await peer.send(method, ["Accept": "text/event-stream"])
        #expect(reply.status == 405 && reply.fields.values(of: "Allow") == ["POST"])
        try await peer.begin()
        var fields: HTTPFields = ["Mcp-Session-Id": peer.session ?? "", "Accept": "text/event-stream"]
        fields.append("MCP-Protocol-Version", "2026-07-28")
        #expect(await peer.send(method, fields).status == 405)
        fields = ["Mcp-Session-Id": peer.session ?? "", "MCP-Protocol-Version": "1999-01-01"]
        #expect(await peer.send(method, fields).status == 400)
        fields = ["Mcp-Session-Id": peer.session ?? "", "Mcp-Session-Id": "x"]
        #expect(await peer.send(method, fields).status == 400)
        #expect(await peer.send(method, ["Mcp-Session-Id": "x"]).status == 404)
    }
}
