import JSON
import MCP
import Testing

/// Modern replies that take time: when they are streams, what ends them, and who notices.
struct ModernStreamTests {
    static let counting = Lines.modern(1, "tools/call", ["name": "count", "_meta": ["progressToken": "t"]])

    static func call(_ id: JSON, _ tool: String, _ arguments: JSON = [:], token: JSON? = nil) -> String {
        var params: JSON.Object = ["name": .string(tool), "arguments": arguments]
        if let token { params["_meta"] = ["progressToken": token] }
        return Lines.modern(id, "tools/call", params)
    }

    static func listen(_ id: JSON, _ uris: [String]) -> String {
        let uris = JSON.array(uris.map(JSON.string))
        return Lines.modern(id, "subscriptions/listen", ["notifications": ["resourceSubscriptions": uris]])
    }

    @Test("a call that reports progress is a stream, whose last event is the answer")
    func progress() async throws {
        let exchange = try await Peer().exchange(Self.counting)
        #expect(exchange.status == 200 && exchange.isStream)
        #expect(exchange.messages.count == 3)
        #expect(exchange.messages.first?["params"]?["progressToken"] == "t")
        #expect(exchange.messages.last?["id"] == 1)
        #expect(exchange.fields.only("Mcp-Session-Id") == nil)
    }

    @Test("a call that is not asked for progress is plain JSON")
    func silence() async throws {
        let exchange = try await Peer().exchange(Self.call(1, "count"))
        #expect(!exchange.isStream && exchange.message?["id"] == 1)
    }

    @Test("an error before anything else is plain JSON, even where progress was asked for")
    func earlyError() async throws {
        let exchange = try await Peer().exchange(Self.call(1, "demanding", token: 5))
        #expect(!exchange.isStream && exchange.status == 400)
        #expect(exchange.message?["error"]?["code"] == -32021)
    }

    @Test("a client that takes no stream gets the answer without the progress")
    func onlyJSON() async throws {
        let peer = Peer()
        let fields = peer.fields(for: Self.counting, accept: "application/json")
        let exchange = try await peer.exchange(Self.counting, fields)
        #expect(!exchange.isStream && exchange.message?["result"]?["content"]?[0]?["text"] == "told")
    }

    @Test("a client that takes only streams gets the answer as an event, and an error as JSON for its status")
    func onlyEvents() async throws {
        let peer = Peer()
        let list = Lines.modern(1, "tools/list")
        let exchange = try await peer.exchange(list, peer.fields(for: list, accept: "text/event-stream"))
        #expect(exchange.isStream && exchange.message?["result"]?["tools"] != nil)
        let none = Lines.modern(1, "none")
        let error = try await peer.exchange(none, peer.fields(for: none, accept: "text/event-stream"))
        #expect(!error.isStream && error.status == 404)
    }

    @Test("a client that leaves the stream cancels the call")
    func leaving() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        let body = Self.call(1, "talk", ["name": "a"], token: 1)
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next()?["method"] == "notifications/progress")
        #expect(await stage.gate.nextBegun() == "a")
        reader.leave()
        #expect(await stage.nextFinished() == "cancelled")
    }

    @Test("a client that leaves before the reply has begun cancels the call")
    func leavingEarly() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        let post = Task { await peer.post(Self.call(1, "wait", ["name": "a"])) }
        #expect(await stage.gate.nextBegun() == "a")
        post.cancel()
        #expect(await stage.nextFinished() == "cancelled")
        #expect(await post.value.status == 503)
    }

    @Test("two clients may use one id at a time")
    func sameID() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        async let one = peer.exchange(Self.call(1, "wait", ["name": "a"]))
        #expect(await stage.gate.nextBegun() == "a")
        async let two = Peer(like: peer, principal: "bob").exchange(Self.call(1, "wait", ["name": "b"]))
        #expect(await stage.gate.nextBegun() == "b")
        stage.gate.open("a")
        stage.gate.open("b")
        #expect(try await one.message?["result"] != nil)
        #expect(try await two.message?["result"] != nil)
    }

    @Test("a call that is silent for long becomes a stream that is kept alive by comments")
    func keepAlive() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        let body = Self.call(1, "wait", ["name": "a"])
        async let reply = peer.post(body)
        await peer.clock.untilSleepers(1)
        peer.clock.advance(by: .seconds(15))
        let reader = try peer.reader(of: await reply, answering: body)
        #expect(await reader.nextEvent() == ":")
        await peer.clock.untilSleepers(1)
        peer.clock.advance(by: .seconds(14))
        peer.clock.advance(by: .seconds(1))
        #expect(await reader.nextEvent() == ":")
        stage.gate.open("a")
        #expect(try await reader.next()?["id"] == 1)
        #expect(try await reader.next() == nil)
    }

    @Test("a question to a person is an answer, and the person's answer another request")
    func question() async throws {
        let peer = Peer()
        let asking = Lines.modern(1, "tools/call", ["name": "ask"], capabilities: ["elicitation": [:]])
        let question = try await peer.exchange(asking)
        #expect(!question.isStream)
        let result = question.message?["result"]
        #expect(result?["resultType"] == "input_required")
        let state = try #require(result?["requestState"])
        let answer: JSON.Object = [
            "name": "ask", "requestState": state,
            "inputResponses": ["go": ["action": "accept", "content": ["go": true]]],
        ]
        let answering = Lines.modern(2, "tools/call", answer, capabilities: ["elicitation": [:]])
        #expect(try await peer.exchange(answering).message?["result"]?["content"]?[0]?["text"] == "accept")
        // What one principal carries is of no use to another.
        let stolen = try await Peer(like: peer, principal: "bob").exchange(answering)
        #expect(stolen.status == 200 && stolen.message?["error"]?["code"] == -32602)
    }

    // MARK: - Subscriptions

    @Test("a subscription acknowledges, tells of each change, and ends with its result when the server does")
    func subscription() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        let body = Self.listen("s", ["test://things/1", "other://x"])
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        let meta: JSON = ["io.modelcontextprotocol/subscriptionId": "s"]
        let first = try await reader.next()
        #expect(first?["method"] == "notifications/subscriptions/acknowledged")
        #expect(first?["params"]?["_meta"] == meta)
        #expect(first?["params"]?["notifications"] == ["resourceSubscriptions": ["test://things/1"]])
        stage.change("test://things/1")
        let change = try await reader.next()
        #expect(change?["method"] == "notifications/resources/updated")
        #expect(change?["params"] == ["_meta": meta, "uri": "test://things/1"])
        peer.binding.end()
        let last = try await reader.next()
        #expect(last?["id"] == "s" && last?["result"]?["resultType"] == "complete")
        #expect(try await reader.next() == nil)
        #expect(await peer.post(Lines.modern(1, "tools/list")).status == 503)
    }

    @Test("a subscription is kept alive by comments")
    func subscriptionAlive() async throws {
        let peer = Peer()
        let body = Self.listen(1, ["test://things/1"])
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next() != nil)
        for _ in 0..<3 {
            await peer.clock.untilSleepers(1)
            peer.clock.advance(by: .seconds(15))
            #expect(await reader.nextEvent() == ":")
        }
    }

    @Test("a client that leaves ends its subscription")
    func subscriptionLeft() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        let body = Self.listen(1, ["test://things/1"])
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next() != nil)
        reader.leave()
        #expect(await stage.nextEnded() == "test://things/1")
    }

    @Test("a stream that nobody reads at all is left like any other")
    func unread() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        var reply: HTTPReply? = await peer.post(Self.listen(1, ["test://things/1"]))
        #expect(reply?.status == 200)
        reply = nil
        #expect(await stage.nextEnded() == "test://things/1")
    }

    @Test("a reader whose task is cancelled has left")
    func cancelledReader() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        guard case .stream(_, _, let body) = await peer.post(Self.listen(1, ["test://things/1"])) else {
            Issue.record("no stream")
            return
        }
        let (read, reads) = AsyncStream.makeStream(of: Void.self)
        let reading = Task { for await _ in body { reads.yield() } }
        for await _ in read { break }
        reading.cancel()
        await reading.value
        #expect(await stage.nextEnded() == "test://things/1")
    }
}
