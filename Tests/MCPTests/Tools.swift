import JSON
import MCP

/// The tools that the tests' servers offer.
enum Tools {
    static let all = [echo, fail, plain, count]

    static func catalogue(_ tools: [Tool] = all) -> Catalogue {
        Catalogue(
            name: "everything", title: "Everything", version: "1.2.3", websiteURL: "https://example.com/",
            instructions: "Use echo.", tools: tools)
    }

    /// Has every member that some revision does not know.
    static let echo = Tool(definition: [
        "name": "echo", "title": "Echo", "description": "Gives its arguments back.",
        "inputSchema": ["type": "object", "properties": [:]],
        "outputSchema": ["type": "object", "properties": ["arguments": ["type": "object"]]],
        "annotations": ["title": "Echo", "readOnlyHint": true],
        "icons": [["src": "https://example.com/echo.png"]],
        "execution": ["taskSupport": "forbidden"], "_meta": ["example.com/examples": [[:]]],
    ]) { call in
        ToolResult(structured: ["arguments": .object(call.arguments)])
    }

    static let fail = tool("fail") { _ in ToolResult(structured: ["error": "Nothing worked."], isError: true)
    }
    static let plain = tool("plain") { _ in ToolResult(text: "plain \"text\"\n") }

    /// Says 1, 2, 2 and 1 of 2.
    static let count = tool("count") { call in
        for step in [1.0, 2, 2, 1] { call.progress?(step, 2, "step \(step)") }
        return ToolResult(text: call.progress == nil ? "silent" : "told")
    }

    static func tool(_ name: String, _ call: @escaping @Sendable (ToolCall) async -> ToolResult) -> Tool {
        Tool(
            definition: [
                "name": .string(name), "description": "A tool of the tests.",
                "inputSchema": ["type": "object", "properties": [:]],
            ], call: call)
    }
}
