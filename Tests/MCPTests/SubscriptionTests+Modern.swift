import JSON
import Testing

@testable import MCP

extension SubscriptionTests {
    @Test(
        "a modern stream begins with what it will tell, and everything in it names the request",
        arguments: [7, "l"] as [JSON])
    func listen(id: JSON) async throws {
        let bell = Bell()
        let wire = try Wire(catalogue: Full.catalogue(bell: bell))
        wire.send(
            Self.listen(
                id, ["note://1", "http://x", "note://1"],
                ["toolsListChanged": true, "promptsListChanged": true]))
        #expect(
            try await wire.next() == [
                "jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged",
                "params": [
                    "_meta": .object([Meta.subscriptionID: id]),
                    "notifications": ["resourceSubscriptions": ["note://1"]],
                ],
            ])
        #expect(await bell.nextVisit() == "note://1")
        bell.ring("note://2")
        bell.ring("note://1")
        #expect(try await wire.next() == Self.updated("note://1", to: id))
        wire.send(Lines.modern(id, "tools/list"))
        #expect(try await wire.next()?.holds(.error(-32600, id: id)) == true)
        wire.send(Lines.notification("notifications/cancelled", ["requestId": id]))
        #expect(await bell.nextVisit() == "-note://1")
        bell.ring("note://1")
        #expect(try await wire.finish() == [])
    }

    @Test("streams beside each other each get what they asked for")
    func streams() async throws {
        let bell = Bell()
        let wire = try Wire(catalogue: Full.catalogue(bell: bell))
        for id in [1, 2] as [JSON] {
            wire.send(Self.listen(id, ["note://1"]))
            #expect(try await wire.next()?["params"]?["_meta"]?[Meta.subscriptionID] == id)
        }
        wire.send(Self.listen(3, ["note://2"]))
        #expect(try await wire.next()?["params"]?["_meta"]?[Meta.subscriptionID] == 3)
        bell.ring("note://1")
        let told = [try await wire.next(), try await wire.next()]
        #expect(Set(told) == [Self.updated("note://1", to: 1), Self.updated("note://1", to: 2)])
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 1]))
        while let visit = await bell.nextVisit(), visit != "-note://1" {}
        bell.ring("note://1")
        #expect(try await wire.next() == Self.updated("note://1", to: 2))
    }

    @Test("a stream that the server ends has its result, and then its cancellation")
    func end() async throws {
        let wire = try Wire(catalogue: Full.catalogue())
        wire.send(Self.listen(1, ["note://1"]))
        #expect(try await wire.next() != nil)
        let rest = try await wire.finish()
        try #require(rest.count == 2, "\(rest)")
        #expect(
            rest[0].holds(
                .result(["resultType": "complete", "_meta": .object([Meta.subscriptionID: 1])], id: 1)))
        #expect(rest[0]["result"]?["_meta"]?[Meta.serverInfo]?["name"] == "full")
        #expect(rest[1] == Lines.cancelled(1))
    }

    @Test("a stream that is asked for and given up in one breath says nothing")
    func givenUp() async throws {
        let wire = try Wire(catalogue: Full.catalogue())
        wire.send(
            Self.listen(1, ["note://1"]) + "\n"
                + Lines.notification("notifications/cancelled", ["requestId": 1])
                + "\n" + Lines.request(2, "ping"))
        #expect(try await wire.next()?["id"] == 2)
        #expect(try await wire.finish() == [])
    }

    @Test(
        "a filter must be an object, and its URIs an array of strings",
        arguments: [
            [:], ["notifications": []], ["notifications": ["resourceSubscriptions": "note://1"]],
            ["notifications": ["resourceSubscriptions": [1]]],
        ] as [JSON.Object])
    func malformed(params: JSON.Object) async throws {
        let answers = try await Wire.exchange(
            [Lines.modern(1, "subscriptions/listen", params)], catalogue: Full.catalogue())
        #expect(answers.count == 1 && answers[0].holds(.error(-32602, id: 1)), "\(answers)")
    }

    @Test("a filter with 400,000 URIs is refused at once, before they are looked at")
    func flood() async throws {
        let uris = (0..<400_000).map { JSON.string("note://\($0)") } + [5]
        var session = Session(RenderedCatalogue(Full.catalogue()))
        guard case .answer(let answer) = session.receive(Array(Self.listen(1, .array(uris)).utf8)) else {
            Issue.record("it was not refused")
            return
        }
        let error = try JSON(parsing: answer.bytes)["error"]
        #expect(error?["message"] == "At most 64 resources can be subscribed to at once.")
    }

    @Test("URIs are the same when their code points are")
    func codePoints() async throws {
        let bell = Bell()
        let client = try await Conversation(.november2025, catalogue: Full.catalogue(bell: bell))
        for (id, uri) in [(1, "note://\u{e9}"), (2, "note://e\u{301}")] as [(JSON, JSON)] {
            client.send(Self.subscribe(id, uri))
            #expect(try await client.next() == .result([:], id: id))
            #expect(await bell.nextVisit().map(JSON.string) == uri)
        }
        client.send(Self.listen("l", ["note://\u{e9}", "note://e\u{301}"]))
        #expect(
            try await client.next()["params"]?["notifications"]?["resourceSubscriptions"]?.array?.count == 2)
    }

    @Test("a stream may ask for nothing that there is, and stays open")
    func nothing() async throws {
        let wire = try Wire(catalogue: Full.catalogue())
        wire.send(Lines.modern(1, "subscriptions/listen", ["notifications": ["toolsListChanged": true]]))
        #expect(try await wire.next()?["params"]?["notifications"] == [:])
        wire.send(Lines.modern(1, "tools/list"))
        #expect(try await wire.next()?.holds(.error(-32600, id: 1)) == true)
    }

    @Test("subscriptions of both eras are counted together, and room that was given back is room again")
    func room() async throws {
        var options = Session.Options()
        options.subscriptions = 3
        let client = try await Conversation(.november2025, options: options)
        client.send(Self.subscribe(1, "note://1"))
        #expect(try await client.next()["result"] == [:])
        client.send(Self.listen(2, ["note://1", "note://2"]))
        #expect(try await client.next()["method"] == "notifications/subscriptions/acknowledged")
        client.send(Self.subscribe(3, "note://3"))
        #expect(try await client.next().holds(.error(-32602, id: 3)))
        client.send(Self.listen(4, []))
        #expect(try await client.next().holds(.error(-32602, id: 4)))
        client.send(Lines.notification("notifications/cancelled", ["requestId": 2]))
        client.send(Self.subscribe(5, "note://3"))
        #expect(try await client.next() == .result([:], id: 5))
        client.send(Lines.request(6, "resources/unsubscribe", ["uri": "note://1"]))
        #expect(try await client.next() == .result([:], id: 6))
        client.send(Self.listen(7, ["note://1"]))
        #expect(try await client.next()["method"] == "notifications/subscriptions/acknowledged")
    }

    @Test("subscriptions take no call's place")
    func places() async throws {
        var limits = StdioServer.Limits.patient
        limits.calls = 1
        let client = try await Conversation(.november2025, limits: limits)
        client.send(Self.subscribe(1, "note://1"))
        client.send(Self.listen(2, ["note://1"]))
        client.send(Lines.call(3, "plain"))
        for id in [1, nil, 3] as [JSON?] { #expect(try await client.next()["id"] == id) }
    }

    @Test("without changes to tell there is nothing to subscribe to, and nothing says so")
    func unserved() async throws {
        let client = try await Conversation(.november2025, catalogue: Full.catalogue(bell: nil))
        for line in [
            Self.subscribe(1, "note://1"), Lines.request(1, "resources/unsubscribe", ["uri": "note://1"]),
            Self.listen(1, ["note://1"]),
        ] {
            client.send(line)
            #expect(try await client.next().holds(.error(-32601, id: 1)))
        }
    }

    @Test("a server that cannot push serves no legacy subscriptions, but modern streams")
    func unpushed() async throws {
        var options = Session.Options()
        options.pushes = false
        let wire = try Wire(catalogue: Full.catalogue(), options: options)
        wire.send(Lines.initialize())
        #expect(try await wire.next()?["result"]?["capabilities"]?["resources"]?["subscribe"] == false)
        wire.send(Self.subscribe(1, "note://1"))
        #expect(try await wire.next()?.holds(.error(-32601, id: 1)) == true)
        wire.send(Self.listen(2, ["note://1"]))
        #expect(try await wire.next()?["method"] == "notifications/subscriptions/acknowledged")
    }
}
