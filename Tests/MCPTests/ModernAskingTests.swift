import JSON
import Testing

@testable import MCP

/// Questions of a server to a modern client, which are results that the client comes back from.
struct ModernAskingTests {
    static let accept: JSON = ["action": "accept", "content": ["name": "Ada"]]

    @Test("a question is a result that names it and carries a state")
    func question() async throws {
        let answer = try await Conversation.ask(["name": "approve"])
        let result = try #require(answer["result"]?.object)
        #expect(result["resultType"] == "input_required")
        #expect(
            result["inputRequests"] == [
                "approve": [
                    "method": "elicitation/create",
                    "params": [
                        "mode": "form", "message": "What is your name?",
                        "requestedSchema": [
                            "type": "object", "properties": ["name": ["type": "string"]],
                            "required": ["name"],
                        ],
                    ],
                ]
            ])
        #expect(result["requestState"]?.string?.isEmpty == false)
        #expect(result["ttlMs"] == nil && result["content"] == nil)
        #expect(result["_meta"]?[Meta.serverInfo]?["name"] == "full")
    }

    @Test(
        "whoever comes back with the answer gets on, and nothing but the answer counts",
        arguments: [
            (accept, accept), (["action": "decline"], ["action": "decline"]),
            (["action": "cancel", "more": 1], ["action": "cancel", "more": 1]),
        ] as [(JSON, JSON)])
    func answered(given: JSON, taken: JSON) async throws {
        let answer = try await Self.comeBack([
            "inputResponses": ["approve": given, "unasked": Self.accept], "other": 5,
        ])
        #expect(
            answer["result"]?["structuredContent"] == ["answer": taken, "state": ["seen": 0]], "\(answer)")
        #expect(answer["result"]?["resultType"] == "complete")
    }

    @Test(
        "a missing, misnamed or malformed answer is asked for again",
        arguments: [
            [:], ["inputResponses": [:]], ["inputResponses": ["other": accept]],
            ["inputResponses": ["approve": "yes"]], ["inputResponses": ["approve": ["action": "maybe"]]],
            ["inputResponses": ["approve": ["action": "accept", "content": [1]]]],
        ] as [JSON.Object])
    func askedAgain(params: JSON.Object) async throws {
        let answer = try await Self.comeBack(params)
        #expect(answer["result"]?["resultType"] == "input_required", "\(answer)")
        #expect(answer["result"]?["inputRequests"]?["approve"] != nil)
    }

    @Test("answers without the state that they belong to are none")
    func stateless() async throws {
        let answer = try await Conversation.ask([
            "name": "approve", "inputResponses": ["approve": Self.accept],
        ])
        #expect(answer["result"]?["resultType"] == "input_required")
    }

    @Test(
        "what is no object of answers, or no text of a state, is refused",
        arguments: [["inputResponses": [1]], ["inputResponses": "x"], ["requestState": 5]] as [JSON.Object])
    func malformed(params: JSON.Object) async throws {
        let answer = try await Self.comeBack(params)
        #expect(answer["error"]?["code"] == -32602, "\(answer)")
    }

    @Test("a client is asked nothing that it cannot do; that counts as cancelled")
    func incapable() async throws {
        let answer = try await Conversation.ask(["name": "approve"], capabilities: ["sampling": [:]])
        #expect(answer["result"]?["structuredContent"]?["answer"] == ["action": "cancel"], "\(answer)")
        let asked = try await Conversation.ask(["name": "survey"], capabilities: ["elicitation": [:]])
        #expect(asked["result"]?["inputRequests"]?.object?.names == ["form"])
        let state = try #require(asked["result"]?["requestState"])
        let rest = try await Conversation.ask(
            ["name": "survey", "requestState": state, "inputResponses": ["form": Self.accept]],
            capabilities: ["elicitation": [:]])
        let cancelled: JSON = ["action": "cancel"]
        #expect(
            rest["result"]?["structuredContent"] == [
                "form": Self.accept, "page": cancelled, "roots": cancelled, "sample": cancelled,
            ], "\(rest)")
    }

    @Test("all questions of a round go out together, each in the client's own kind of answer")
    func several() async throws {
        let capabilities: JSON.Object = [
            "elicitation": ["form": [:], "url": [:]], "sampling": [:], "roots": [:],
        ]
        let asked = try await Conversation.ask(["name": "survey"], capabilities: capabilities)
        #expect(asked["result"]?["inputRequests"]?.object?.names == ["form", "sample", "roots", "page"])
        #expect(asked["result"]?["inputRequests"]?["roots"] == ["method": "roots/list"])
        let answers: JSON.Object = [
            "form": Self.accept, "page": ["action": "accept"],
            "sample": ["role": "assistant", "content": ["type": "text", "text": "Hi"], "model": "m"],
            "roots": ["roots": [["uri": "file:///"]]],
        ]
        let state = try #require(asked["result"]?["requestState"])
        let rest = try await Conversation.ask(
            ["name": "survey", "requestState": state, "inputResponses": .object(answers)],
            capabilities: capabilities)
        #expect(rest["result"]?["structuredContent"] == .object(answers), "\(rest)")
    }

    @Test("a server without a seal asks a modern client nothing")
    func unsealed() async throws {
        let answer = try await Conversation.ask(["name": "approve"], catalogue: Full.catalogue(seal: nil))
        #expect(answer["result"]?["structuredContent"]?["answer"] == ["action": "cancel"], "\(answer)")
        let about = try await Conversation.ask(["name": "about"], catalogue: Full.catalogue(seal: nil))
        #expect(about["result"]?["structuredContent"]?["can"] == [])
    }

    @Test("a request may only want to come back; its own state stays behind")
    func stateOnly() async throws {
        var params: JSON.Object = ["name": "steps"]
        for _ in 0..<2 {
            let result = try #require(try await Conversation.ask(params)["result"]?.object)
            #expect(result["resultType"] == "input_required" && result["inputRequests"] == nil)
            params["requestState"] = result["requestState"]
        }
        #expect(try await Conversation.ask(params)["result"]?["content"]?[0]?["text"] == "step 2")
    }

    @Test("a request that asks forever ends as an error")
    func endless() async throws {
        var params: JSON.Object = ["name": "endless"]
        for _ in 0..<8 {
            let result = try #require(try await Conversation.ask(params)["result"])
            #expect(result["resultType"] == "input_required")
            params["requestState"] = result["requestState"]
        }
        #expect(try await Conversation.ask(params)["error"]?["code"] == -32603)
        let unasked = try await Conversation.ask(["name": "endless"], capabilities: [:])
        #expect(unasked["error"]?["code"] == -32603)
    }

    @Test("a prompt asks in the same way")
    func prompt() async throws {
        let asked = try await Conversation.ask(["name": "interview"], method: "prompts/get")
        #expect(asked["result"]?["resultType"] == "input_required")
        #expect(asked["result"]?["inputRequests"]?["name"]?["method"] == "elicitation/create")
        let rest = try await Conversation.ask(
            [
                "name": "interview", "requestState": try #require(asked["result"]?["requestState"]),
                "inputResponses": ["name": ["action": "decline"]],
            ], method: "prompts/get")
        let said = rest["result"]?["messages"]?[0]?["content"]?["text"]
        #expect(said == #"{"action":"decline"} "asked""#, "\(rest)")
    }

    @Test("only tools and prompts ask; whatever else comes back is ignored")
    func others() async throws {
        for (method, params) in [
            ("resources/read", ["uri": "note://1"]), ("tools/list", [:]), ("resources/list", [:]),
        ] as [(String, JSON.Object)] {
            var params = params
            params["requestState"] = "nonsense"
            params["inputResponses"] = ["x": Self.accept]
            let answer = try await Conversation.ask(params, method: method)
            #expect(answer["result"]?["resultType"] == "complete", "\(answer)")
        }
    }

    @Test("a request that cannot be served without a capability says which")
    func missing() async throws {
        let refused = try await Conversation.ask(["name": "picky"], capabilities: [:])
        #expect(refused["error"]?["code"] == -32021, "\(refused)")
        #expect(refused["error"]?["data"] == ["requiredCapabilities": ["sampling": [:]]])
        #expect(try await Conversation.ask(["name": "picky"])["result"]?["content"]?[0]?["text"] == "fine")
    }

    /// Asks `approve` once, and comes back with the state and these.
    static func comeBack(_ params: JSON.Object) async throws -> JSON {
        let asked = try await Conversation.ask(["name": "approve"])
        var again: JSON.Object = [
            "name": "approve", "requestState": try #require(asked["result"]?["requestState"]),
        ]
        for member in params { again[member.key] = member.value }
        return try await Conversation.ask(again)
    }
}
