import JSON
import Testing

@testable import MCP

/// What a legacy client hears before an answer, and what it hears of the server's own accord.
struct LegacyStreamTests {
    static let asks: JSON = ["elicitation": [:]]

    @Test("progress comes on the stream of the request that asked for it", arguments: Revision.legacy)
    func progress(revision: Revision) async throws {
        let peer = Peer()
        try await peer.begin(revision)
        let call = Lines.request(1, "tools/call", ["name": "count", "_meta": ["progressToken": 7]])
        let exchange = try await peer.exchange(call)
        #expect(exchange.isStream && exchange.messages.count == 3)
        #expect(exchange.messages.first?["params"]?["progressToken"] == 7)
        #expect(exchange.messages.last?["id"] == 1)
    }

    @Test("a call goes on when its client disconnects, before and after the stream has begun")
    func disconnecting() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        let post = Task { await peer.post(Lines.call(1, "wait", ["name": "a"])) }
        #expect(await stage.gate.nextBegun() == "a")
        post.cancel()
        #expect(await post.value.status == 503)
        stage.gate.open("a")
        #expect(await stage.nextFinished() == "opened")
        let body = Lines.request(
            2, "tools/call", ["name": "talk", "arguments": ["name": "b"], "_meta": ["progressToken": 1]])
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next() != nil)
        #expect(await stage.gate.nextBegun() == "b")
        reader.leave()
        stage.gate.open("b")
        #expect(await stage.nextFinished() == "opened")
    }

    @Test("a cancelled call ends its stream without an answer")
    func cancelling() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        let body = Lines.request(
            "c", "tools/call", ["name": "talk", "arguments": ["name": "a"], "_meta": ["progressToken": 1]])
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next() != nil)
        #expect(await stage.gate.nextBegun() == "a")
        #expect(
            await peer.post(Lines.notification("notifications/cancelled", ["requestId": "c"])).status == 202)
        #expect(await stage.nextFinished() == "cancelled")
        #expect(try await reader.next() == nil)
    }

    @Test("a call cancelled before its reply has begun is answered with nothing")
    func cancellingEarly() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        async let reply = peer.post(Lines.call("c", "wait", ["name": "a"]))
        #expect(await stage.gate.nextBegun() == "a")
        #expect(
            await peer.post(Lines.notification("notifications/cancelled", ["requestId": "c"])).status == 202)
        #expect(await reply.status == 202)
    }

    // MARK: - Questions

    @Test(
        "a question comes on the stream of the call, and its answer by another request",
        arguments: [Revision.june2025, .november2025])
    func question(revision: Revision) async throws {
        let peer = Peer()
        try await peer.begin(revision, capabilities: Self.asks)
        let body = Lines.call(1, "ask")
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        let question = try #require(try await reader.next())
        #expect(question["method"] == "elicitation/create")
        let answer: JSON = [
            "jsonrpc": "2.0", "id": question["id"] ?? .null,
            "result": ["action": "accept", "content": ["go": true]],
        ]
        // An answer in another session is nobody's.
        let other = Peer(like: peer)
        try await other.begin(revision, capabilities: Self.asks)
        #expect(await other.post(answer.text).status == 202)
        let decline: JSON = [
            "jsonrpc": "2.0", "id": question["id"] ?? .null, "result": ["action": "decline"],
        ]
        #expect(await peer.post(decline.text).status == 202)
        #expect(try await reader.next()?["result"]?["content"]?[0]?["text"] == "decline")
        #expect(try await reader.next() == nil)
    }

    @Test("a question that can reach nobody is taken as cancelled at once")
    func unreachable() async throws {
        let peer = Peer()
        try await peer.begin(capabilities: Self.asks)
        let exchange = try await peer.exchange(Lines.call(1, "ask"), peer.jsonFields)
        #expect(!exchange.isStream && exchange.message?["result"]?["content"]?[0]?["text"] == "cancel")
    }

    @Test("a client can be asked although its announcement is still on its way")
    func unannounced() async throws {
        let peer = Peer()
        try await peer.begin(capabilities: Self.asks, announces: false)
        let body = Lines.call(1, "ask")
        let reader = try peer.reader(of: await peer.post(body), answering: body)
        #expect(try await reader.next()?["method"] == "elicitation/create")
    }

    @Test("a client that cannot be asked is not")
    func unasked() async throws {
        let peer = Peer()
        try await peer.begin()
        let exchange = try await peer.exchange(Lines.call(1, "ask"))
        #expect(exchange.message?["result"]?["content"]?[0]?["text"] == "nobody to ask")
    }

    @Test("a question is withdrawn when its call is cancelled, and when nobody answers in time")
    func withdrawing() async throws {
        let peer = Peer()
        try await peer.begin(capabilities: Self.asks)
        let body = Lines.call(1, "ask")
        var reader = try peer.reader(of: await peer.post(body), answering: body)
        var question = try await reader.next()
        #expect(
            await peer.post(Lines.notification("notifications/cancelled", ["requestId": 1])).status == 202)
        var withdrawal = try await reader.next()
        #expect(withdrawal?["method"] == "notifications/cancelled")
        #expect(withdrawal?["params"]?["requestId"] == question?["id"])
        #expect(try await reader.next() == nil)
        reader = try peer.reader(of: await peer.post(body), answering: body)
        question = try await reader.next()
        await peer.clock.untilSleepers(2)
        peer.clock.advance(by: .seconds(600))
        withdrawal = try await reader.next()
        #expect(withdrawal?["params"]?["requestId"] == question?["id"])
        #expect(try await reader.next()?["result"]?["content"]?[0]?["text"] == "cancel")
    }

    // MARK: - Of the server's own accord

    @Test("changes of a subscribed resource come on the stream of GET, until it is unsubscribed")
    func changes() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        let reader = try await peer.listen()
        let uri: JSON = ["uri": "test://things/1"]
        let subscribed = try await peer.exchange(Lines.request(1, "resources/subscribe", uri))
        #expect(subscribed.status == 200 && subscribed.message?["result"] == [:] && !subscribed.isStream)
        stage.change("test://things/1")
        let change = try await reader.next()
        #expect(change == ["jsonrpc": "2.0", "method": "notifications/resources/updated", "params": uri])
        #expect(
            try await peer.exchange(Lines.request(2, "resources/unsubscribe", uri)).message?["result"] == [:])
        #expect(await stage.nextEnded() == "test://things/1")
        peer.binding.end()
        #expect(try await reader.next() == nil)
    }

    @Test("what nobody listens to waits for the next stream, once, within a bound")
    func waiting() async throws {
        let rendered = RenderedCatalogue(Stage().catalogue)
        let session = LegacySession(
            "s", of: "alice", Session(rendered), limits: HTTPBinding.Limits(), now: { .zero })
        for number in [1, 1, 1] + Array(1...100) {
            session.send(Notice(bytes: Array("\(number)".utf8), urgency: .mayWait))
        }
        session.send(Notice(bytes: Array("progress".utf8), urgency: .mayBeDropped))
        let queue = EventQueue(limit: 1 << 20, streams: true)
        session.open(queue)
        session.end()
        let events = String(decoding: try #require(await queue.next()), as: UTF8.self)
        #expect(events == (1...64).map { "event: message\ndata: \($0)\n\n" }.joined())
        #expect(await queue.next() == nil)
    }

    @Test("each message goes to the newest stream alone, and the oldest ends when there are too many")
    func streams() async throws {
        var limits = HTTPBinding.Limits()
        limits.streams = 2
        let stage = Stage()
        let peer = Peer(stage.catalogue, limits: limits)
        try await peer.begin()
        let readers = [try await peer.listen(), try await peer.listen(), try await peer.listen()]
        #expect(try await readers[0].next() == nil)
        _ = try await peer.exchange(Lines.request(1, "resources/subscribe", ["uri": "test://things/1"]))
        stage.change("test://things/1")
        #expect(try await readers[2].next()?["method"] == "notifications/resources/updated")
        readers[2].leave()
        stage.change("test://things/1")
        #expect(try await readers[1].next()?["method"] == "notifications/resources/updated")
        peer.binding.end()
        #expect(try await readers[1].next() == nil)
    }

    @Test("the stream is kept alive by comments, and deleting the session ends it")
    func alive() async throws {
        let peer = Peer()
        try await peer.begin()
        let reader = try await peer.listen()
        await peer.clock.untilSleepers(1)
        peer.clock.advance(by: .seconds(15))
        #expect(await reader.nextEvent() == ":")
        #expect(await peer.send("DELETE", peer.sessionFields).status == 204)
        #expect(try await reader.next() == nil)
    }

    @Test("the stream needs a client that takes one")
    func acceptance() async throws {
        let peer = Peer()
        try await peer.begin()
        var fields = peer.sessionFields
        fields.append("Accept", "application/json")
        #expect(await peer.send("GET", fields).status == 406)
    }

    @Test("deleting a session ends its subscriptions")
    func subscriptionsEnd() async throws {
        let stage = Stage()
        let peer = Peer(stage.catalogue)
        try await peer.begin()
        _ = try await peer.exchange(Lines.request(1, "resources/subscribe", ["uri": "test://things/1"]))
        #expect(await peer.send("DELETE", peer.sessionFields).status == 204)
        #expect(await stage.nextEnded() == "test://things/1")
    }
}
