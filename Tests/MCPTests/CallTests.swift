import JSON
import MCP
import Testing

/// Calls that run beside each other, end, and are cancelled.
struct CallTests {
    static func text(_ text: String, id: JSON) -> JSON {
        .result(["content": [["text": .string(text)]]], id: id)
    }

    /// A server after its handshake, with the gated tool.
    static func wire(_ gate: Gate, version: JSON = "2025-11-25", limits: StdioServer.Limits = .patient)
        async throws -> Wire
    {
        let wire = try Wire(tools: [gate.tool()], limits: limits)
        wire.send(Lines.initialize(version))
        _ = try await wire.next()
        return wire
    }

    @Test("calls run beside each other, and other requests are answered meanwhile")
    func concurrency() async throws {
        let gate = Gate()
        let wire = try await Self.wire(gate)
        for name in ["a", "b"] {
            wire.send(Lines.call(.string(name), "wait", ["name": .string(name)]))
            #expect(await gate.nextBegun() == name)
        }
        wire.send(Lines.request(1, "ping"))
        #expect(try await wire.next()?["id"] == 1)
        gate.open("b")
        #expect(try await wire.next()?.holds(Self.text("opened", id: "b")) == true)
        gate.open("a")
        #expect(try await wire.next()?.holds(Self.text("opened", id: "a")) == true)
        #expect(try await wire.finish() == [])
    }

    @Test("a cancelled call is cancelled and never answered; its id is free again")
    func cancellation() async throws {
        let gate = Gate()
        let wire = try await Self.wire(gate)
        wire.send(Lines.call(1, "wait", ["name": "a"]))
        #expect(await gate.nextBegun() == "a")
        wire.send(Lines.notification("notifications/cancelled", ["requestId": "1"]))
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 1, "reason": "because"]))
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 1]))
        wire.send(Lines.call(1, "wait", ["name": "b"]))
        #expect(await gate.nextBegun() == "b")
        gate.open("b")
        #expect(try await wire.next()?.holds(Self.text("opened", id: 1)) == true)
        #expect(try await wire.finish() == [])
    }

    @Test("a modern call is cancelled the same way")
    func modernCancellation() async throws {
        let gate = Gate()
        let wire = try Wire(tools: [gate.tool()])
        wire.send(Lines.modern("m", "tools/call", ["name": "wait", "arguments": ["name": "a"]]))
        #expect(await gate.nextBegun() == "a")
        wire.send(Lines.notification("notifications/cancelled", ["requestId": "m"]))
        #expect(try await wire.finish() == [])
    }

    @Test("an id in flight may not be used again, until its answer is out")
    func duplicates() async throws {
        let gate = Gate()
        let wire = try await Self.wire(gate)
        wire.send(Lines.call(1, "wait", ["name": "a"]))
        #expect(await gate.nextBegun() == "a")
        for line in [
            Lines.call(1, "wait", ["name": "b"]), Lines.request(1, "ping"), Lines.modern(1, "tools/list"),
        ] {
            wire.send(line)
            #expect(try await wire.next()?.holds(.error(-32600, id: 1)) == true)
        }
        wire.send(Lines.request("1", "ping"))
        #expect(try await wire.next()?["id"] == "1")
        gate.open("a")
        #expect(try await wire.next()?.holds(Self.text("opened", id: 1)) == true)
        wire.send(Lines.request(1, "ping"))
        #expect(try await wire.next()?["result"] == [:])
        #expect(try await wire.finish() == [])
    }

    @Test("a batch is answered when its last call ends, without the cancelled ones")
    func batch() async throws {
        let gate = Gate()
        let wire = try await Self.wire(gate, version: "2025-03-26")
        wire.send(
            "[\(Lines.call(1, "wait", ["name": "a"])),\(Lines.call(2, "wait", ["name": "b"])),"
                + "\(Lines.call(2, "wait", ["name": "d"])),\(Lines.call(3, "wait", ["name": "c"]))]")
        var begun: Set<String?> = []
        for _ in 0..<3 { begun.insert(await gate.nextBegun()) }
        #expect(begun == ["a", "b", "c"])
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 3]))
        gate.open("b")
        wire.send(Lines.request(4, "ping"))
        #expect(try await wire.next()?["id"] == 4)
        gate.open("a")
        let answers = try #require(try await wire.next()?.array)
        #expect(answers.contains { $0.holds(Self.text("opened", id: 1)) })
        #expect(answers.contains { $0.holds(Self.text("opened", id: 2)) })
        #expect(answers.contains { $0.holds(.error(-32600, id: 2)) })
        #expect(answers.count == 3)
        #expect(try await wire.finish() == [])
    }

    @Test("beyond the number of calls that may run, calls wait their turn and everything else is answered")
    func limit() async throws {
        let gate = Gate()
        var limits = StdioServer.Limits.patient
        limits.calls = 1
        let wire = try await Self.wire(gate, limits: limits)
        for (id, name) in [(1, "a"), (2, "b"), (3, "c")] as [(JSON, String)] {
            wire.send(Lines.call(id, "wait", ["name": .string(name)]))
        }
        #expect(await gate.nextBegun() == "a")
        wire.send(Lines.request(4, "ping"))
        #expect(try await wire.next()?["id"] == 4)
        // One that waits is never begun; one that runs is ended.
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 2]))
        wire.send(Lines.request(5, "tools/list"))
        #expect(try await wire.next()?["id"] == 5)
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 1]))
        #expect(await gate.nextBegun() == "c")
        gate.open("c")
        #expect(try await wire.finish().map { $0["id"] } == [3])
    }

    @Test("a batch is answered when the last of its calls is cancelled before its turn")
    func waitingBatch() async throws {
        let gate = Gate()
        var limits = StdioServer.Limits.patient
        limits.calls = 1
        let wire = try await Self.wire(gate, version: "2025-03-26", limits: limits)
        wire.send(Lines.call(1, "wait", ["name": "a"]))
        #expect(await gate.nextBegun() == "a")
        wire.send("[\(Lines.call(2, "wait", ["name": "b"])),\(Lines.request(3, "ping"))]")
        wire.send(Lines.notification("notifications/cancelled", ["requestId": 2]))
        #expect(try await wire.next() == [.result([:], id: 3)])
        gate.open("a")
        #expect(try await wire.finish().map { $0["id"] } == [1])
    }

    @Test(
        "nothing more is read while the calls that wait are too many or too large", arguments: [true, false])
    func bound(isLarge: Bool) async throws {
        let gate = Gate()
        var limits = StdioServer.Limits.patient
        limits.calls = 1
        if isLarge { limits.waitingBytes = 1 } else { limits.waitingCalls = 1 }
        let wire = try await Self.wire(gate, limits: limits)
        // In one write, so that the server has it all before anything can end.
        wire.send(
            [
                Lines.call(1, "wait", ["name": "a"]), Lines.call(2, "wait", ["name": "b"]),
                Lines.request(3, "ping"),
            ].joined(separator: "\n"))
        #expect(await gate.nextBegun() == "a")
        gate.open("a")
        #expect(try await wire.next()?["id"] == 1)
        #expect(try await wire.next()?["id"] == 3)
        #expect(await gate.nextBegun() == "b")
        gate.open("b")
        #expect(try await wire.finish().map { $0["id"] } == [2])
    }
}
