import JSON
import Testing

@testable import MCP

/// Changes of resources, told to whoever asked for them.
struct SubscriptionTests {
    static func updated(_ uri: JSON) -> JSON {
        ["jsonrpc": "2.0", "method": "notifications/resources/updated", "params": ["uri": uri]]
    }

    static func updated(_ uri: JSON, to id: JSON) -> JSON {
        [
            "jsonrpc": "2.0", "method": "notifications/resources/updated",
            "params": ["_meta": .object([Meta.subscriptionID: id]), "uri": uri],
        ]
    }

    static func subscribe(_ id: JSON, _ uri: JSON) -> String {
        Lines.request(id, "resources/subscribe", ["uri": uri])
    }

    static func listen(_ id: JSON, _ uris: JSON, _ more: JSON.Object = [:]) -> String {
        var filter = more
        filter["resourceSubscriptions"] = uris
        return Lines.modern(id, "subscriptions/listen", ["notifications": .object(filter)])
    }

    @Test(
        "a legacy subscription is answered first, told of each change, and ends when asked",
        arguments: Revision.legacy)
    func legacy(revision: Revision) async throws {
        let bell = Bell()
        let client = try await Conversation(revision, catalogue: Full.catalogue(bell: bell))
        client.send(Self.subscribe(1, "note://1"))
        client.send(Self.subscribe(2, "note://1"))
        #expect(try await client.next() == .result([:], id: 1))
        #expect(try await client.next() == .result([:], id: 2))
        #expect(await bell.nextVisit() == "note://1")
        bell.ring("note://2")
        bell.ring("note://1")
        #expect(try await client.next() == Self.updated("note://1"))
        bell.ring("note://1")
        #expect(try await client.next() == Self.updated("note://1"))
        for id in 3...4 as ClosedRange<Int64> {
            client.send(Lines.request(.integer(id), "resources/unsubscribe", ["uri": "note://1"]))
            #expect(try await client.next() == .result([:], id: .integer(id)))
        }
        #expect(await bell.nextVisit() == "-note://1")
        bell.ring("note://1")
        #expect(try await client.wire.finish() == [])
    }

    @Test("the id of a subscription that was answered is free again, and cancelling it changes nothing")
    func ids() async throws {
        let bell = Bell()
        let client = try await Conversation(.november2025, catalogue: Full.catalogue(bell: bell))
        client.send(Self.subscribe(1, "note://1"))
        #expect(try await client.next()["id"] == 1)
        client.send(Lines.notification("notifications/cancelled", ["requestId": 1]))
        client.send(Lines.request(1, "ping"))
        #expect(try await client.next()["id"] == 1)
        bell.ring("note://1")
        #expect(try await client.next() == Self.updated("note://1"))
    }

    @Test("what no resource can have as its URI cannot be subscribed to")
    func unknown() async throws {
        let client = try await Conversation(.november2025)
        client.send(Self.subscribe(1, "http://x"))
        #expect(try await client.next().holds(.error(-32002, id: 1)))
        client.send(Self.subscribe(2, 5))
        #expect(try await client.next().holds(.error(-32602, id: 2)))
        client.send(Self.subscribe(3, .string("note://" + String(repeating: "x", count: 2048))))
        #expect(try await client.next().holds(.error(-32602, id: 3)))
        client.send(Lines.request(4, "resources/unsubscribe", ["uri": "http://x"]))
        #expect(try await client.next() == .result([:], id: 4))
    }

    @Test("in a batch of 2025-03-26 a subscription is answered with the others")
    func batch() async throws {
        let bell = Bell()
        let client = try await Conversation(.march2025, catalogue: Full.catalogue(bell: bell))
        client.send(
            "[\(Self.subscribe(1, "note://1")),\(Lines.request(2, "ping")),\(Self.subscribe(3, "note://2"))]")
        let answers = try await client.next().array ?? []
        #expect(Set(answers.map { $0["id"] }) == [1, 2, 3])
        bell.ring("note://1")
        #expect(try await client.next() == Self.updated("note://1"))
        client.send("[\(Lines.request(4, "resources/unsubscribe", ["uri": "note://1"]))]")
        #expect(try await client.next() == [.result([:], id: 4)])
        #expect(try await client.wire.finish() == [])
    }
}
