import JSON
import TestSeeds
import Testing

@testable import MCP

/// Whatever arrives: an answer or silence as the rules say, never a crash or a hang.
struct RobustnessTests {
    private static let complete = RuleTests.complete(
        15, ref: ["type": "ref/prompt", "name": "greet"], value: "x")
    static let seeds = [
        Lines.initialize("2025-03-26"), Lines.initialize(), Lines.request(1, "ping"),
        Lines.request("x", "tools/list"),
        Lines.call(2, "echo", ["a": [1, 2.5, nil, "é"]]), Lines.modern(3, "server/discover"),
        Lines.modern(4, "tools/list", ["cursor": "x"]), Lines.modern("5", "tools/call", ["name": "echo"]),
        Lines.notification("notifications/cancelled", ["requestId": 2]), "[\(Lines.request(6, "ping"))]",
        #"{"jsonrpc":"2.0","id":7,"result":{}}"#,
        #"{"jsonrpc":"2.0","id":"ask-1","result":{"action":"accept"}}"#,
        Lines.request(8, "resources/subscribe", ["uri": "note://1"]),
        Lines.request(9, "resources/unsubscribe", ["uri": "note://1"]),
        Lines.request(10, "prompts/get", ["name": "greet", "arguments": ["name": "Ada"]]),
        Lines.request(11, "logging/setLevel", ["level": "info"]), Lines.request(12, "resources/list"),
        Lines.modern(13, "subscriptions/listen", ["notifications": ["resourceSubscriptions": ["note://1"]]]),
        Lines.modern(
            14, "tools/call",
            ["name": "approve", "requestState": "a.b", "inputResponses": ["approve": ["action": "accept"]]]),
        complete, Lines.notification("notifications/initialized"),
    ].map { Array($0.utf8) }

    /// A message with up to four bytes changed, put in, left out or repeated; or bytes from nowhere.
    static func mutated(using random: inout SeededGenerator) -> [UInt8] {
        if Int.random(in: 0..<10, using: &random) == 0 {
            return (0..<Int.random(in: 0..<100, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        }
        var bytes = seeds.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let grammar = Array(#"{}[]",:\0123456789eE.-tfn"#.utf8)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.insert(grammar.randomElement(using: &random) ?? 0, at: place)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(contentsOf: bytes[place..<min(place + 12, bytes.count)], at: place)
            default: bytes[place] = grammar.randomElement(using: &random) ?? 0
            }
        }
        return bytes
    }

    @Test("20,000 mutated messages are answered or met with silence, as their id says", arguments: 0..<10)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var session = Session(RenderedCatalogue(Full.catalogue(logging: true)))
        for _ in 0..<2000 {
            let bytes = Self.mutated(using: &random)
            let parsed = try? JSON(parsing: bytes)
            let message = parsed ?? .null
            let wasNotification = message["method"]?.string != nil && message["id"] == nil
            switch session.receive(bytes) {
            case .silence, .cancel:
                #expect(wasNotification || message["result"] != nil || message["error"] != nil)
            case .call(let call):
                #expect(message["id"] == call.id.json && session.settle(call) && !session.settle(call))
            case .subscribe(let answer, let call):
                #expect(message["id"] == call.id.json && answer.errorCode == nil)
                #expect(session.isOpen(call) && !session.settle(call) && !session.isOpen(call))
            case .unsubscribe(let answer, let serial): #expect(answer.errorCode == nil && serial == nil)
            case .batch: #expect(message.array != nil && session.negotiated == .march2025)
            case .answer(let answer):
                let json = try JSON(parsing: answer.bytes)
                #expect(!wasNotification && json["jsonrpc"] == "2.0")
                #expect((json["result"] == nil) != (json["error"] == nil))
                #expect(json["error"]?["code"]?.integer == answer.errorCode)
                let id = parsed == nil ? RequestID(recoveredFrom: bytes) : RequestID(message["id"])
                #expect(json["id"] == id?.json ?? .null)
            }
        }
    }

    @Test("a server that was fed nonsense still answers, each line in its turn", arguments: 0..<4)
    func nonsense(seed: UInt64) async throws {
        var random = SeededGenerator(seed: 1000 + seed)
        let wire = try Wire(catalogue: Full.catalogue())
        for _ in 0..<500 { wire.send(bytes: Self.mutated(using: &random) + [0x0A]) }
        wire.send(Lines.request("the last", "ping"))
        let answers = try await wire.finish()
        #expect(answers.contains { $0["id"] == "the last" && $0["result"] == [:] })
    }

    @Test(
        "what is built to break a parser is a parse error, under its own id where it has one",
        arguments: [
            String(repeating: "[", count: 10_000), String(repeating: #"{"a":"#, count: 10_000),
            #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e999}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1,"a":2}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}"#,
            String(repeating: "x", count: 10_000_000), "\"" + String(repeating: "x", count: 10_000_000),
            String(repeating: "9", count: 1_000_000), "\u{feff}" + Lines.request(1, "ping"),
        ])
    func attacks(line: String) async throws {
        let wire = try Wire()
        wire.send(line)
        wire.send(bytes: Array("{\"a\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}\n".utf8))
        wire.send(Lines.request(2, "ping"))
        let answers = try await wire.finish()
        let id: JSON = line.hasPrefix(#"{"jsonrpc""#) ? 1 : nil
        let patterns: [JSON] = [.error(-32700, id: id), .error(-32700, id: nil), ["id": 2, "result": [:]]]
        #expect(answers.count == 3 && zip(answers, patterns).allSatisfy { $0.holds($1) }, "\(answers)")
    }

    @Test("what a client sends stands in an error short and printable")
    func untrusted() async throws {
        let name = "\u{1b}[31m" + String(repeating: "\u{202e}x", count: 100_000)
        let answers = try await Wire.exchange([
            Lines.initialize(), Lines.call(1, name), Lines.request(2, .init(name)),
            Lines.modern(3, "x", version: .string(name)),
        ])
        #expect(answers.count == 4)
        for answer in answers.dropFirst() {
            let message = answer["error"]?["message"]?.string ?? ""
            #expect(!message.isEmpty && message.utf8.count < 300)
            #expect(!message.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202e}" })
        }
    }
}
