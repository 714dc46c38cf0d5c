import JSON
import Testing

@testable import MCP

/// Questions of a server to a legacy client, asked while its request waits.
struct LegacyAskingTests {
    static let accept: JSON = ["action": "accept", "content": ["name": "Ada"]]
    static let cancel: JSON = ["action": "cancel"]

    static func answered(_ answer: JSON, id: JSON) -> JSON {
        .result(
            ["content": [["text": .string(JSON.object(["answer": answer, "state": ["seen": 0]]).text)]]],
            id: id)
    }

    @Test(
        "a question is a request of the server's own, and the call goes on with its answer",
        arguments: [Revision.june2025, .november2025])
    func question(revision: Revision) async throws {
        let client = try await Conversation(revision)
        client.send(Lines.call("c", "approve"))
        let (id, params) = try await client.question("elicitation/create")
        #expect(params?["message"] == "What is your name?" && params?["requestedSchema"]?["type"] == "object")
        #expect(params?["mode"] == (revision == .november2025 ? "form" : nil))
        client.send(Lines.request(1, "ping"))
        #expect(try await client.next()["id"] == 1)
        client.answer("nobody's", Self.accept)
        client.answer(5, Self.accept)
        client.answer(id, Self.accept)
        #expect(try await client.next().holds(Self.answered(Self.accept, id: "c")))
        // Answered once is answered.
        client.answer(id, ["action": "decline"])
        #expect(try await client.wire.finish() == [])
    }

    @Test(
        "an error, and an answer of a wrong shape, count as cancelled",
        arguments: [
            #""error":{"code":-1,"message":"no"}"#, #""result":{"action":"maybe"}"#, #""result":{}"#,
            #""result":5"#, #""result":null"#, #""result":{"action":"accept","content":[]}"#,
            #""error":{},"result":{"action":"accept"}"#,
        ])
    func refused(answer: String) async throws {
        let client = try await Conversation(.november2025)
        client.send(Lines.call(1, "approve"))
        let (id, _) = try await client.question("elicitation/create")
        client.send(#"{"jsonrpc":"2.0","id":\#(id),\#(answer)}"#)
        #expect(try await client.next().holds(Self.answered(Self.cancel, id: 1)))
        #expect(try await client.wire.finish() == [])
    }

    @Test(
        "a client that cannot answer is not asked",
        arguments: [
            (.november2024, Conversation.able, true), (.march2025, Conversation.able, true),
            (.june2025, [:], true), (.november2025, ["elicitation": ["url": [:]]], true),
            (.november2025, Conversation.able, false),
        ] as [(Revision, JSON.Object, Bool)])
    func incapable(revision: Revision, capabilities: JSON.Object, initialized: Bool) async throws {
        let client = try await Conversation(revision, capabilities: capabilities, initialized: initialized)
        client.send(Lines.call(1, "approve"))
        #expect(try await client.next().holds(Self.answered(Self.cancel, id: 1)))
        #expect(try await client.wire.finish() == [])
    }

    @Test("a server that cannot send requests does not ask, and one that need not wait does")
    func options() async throws {
        var options = Session.Options()
        options.asks = false
        let silent = try await Conversation(.november2025, options: options)
        silent.send(Lines.call(1, "approve"))
        #expect(try await silent.next().holds(Self.answered(Self.cancel, id: 1)))
        #expect(try await silent.wire.finish() == [])
        options.asks = true
        options.waitsForInitialized = false
        let quick = try await Conversation(.november2025, options: options, initialized: false)
        quick.send(Lines.call(1, "approve"))
        quick.answer(try await quick.question("elicitation/create").id, Self.accept)
        #expect(try await quick.next().holds(Self.answered(Self.accept, id: 1)))
    }

    @Test("all questions of a round are asked at once, each only where the client can do it")
    func several() async throws {
        let client = try await Conversation(
            .november2025, capabilities: ["elicitation": ["form": [:], "url": [:]], "sampling": [:]])
        client.send(Lines.call(1, "survey"))
        var methods: [String] = []
        for _ in 0..<3 {
            let question = try await client.next()
            let method = question["method"]?.string ?? ""
            methods.append(method)
            client.answer(
                try #require(question["id"]),
                method == "sampling/createMessage"
                    ? ["role": "assistant", "content": ["type": "text", "text": "Hi"], "model": "m"]
                    : ["action": "accept"])
        }
        #expect(methods.sorted() == ["elicitation/create", "elicitation/create", "sampling/createMessage"])
        let answers = try await client.next()["result"]?["structuredContent"]
        #expect(answers?["roots"] == Self.cancel && answers?["page"] == ["action": "accept"])
        #expect(answers?["sample"]?["model"] == "m")
    }

    @Test("in 2024-11-05 there are sampling and roots to ask for")
    func early() async throws {
        let client = try await Conversation(.november2024)
        client.send(Lines.call(1, "survey"))
        for _ in 0..<2 {
            let question = try await client.next()
            #expect((question["params"] == nil) == (question["method"] == "roots/list"))
            client.answer(
                try #require(question["id"]),
                question["method"] == "roots/list" ? ["roots": []] : ["role": "user", "content": "x"])
        }
        let text = try await client.next()["result"]?["content"]?[0]?["text"]?.string
        #expect(try text.map { try JSON(parsing: $0)["roots"] } == ["roots": []])
    }

    @Test("a question that nobody answers in time is withdrawn and counts as cancelled")
    func silence() async throws {
        let clock = StoppedClock()
        var options = Session.Options()
        options.clock = clock
        let client = try await Conversation(.november2025, options: options)
        client.send(Lines.call(1, "approve"))
        let (id, _) = try await client.question("elicitation/create")
        #expect(await clock.nextSleeper() == .seconds(600))
        clock.wakeAll()
        let withdrawal = try await client.next()
        #expect(withdrawal["method"] == "notifications/cancelled" && withdrawal["params"]?["requestId"] == id)
        #expect(try await client.next().holds(Self.answered(Self.cancel, id: 1)))
        client.answer(id, Self.accept)
        #expect(try await client.wire.finish() == [])
    }

    @Test("whoever cancels the call hears that its question is withdrawn, and nothing more")
    func cancelledCall() async throws {
        let client = try await Conversation(.november2025)
        client.send(Lines.call(1, "approve"))
        let (id, _) = try await client.question("elicitation/create")
        client.send(Lines.notification("notifications/cancelled", ["requestId": 1]))
        let withdrawal = try await client.next()
        #expect(withdrawal["method"] == "notifications/cancelled" && withdrawal["params"]?["requestId"] == id)
        #expect(try await client.wire.finish() == [])
    }

    @Test("the end of the input withdraws every question, and the call is answered")
    func end() async throws {
        let client = try await Conversation(.november2025)
        client.send(Lines.call(1, "approve"))
        let (id, _) = try await client.question("elicitation/create")
        let rest = try await client.wire.finish()
        try #require(rest.count == 2)
        #expect(rest[0]["params"]?["requestId"] == id && rest[1].holds(Self.answered(Self.cancel, id: 1)))
    }

    @Test("an answer that is the last line still counts")
    func lastLine() async throws {
        let client = try await Conversation(.november2025)
        client.send(Lines.call(1, "approve"))
        let (id, _) = try await client.question("elicitation/create")
        client.answer(id, Self.accept)
        #expect(try await client.wire.finish().map { $0.holds(Self.answered(Self.accept, id: 1)) } == [true])
    }

    @Test("a carrier that has nobody to carry to counts as cancelled, without a withdrawal")
    func uncarried() async throws {
        var session = Session(RenderedCatalogue(Full.catalogue()))
        for line in [
            Lines.initialize(capabilities: .object(Conversation.able)),
            Lines.notification("notifications/initialized"),
        ] {
            _ = session.receive(Array(line.utf8))
        }
        guard case .call(let call) = session.receive(Array(Lines.call(1, "approve").utf8)) else {
            Issue.record("no call")
            return
        }
        #expect(call.mayNotify)
        let answer = await call.run { notice in
            let json = try? JSON(parsing: notice.bytes)
            #expect(json?["method"] == "elicitation/create" && notice.urgency == .must)
            return false
        }
        #expect(try JSON(parsing: answer?.bytes ?? []).holds(Self.answered(Self.cancel, id: 1)))
    }

    @Test(
        "while calls wait for answers the answers are read, and calls for which there is no room are refused")
    func full() async throws {
        var limits = StdioServer.Limits.patient
        limits.calls = 1
        limits.waitingCalls = 1
        let client = try await Conversation(.november2025, limits: limits)
        client.send(Lines.call(1, "approve"))
        let (id, _) = try await client.question("elicitation/create")
        client.send(Lines.call(2, "plain"))
        client.send(Lines.call(3, "plain"))
        #expect(try await client.next().holds(.error(-32603, id: 3)))
        client.answer(id, Self.accept)
        #expect(try await client.next().holds(Self.answered(Self.accept, id: 1)))
        #expect(try await client.next()["id"] == 2)
        client.send(Lines.call(3, "plain"))
        #expect(try await client.next()["id"] == 3)
    }

    @Test("a capability that only modern errors can name is a plain refusal")
    func missing() async throws {
        let client = try await Conversation(.november2025, capabilities: [:])
        client.send(Lines.call(1, "picky"))
        #expect(try await client.next().holds(.error(-32602, id: 1)))
    }

    @Test("a request that only wants to come back does so by itself, and one that asks forever ends")
    func rounds() async throws {
        let client = try await Conversation(.november2025)
        client.send(Lines.call(1, "steps"))
        #expect(try await client.next()["result"]?["content"]?[0]?["text"] == "step 2")
        client.send(Lines.call(2, "endless"))
        for _ in 0..<8 { client.answer(try await client.question("elicitation/create").id, Self.accept) }
        #expect(try await client.next().holds(.error(-32603, id: 2)))
    }
}
