import JSON
import MCP

extension SchemaConformanceTests {
    static let modern = [
        Case(Lines.modern(1, "server/discover"), "DiscoverResult"),
        Case(Lines.modern(2, "tools/list"), "ListToolsResult"),
        Case(
            Lines.modern("a", "tools/call", ["name": "echo", "arguments": ["x": [1]]]), "CallToolResult"),
        Case(Lines.modern("b", "tools/call", ["name": "fail"]), "CallToolResult"),
        Case(Lines.modern("c", "tools/call", ["name": "plain"]), "CallToolResult"),
        Case(
            Lines.modern("d", "tools/call", ["name": "count", "_meta": ["progressToken": "t"]]),
            "ProgressNotification", "ProgressNotification", "CallToolResult"),
        Case(
            Lines.modern(3, "server/discover", version: "1999-01-01"), "UnsupportedProtocolVersionError"),
        Case(Lines.modern(4, "none"), "error"), Case(Lines.modern(4, "none"), "MethodNotFoundError"),
        Case(Lines.modern(5, "tools/call", ["name": "none"]), "error"),
        Case(Lines.modern(5, "tools/call", ["name": "none"]), "InvalidParamsError"),
        Case(Lines.modern(6, "tools/list", capabilities: nil), "error"),
        Case(Lines.request(7, "server/discover"), "error"), Case("nonsense", "error"), Case("[]", "error"),
    ]

    static let modernFeatures = [
        Case(Lines.modern(1, "prompts/list"), "ListPromptsResult"),
        Case(
            Lines.modern(2, "prompts/get", ["name": "greet", "arguments": ["name": "Ada"]]),
            "GetPromptResult"),
        Case(Lines.modern(3, "prompts/get", ["name": "greet"]), "InvalidParamsError"),
        Case(Lines.modern(4, "resources/list"), "ListResourcesResult"),
        Case(Lines.modern(5, "resources/list", ["cursor": ""]), "ListResourcesResult"),
        Case(Lines.modern(6, "resources/templates/list"), "ListResourceTemplatesResult"),
        Case(Lines.modern(7, "resources/read", ["uri": "note://1"]), "ReadResourceResult"),
        Case(Lines.modern(8, "resources/read", ["uri": "note://2"]), "ReadResourceResult"),
        Case(Lines.modern(9, "resources/read", ["uri": "note://9"]), "InvalidParamsError"),
        Case(
            Lines.modern(
                10, "completion/complete",
                [
                    "ref": ["type": "ref/resource", "uri": "note://{id}"],
                    "argument": ["name": "id", "value": "all"],
                ]), "CompleteResult"),
        Case(Lines.modern(11, "tools/call", ["name": "blocks"]), "CallToolResult"),
        Case(
            Lines.modern(
                12, "tools/call",
                ["name": "talk", "_meta": ["io.modelcontextprotocol/logLevel": "alert"]]),
            "LoggingMessageNotification", "LoggingMessageNotification", "CallToolResult"),
        Case(
            Lines.modern(
                13, "tools/call", ["name": "survey"],
                capabilities: ["elicitation": ["form": [:], "url": [:]], "sampling": [:], "roots": [:]]),
            "InputRequiredResult"),
        Case(
            Lines.modern(14, "prompts/get", ["name": "interview"], capabilities: ["elicitation": [:]]),
            "InputRequiredResult"),
        Case(Lines.modern(15, "tools/call", ["name": "steps"]), "InputRequiredResult"),
        Case(Lines.modern(16, "tools/call", ["name": "picky"]), "MissingRequiredClientCapabilityError"),
        Case(Lines.modern(17, "tools/call", ["name": "endless"]), "InternalError"),
        Case(Lines.modern(18, "tools/call", ["name": "approve", "requestState": "x"]), "InvalidParamsError"),
    ]

    static func legacy(_ revision: Revision) -> [Case] {
        let batch = "[\(Lines.request(1, "ping")),\(Lines.request(2, "none"))]"
        let batchAnswer = revision == .march2025 ? "JSONRPCBatchResponse" : "error"
        return [
            Case(
                Lines.initialize(.string(revision.rawValue), capabilities: .object(Conversation.able))
                    + "\n" + Lines.notification("notifications/initialized"), "InitializeResult"),
            Case(Lines.request(1, "ping"), "EmptyResult"),
            Case(Lines.request(2, "tools/list"), "ListToolsResult"),
            Case(Lines.call("a", "echo", ["x": [1]]), "CallToolResult"),
            Case(Lines.call("b", "fail"), "CallToolResult"), Case(Lines.call("c", "plain"), "CallToolResult"),
            Case(
                Lines.request("d", "tools/call", ["name": "count", "_meta": ["progressToken": 0]]),
                "ProgressNotification", "ProgressNotification", "CallToolResult"),
            Case(Lines.request(4, "none"), "error"), Case(Lines.call(5, "none"), "error"),
            Case(Lines.request(6, "tools/list", []), "error"),
            Case(Lines.request(7, "initialize", [:]), "error"), Case("nonsense", "error"),
            Case(batch, batchAnswer),
        ]
    }

    static func legacyFeatures(_ revision: Revision) -> [Case] {
        let reading = [
            Case(Lines.request(1, "prompts/list"), "ListPromptsResult"),
            Case(
                Lines.request(2, "prompts/get", ["name": "greet", "arguments": ["name": "Ada"]]),
                "GetPromptResult"),
            Case(Lines.request(3, "resources/list"), "ListResourcesResult"),
            Case(Lines.request(4, "resources/list", ["cursor": ""]), "ListResourcesResult"),
            Case(Lines.request(5, "resources/templates/list"), "ListResourceTemplatesResult"),
            Case(Lines.request(6, "resources/read", ["uri": "note://1"]), "ReadResourceResult"),
            Case(Lines.request(7, "resources/read", ["uri": "note://2"]), "ReadResourceResult"),
            Case(Lines.request(8, "resources/read", ["uri": "note://9"]), "error"),
            Case(
                RuleTests.complete(9, ref: ["type": "ref/resource", "uri": "note://{id}"], value: "all"),
                "CompleteResult"),
            Case(Lines.call(10, "blocks"), "CallToolResult"),
            Case(Lines.request(11, "logging/setLevel", ["level": "alert"]), "EmptyResult"),
            Case(
                Lines.call(12, "talk"), "LoggingMessageNotification", "LoggingMessageNotification",
                "CallToolResult"), Case(Lines.call(13, "picky"), "CallToolResult"),
        ]
        return reading + asking(revision)
    }

    private static func asking(_ revision: Revision) -> [Case] {
        let sample: JSON = ["role": "user", "content": ["type": "text", "text": "Hi"], "model": "m"]
        let kinds = [
            Case(Lines.call("s", "sample"), "CreateMessageRequest", "CallToolResult", reply: sample),
            Case(Lines.call("r", "roots"), "ListRootsRequest", "CallToolResult", reply: ["roots": []]),
        ]
        if revision < .june2025 { return kinds }
        return kinds + [
            Case(Lines.call("e", "approve"), "ElicitRequest", "CallToolResult"),
            Case(
                Lines.request("p", "prompts/get", ["name": "interview"]), "ElicitRequest", "GetPromptResult"),
        ]
    }
}
