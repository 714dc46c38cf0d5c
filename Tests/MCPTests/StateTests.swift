import JSON
import Synchronization
import Testing

@testable import MCP

/// The state that a modern client carries: whatever it does to it, it gains nothing.
struct StateTests {
    static let accept: JSON = ["approve": ["action": "accept"]]

    static func params(_ state: JSON, _ arguments: JSON = ["to": ["a", "b"], "n": 1]) -> JSON.Object {
        ["name": "approve", "arguments": arguments, "requestState": state, "inputResponses": accept]
    }

    static func state(_ catalogue: Catalogue = Full.catalogue(), options: Session.Options = .init())
        async throws
        -> JSON
    {
        let asked = try await Conversation.ask(
            ["name": "approve", "arguments": ["to": ["a", "b"], "n": 1]], catalogue: catalogue,
            options: options)
        return try #require(asked["result"]?["requestState"])
    }

    static func isRefused(_ answer: JSON) -> Bool {
        answer["error"]?["code"] == -32602 && answer["error"]?["data"] == nil
            && answer["error"]?["message"] == "`requestState` is not one that this request may bring."
    }

    @Test("a state holds for the same values, however they are written, and for another process with the key")
    func same() async throws {
        let state = try await Self.state()
        let again = try await Conversation.ask(Self.params(state, ["n": 1.0, "to": ["a", "b"]]))
        #expect(again["result"]?["resultType"] == "complete", "\(again)")
    }

    @Test(
        "a state does not hold for other arguments",
        arguments: [
            ["to": ["a", "b"], "n": 2], ["to": ["a"], "n": 1], ["to": ["ab"], "n": 1],
            ["to": ["b", "a"], "n": 1], ["to": ["a", "b"]], [:], ["to": ["a", "b"], "n": "1"],
            ["to": ["a", "b"], "n": 1, "cc": ["c"]], ["to": "a", "b": "n", "n": 1],
        ] as [JSON])
    func arguments(_ arguments: JSON) async throws {
        let answer = try await Conversation.ask(Self.params(try await Self.state(), arguments))
        #expect(Self.isRefused(answer), "\(answer)")
    }

    @Test("a state does not hold for another tool, method or principal")
    func elsewhere() async throws {
        let state = try await Self.state()
        var params = Self.params(state)
        params["name"] = "survey"
        #expect(Self.isRefused(try await Conversation.ask(params)))
        let prompt = try await Conversation.ask(
            ["name": "interview", "requestState": state], method: "prompts/get")
        #expect(Self.isRefused(prompt), "\(prompt)")
        var options = Session.Options()
        options.principal = "somebody else"
        #expect(Self.isRefused(try await Conversation.ask(Self.params(state), options: options)))
    }

    @Test("a state does not hold under another key, or after its ten minutes")
    func stale() async throws {
        let state = try await Self.state()
        let other = Full.catalogue(seal: Full.seal(key: 2))
        #expect(Self.isRefused(try await Conversation.ask(Self.params(state), catalogue: other)))
        for (seconds, holds) in [(599, true), (600, false), (100_000, false)] as [(Int64, Bool)] {
            let later = Full.catalogue(seal: Full.seal(now: { 1_800_000_000 + seconds }))
            let answer = try await Conversation.ask(Self.params(state), catalogue: later)
            #expect(Self.isRefused(answer) != holds, "\(seconds) s: \(answer)")
        }
    }

    @Test("a state of which one letter was changed, left out or added does not hold")
    func tampered() async throws {
        let state = try #require(try await Self.state().string)
        let seal = Full.seal()
        #expect(seal.open(state) != nil)
        for place in state.indices {
            var changed = state
            changed.replaceSubrange(place...place, with: state[place] == "A" ? "B" : "A")
            #expect(seal.open(changed) == nil, "\(changed)")
            changed = state
            changed.remove(at: place)
            #expect(seal.open(changed) == nil, "\(changed)")
        }
        for text in ["", ".", "..", "a.b", state + "A", state + ".", "." + state, state + "=", "é.é"] {
            #expect(seal.open(text) == nil, "\(text)")
            let answer = try await Conversation.ask(Self.params(.string(text)))
            #expect(Self.isRefused(answer), "\(answer)")
        }
    }

    @Test("two states are never the same, and a code for arguments is none for a state")
    func nonces() async throws {
        let catalogue = Full.catalogue()
        #expect(try await Self.state(catalogue) != Self.state(catalogue))
        let seal = Full.seal()
        let forged = Base64URL.text([2]) + "." + Base64URL.text(ArgumentsDigest.of([:], sign: seal.sign))
        #expect(seal.open(forged) == nil)
    }

    @Test("bytes come back from their letters, and what is no such text is none", arguments: 0..<10)
    func letters(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 251 * $0 + 7) }
        let text = Base64URL.text(bytes)
        #expect(Base64URL.bytes(text[...].utf8) == bytes)
        #expect(text.utf8.count == (count * 4 + 2) / 3 && !text.contains("="))
        #expect(Base64URL.bytes((text + "=")[...].utf8) == nil)
    }

    @Test(
        "letters that no bytes are written as are refused",
        arguments: ["A", "AB", "AAA=", "A+==", "AA A", "éé"])
    func badLetters(text: String) {
        #expect(Base64URL.bytes(text[...].utf8) == nil)
    }

    @Test("a fingerprint is made of chunks, and every byte of every chunk counts")
    func chunks() {
        let calls = Mutex<[Int]>([])
        let seal = Full.seal()
        @Sendable func sign(_ bytes: [UInt8]) -> [UInt8] {
            calls.withLock { $0.append(bytes.count) }
            return seal.sign(bytes)
        }
        let text = String(repeating: "x", count: 200_000)
        let digest = ArgumentsDigest.of(["a": .string(text)], sign: sign)
        let sizes = calls.withLock { $0 }
        #expect(sizes.count == 4 && sizes.allSatisfy { $0 <= 1 << 16 + 33 })
        for place in [0, 65_000, 65_536, 131_072, 199_999] {
            var letters = Array(text.utf8)
            letters[place] = 0x79
            let other: JSON.Object = ["a": .string(String(decoding: letters, as: UTF8.self))]
            #expect(ArgumentsDigest.of(other, sign: seal.sign) != digest, "\(place)")
        }
        #expect(ArgumentsDigest.of(["a": .string(text)], sign: seal.sign) == digest)
    }
}
