import JSON

@testable import MCP

extension Full {
    static let asking = [approve, survey, sample, roots, endless, steps, picky, blocks, talk, about]

    /// Asks for a form until it gets an answer, and then says what it got, and when.
    static let approve = tool("approve") { call in
        guard let answer = call.answers["approve"] else {
            return .ask(Questions([("approve", form)], state: ["seen": .integer(Int64(call.answers.count))]))
        }
        return .result(ToolResult(structured: ["answer": .object(answer), "state": call.state ?? .null]))
    }

    /// Asks everything at once, even what the client cannot do.
    static let survey = tool("survey") { call in
        if call.answers.isEmpty {
            return .ask(
                Questions([
                    ("form", form),
                    ("sample", sampling), ("roots", InputRequest(method: "roots/list")),
                    (
                        "page",
                        InputRequest(
                            method: "elicitation/create",
                            params: [
                                "mode": "url", "message": "Look.", "url": "https://example.com/",
                                "elicitationId": "e",
                            ])
                    ),
                ]))
        }
        let answers = call.answers.sorted { $0.key < $1.key }.map { ($0.key, JSON.object($0.value)) }
        return .result(ToolResult(structured: JSON.Object(answers)))
    }

    static let sampling = InputRequest(
        method: "sampling/createMessage",
        params: [
            "messages": [["role": "user", "content": ["type": "text", "text": "Hi"]]], "maxTokens": 5,
        ])

    static let sample = asking("sample", sampling)
    static let roots = asking("roots", InputRequest(method: "roots/list"))

    private static func asking(_ name: String, _ request: InputRequest) -> Tool {
        tool(name) { call in
            call.answers[name].map { .result(ToolResult(structured: $0)) }
                ?? .ask(Questions([(name, request)]))
        }
    }

    static let endless = tool("endless") { _ in .ask(Questions([("again", form)])) }

    /// Wants nothing but to come back, twice.
    static let steps = tool("steps") { call in
        let step = call.state?.integer ?? 0
        return step < 2
            ? .ask(Questions([], state: .integer(step + 1))) : .result(ToolResult(text: "step \(step)"))
    }

    static let picky = tool("picky") { call in
        call.client.can("sampling")
            ? .result(ToolResult(text: "fine")) : .refused(.missingCapabilities(["sampling": [:]]))
    }

    static let blocks = tool("blocks") { _ in
        .result(
            ToolResult(
                content: [
                    [
                        "type": "text", "text": "text", "_meta": ["x.y/z": 1],
                        "annotations": ["priority": 1, "lastModified": "2026-01-01T00:00:00Z"],
                    ], ["type": "image", "data": "AAEC", "mimeType": "image/png"], audio,
                    [
                        "type": "resource",
                        "resource": ["uri": "note://1", "text": "hello", "_meta": ["x.y/z": 1]],
                    ],
                ], links: [link]))
    }

    /// Says something of every level.
    static let talk = tool("talk") { call in
        for level in LogLevel.allCases { call.log(level, ["said": .string(level.rawValue)]) }
        return .result(ToolResult(text: "talked"))
    }

    /// What it learns about its call.
    static let about = tool("about") { call in
        .result(
            ToolResult(structured: [
                "revision": .string(call.client.revision.rawValue), "principal": .string(call.principal),
                "trace": (call.trace?.parent).map(JSON.string) ?? .null,
                "traceState": (call.trace?.state).map(JSON.string) ?? .null,
                "can": .array(
                    ["elicitation", "elicitation.url", "sampling", "roots"].filter(call.client.can).map(
                        JSON.string)),
            ]))
    }

    static func tool(_ name: String, _ run: @escaping @Sendable (ToolCall) async -> ToolOutcome) -> Tool {
        Tool(
            definition: [
                "name": .string(name), "description": "A tool of the tests.",
                "inputSchema": ["type": "object", "properties": [:]],
            ], asking: run)
    }
}
