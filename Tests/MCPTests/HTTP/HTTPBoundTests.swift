import JSON
import Testing

@testable import MCP

/// What a client can make a binding hold has an end.
struct HTTPBoundTests {
    private static func limits(_ change: (inout HTTPBinding.Limits) -> Void) -> HTTPBinding.Limits {
        var limits = HTTPBinding.Limits()
        change(&limits)
        return limits
    }

    @Test("a body that is too large is refused")
    func body() async throws {
        let peer = Peer(limits: Self.limits { $0.body = 10 })
        #expect(await peer.post(#"{"a":1234}"#).status == 400)
        #expect(await peer.post(#"{"a":12345}"#).status == 413)
    }

    @Test("beyond the bound the session that was idle for longest makes room")
    func sessions() async throws {
        let peers = try await Self.peers(3, Peer(limits: Self.limits { $0.sessions = 2 }))
        #expect(peers[0].binding.sessionCount == 2)
        #expect(try await peers[0].exchange(Lines.request(1, "ping")).status == 404)
        #expect(try await peers[1].exchange(Lines.request(1, "ping")).status == 200)
        #expect(try await peers[2].exchange(Lines.request(1, "ping")).status == 200)
    }

    @Test("a session at work makes no room, and a client that finds none is told to come back")
    func busySessions() async throws {
        let first = Peer(limits: Self.limits { $0.sessions = 1 })
        try await first.begin()
        let reader = try await first.listen()
        let second = Peer(like: first)
        let refused = try await second.exchange(Lines.initialize())
        #expect(refused.status == 503 && refused.fields.only("Retry-After") == "1")
        #expect(refused.message?["error"]?["code"] == -32603 && refused.fields.only("Mcp-Session-Id") == nil)
        reader.leave()
        try await second.begin()
        #expect(second.binding.sessionCount == 1)
    }

    private static func peers(_ count: Int, _ first: Peer) async throws -> [Peer] {
        let peers = [first] + (1..<count).map { _ in Peer(like: first) }
        for peer in peers {
            try await peer.begin()
            peer.clock.advance(by: .seconds(1))
        }
        return peers
    }

    @Test("a session runs so many calls at once, and no more")
    func calls() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue, limits: Self.limits { $0.calls = 1 })
        try await peer.begin(.march2025)
        async let one = peer.exchange(Lines.call(1, "wait", ["name": "a"]))
        #expect(await stage.gate.nextBegun() == "a")
        let two = try await peer.exchange(Lines.call(2, "plain"))
        #expect(two.status == 503 && two.message?["error"]?["code"] == -32603 && two.message?["id"] == 2)
        // In a batch what is refused is refused by itself.
        let batch = try await peer.exchange("[\(Lines.request(3, "ping")),\(Lines.call(4, "plain"))]")
        #expect(batch.status == 200 && batch.message?.array?.count == 2)
        stage.gate.open("a")
        #expect(try await one.status == 200)
        // The id of a refused call is free.
        #expect(try await peer.exchange(Lines.call(2, "plain")).message?["result"] != nil)
    }

    @Test("all clients together run so many calls of so many bytes")
    func allCalls() async throws {
        let call = ModernStreamTests.call(1, "wait", ["name": "a"])
        for limits in [Self.limits { $0.allCalls = 1 }, Self.limits { $0.allBytes = call.utf8.count + 10 }] {
            let stage = Stage()
            let peer = Peer(stage.catalogue, limits: limits)
            try await peer.begin()
            async let one = peer.exchange(call)
            #expect(await stage.gate.nextBegun() == "a")
            let two = try await peer.exchange(ModernStreamTests.call(2, "plain"))
            #expect(two.status == 503 && two.fields.only("Retry-After") == "1" && two.message?["id"] == 2)
            #expect(try await peer.exchange(Lines.call(3, "plain")).status == 503)
            #expect(try await peer.exchange(Lines.modern(4, "tools/list")).status == 200)
            stage.gate.open("a")
            #expect(try await one.status == 200)
            #expect(try await peer.exchange(ModernStreamTests.call(2, "plain")).status == 200)
            #expect(try await peer.exchange(Lines.call(3, "plain")).status == 200)
        }
    }

    @Test("one call may always run, whatever its size")
    func largeCall() async throws {
        let peer = Peer(limits: Self.limits { $0.allBytes = 1 })
        #expect(try await peer.exchange(ModernStreamTests.call(1, "plain")).status == 200)
    }

    @Test("all clients together listen so many times")
    func listens() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue, limits: Self.limits { $0.listens = 1 })
        let body = ModernStreamTests.listen(1, ["test://things/1"])
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next() != nil)
        #expect(try await peer.exchange(ModernStreamTests.listen(2, ["test://things/1"])).status == 503)
        peer.binding.end()
        #expect(try await reader.next()?["result"] != nil)
    }

    @Test("what a client does not read is left out beyond the bound, but not the answer")
    func unread() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue, limits: Self.limits { $0.unread = 1000 })
        let body = ModernStreamTests.call(1, "talk", ["name": "a", "steps": 100, "bytes": 200], token: 1)
        let reply = await peer.post(body)
        #expect(await stage.gate.nextBegun() == "a")
        stage.gate.open("a")
        #expect(await stage.nextFinished() == "opened")
        let exchange = try await Exchange(reply)
        #expect((1...4).contains(exchange.messages.count - 1))
        #expect(exchange.messages.last?["result"] != nil)
    }

    // MARK: - The queue of one stream

    private static func notice(_ text: String, _ urgency: Notice.Urgency) -> Notice {
        Notice(bytes: Array(text.utf8), urgency: urgency)
    }

    @Test("a full queue leaves out what may be left out, and keeps as much again for what may not")
    func queue() async throws {
        let queue = EventQueue(limit: 10, streams: true)
        #expect(queue.send(Self.notice("12345678", .mayBeDropped)))
        #expect(queue.send(Self.notice("left out", .mayBeDropped)))
        #expect(queue.send(Self.notice("question", .must)))
        #expect(queue.send(Self.notice("news", .mayWait)))
        #expect(queue.send(Self.notice("news", .mayWait)))
        #expect(!queue.send(Self.notice("too much", .must)))
        let events = String(decoding: try #require(await queue.next()), as: UTF8.self)
        let expected = ["12345678", "question", "news"].map { "event: message\ndata: \($0)\n\n" }.joined()
        #expect(events == expected)
        #expect(queue.send(Self.notice("news", .mayWait)))
        #expect(try #require(await queue.next()).count == 27)
    }

    @Test("a closed or ended queue takes nothing, and says so once")
    func closing() async {
        let queue = EventQueue(limit: 10, streams: true)
        let (closed, closes) = AsyncStream.makeStream(of: Void.self)
        queue.whenClosed { closes.yield() }
        queue.finish(nil)
        #expect(!queue.send(Self.notice("late", .must)) && !queue.keepAlive())
        #expect(await queue.next() == nil)
        queue.close()
        closes.finish()
        var count = 0
        for await _ in closed { count += 1 }
        #expect(count == 1)
        let (later, laters) = AsyncStream.makeStream(of: Void.self)
        queue.whenClosed { laters.finish() }
        for await _ in later {}
    }

    @Test("a queue for a client without streams takes its answer alone")
    func withoutStreams() async throws {
        let queue = EventQueue(limit: 10, streams: false)
        #expect(!queue.send(Self.notice("question", .must)) && queue.keepAlive())
        queue.finish(Answer(to: nil, error: .invalidRequest("x")))
        guard case .answer(let answer?) = await queue.opening() else {
            Issue.record("no answer")
            return
        }
        #expect(answer.errorCode == -32600)
    }
}
