import JSON
import Testing

@testable import MCP

/// What a server says that it can do is exactly what it does.
struct CapabilityTests {
    struct Offer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let catalogue: Catalogue
        let capabilities: Set<String>
    }

    static let offers = [
        Offer(testDescription: "tools alone", catalogue: Tools.catalogue(), capabilities: ["tools"]),
        Offer(
            testDescription: "all", catalogue: Full.catalogue(logging: true),
            capabilities: ["tools", "resources", "prompts", "completions", "logging"]),
        Offer(
            testDescription: "resources that do not change", catalogue: Full.catalogue(bell: nil),
            capabilities: ["tools", "resources", "prompts", "completions"]),
        Offer(
            testDescription: "a prompt without completion",
            catalogue: Catalogue(
                name: "x", title: "X", version: "1", tools: [], prompts: [Full.interview]),
            capabilities: ["tools", "prompts"]),
    ]

    /// A request for each capability that only who has it answers with anything but -32601.
    static let probes: [(String, String, JSON.Object)] = [
        ("tools", "tools/list", [:]), ("tools", "tools/call", ["name": "none"]),
        ("resources", "resources/list", [:]), ("resources", "resources/templates/list", [:]),
        ("resources", "resources/read", ["uri": "x"]), ("prompts", "prompts/list", [:]),
        ("prompts", "prompts/get", ["name": "none"]), ("completions", "completion/complete", [:]),
        ("logging", "logging/setLevel", ["level": "info"]),
    ]

    @Test(
        "each capability is declared exactly where its methods are served", arguments: offers,
        Revision.allCases)
    func declared(offer: Offer, revision: Revision) async throws {
        let opening: String =
            revision.isModern
            ? Lines.modern(0, "server/discover") : Lines.initialize(.string(revision.rawValue))
        let lines = Self.probes.enumerated().map { place, probe in
            revision.isModern
                ? Lines.modern(.integer(Int64(place + 1)), probe.1, probe.2)
                : Lines.request(.integer(Int64(place + 1)), probe.1, .object(probe.2))
        }
        let answers = try await Wire.exchange([opening] + lines, catalogue: offer.catalogue)
        let opened = try #require(answers.first { $0["id"] == 0 })
        let declared = try #require(opened["result"]?["capabilities"]?.object)
        var expected = offer.capabilities
        // It came with 2025-03-26; the method was there before.
        if revision < .march2025 { expected.remove("completions") }
        #expect(Set(declared.names) == expected)
        for (place, probe) in Self.probes.enumerated() {
            let answer = try #require(answers.first { $0["id"] == .integer(Int64(place + 1)) })
            // The level is a member of each request in a modern revision.
            let serves = offer.capabilities.contains(probe.0) && !(revision.isModern && probe.0 == "logging")
            #expect((answer["error"]?["code"] != -32601) == serves, "\(probe.1): \(answer)")
        }
    }

    @Test("what may change is declared in each era's own words", arguments: [true, false])
    func changing(changes: Bool) async throws {
        let answers = try await Wire.exchange(
            [Lines.initialize(), Lines.modern(1, "server/discover")],
            catalogue: Full.catalogue(bell: changes ? Bell() : nil))
        let still: JSON = ["listChanged": false]
        #expect(
            answers[0]["result"]?["capabilities"] == [
                "tools": still, "resources": ["subscribe": .bool(changes), "listChanged": false],
                "prompts": still, "completions": [:],
            ])
        #expect(
            answers[1]["result"]?["capabilities"] == [
                "tools": [:], "resources": changes ? ["subscribe": true] : [:], "prompts": [:],
                "completions": [:],
            ])
    }

    @Test(
        "a client can do what it declares and what could reach it",
        arguments: [
            (.november2025, ["elicitation": [:]], ["elicitation"]),
            (.november2025, ["elicitation": ["url": [:]]], ["elicitation.url"]),
            (.july2026, ["elicitation": ["form": [:], "url": [:]]], ["elicitation", "elicitation.url"]),
            (.june2025, ["sampling": [:], "roots": ["listChanged": true]], ["sampling", "roots"]),
            (.march2025, ["elicitation": [:], "roots": [:]], ["roots"]),
            (.july2026, ["elicitation": true, "sampling": []], []), (.july2026, [:], []),
        ] as [(Revision, JSON.Object, [String])])
    func client(revision: Revision, capabilities: JSON.Object, can: [String]) {
        let all = ["elicitation", "elicitation.url", "sampling", "roots", "", "tools"]
        let client = Client(revision: revision, capabilities: capabilities)
        #expect(all.filter(client.can) == can)
        let mute = Client(revision: revision, capabilities: capabilities, isAskable: false)
        #expect(all.filter(mute.can) == [])
    }

    @Test("a modern request's capabilities are its own, whatever others said")
    func perRequest() async throws {
        let catalogue = Full.catalogue()
        let able: JSON = .object(Conversation.able)
        let answers = try await Wire.exchange(
            [
                Lines.initialize(capabilities: able), Lines.notification("notifications/initialized"),
                Lines.modern(1, "tools/call", ["name": "about"], capabilities: able),
                Lines.modern(2, "tools/call", ["name": "about"]),
            ], catalogue: catalogue)
        let can = { (id: JSON) in
            answers.first { $0["id"] == id }?["result"]?["structuredContent"]?["can"]?.array?.count
        }
        #expect(can(1) == 3 && can(2) == 0)
    }
}
