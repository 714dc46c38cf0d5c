import JSON
import MCP

extension RuleTests {
    static let methods = [
        Rule(
            "methods that are not served do not exist, in either era", in: "2025-11-25",
            [
                Lines.request(1, "prompts/list"), Lines.request(2, "resources/list"),
                Lines.request(3, "Ping"),
                Lines.request(4, "logging/setLevel", ["level": "info"]),
                Lines.request(5, "subscriptions/listen"),
                Lines.modern(6, "prompts/list"), Lines.modern(7, "logging/setLevel"),
                Lines.modern(8, "subscriptions/listen"),
                Lines.modern(9, "tasks/list"), Lines.modern(10, ""),
            ], (1...10).map { .error(-32601, id: .integer($0)) }),
        Rule(
            "a cursor that was never given out is refused", in: "2025-11-25",
            [
                Lines.request(1, "tools/list", ["cursor": "x"]),
                Lines.request(2, "tools/list", ["cursor": ""]),
                Lines.modern(3, "tools/list", ["cursor": "x"]), Lines.request(4, "tools/list", ["cursor": 5]),
                Lines.request(5, "tools/list", ["cursor": nil]),
            ],
            [
                .error(-32602, id: 1), .error(-32602, id: 2), .error(-32602, id: 3), .error(-32602, id: 4),
                ["id": 5, "result": [:]],
            ]),
    ]

    static let calls = [
        Rule(
            "an unknown tool is a protocol error", in: "2025-11-25",
            [Lines.call(1, "none"), Lines.modern(2, "tools/call", ["name": "none"])],
            [
                ["id": 1, "error": ["code": -32602, "message": "Unknown tool: none"]],
                ["id": 2, "error": ["code": -32602, "message": "Unknown tool: none"]],
            ]),
        Rule(
            "a call without a name or with arguments that are no object is refused", in: "2025-11-25",
            [
                Lines.request(1, "tools/call"), Lines.request(2, "tools/call", ["name": 5]),
                Lines.call(3, "echo", []), Lines.call(4, "echo", "{}"),
                Lines.modern(5, "tools/call", ["name": "echo", "arguments": 1]),
            ], (1...5).map { .error(-32602, id: .integer($0)) }),
        Rule(
            "absent arguments count as none", in: "2025-11-25", [Lines.call(1, "echo")],
            [.result(["structuredContent": ["arguments": [:]]], id: 1)]),
        Rule(
            "the text block holds the same JSON as structuredContent", in: "2025-06-18",
            [Lines.call(1, "echo", ["a": "é\"\n"])],
            [
                .result(
                    [
                        "content": [["type": "text", "text": #"{"arguments":{"a":"é\"\n"}}"#]],
                        "structuredContent": ["arguments": ["a": "é\"\n"]],
                    ], id: 1)
            ]),
        Rule(
            "what a tool finds wrong is a result with isError", in: "2024-11-05", [Lines.call(1, "fail")],
            [
                .result(
                    [
                        "isError": true,
                        "content": [["type": "text", "text": #"{"error":"Nothing worked."}"#]],
                    ], id: 1)
            ]),
        Rule(
            "a modern result is complete and says who served it",
            [Lines.modern(1, "tools/call", ["name": "plain"])],
            [
                .result(
                    [
                        "resultType": "complete", "content": [["type": "text", "text": "plain \"text\"\n"]],
                        "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "everything"]],
                    ], id: 1)
            ]),
        Rule(
            "progress is told only on request, with the token's type, and only when it grows",
            in: "2025-03-26",
            [Lines.request(1, "tools/call", ["name": "count", "_meta": ["progressToken": 0]])],
            [
                [
                    "method": "notifications/progress",
                    "params": ["progressToken": 0, "progress": 1, "total": 2, "message": "step 1.0"],
                ],
                ["method": "notifications/progress", "params": ["progressToken": 0, "progress": 2]],
                .result(["content": [["text": "told"]]], id: 1),
            ]),
        Rule(
            "progress is silent without a token or with one that is none", in: "2025-11-25",
            [Lines.request(1, "tools/call", ["name": "count", "_meta": ["progressToken": 1.5]])],
            [.result(["content": [["text": "silent"]]], id: 1)]),
    ]
}
