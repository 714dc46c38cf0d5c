import JSON
import MCP

extension RuleTests {
    static let resources = [
        Rule(
            "templates are listed on one page", in: "2025-11-25",
            [
                Lines.request(1, "resources/templates/list"),
                Lines.request(2, "resources/templates/list", ["cursor": ""]),
                Lines.modern(3, "resources/templates/list"),
            ],
            [
                .result(["resourceTemplates": [.object(Full.template)]], id: 1), .error(-32602, id: 2),
                .result(
                    [
                        "resultType": "complete", "resourceTemplates": [.object(Full.template)],
                        "ttlMs": 3_600_000, "cacheScope": "public",
                    ], id: 3),
            ]),
        Rule(
            "resources are listed page by page, with the cursor that was given out, an empty one too",
            in: "2025-11-25",
            [
                Lines.request(1, "resources/list"), Lines.request(2, "resources/list", ["cursor": ""]),
                Lines.request(3, "resources/list", ["cursor": "never"]),
                Lines.modern(4, "resources/list", ["cursor": 5]),
                Lines.modern(5, "resources/list", ["cursor": ""]),
            ],
            [
                .result(
                    ["resources": [.object(Full.note(1)), .object(Full.note(2))], "nextCursor": ""], id: 1),
                .result(["resources": [.object(Full.note(3))]], id: 2), .error(-32602, id: 3),
                .error(-32602, id: 4),
                .result(
                    [
                        "resultType": "complete", "resources": [.object(Full.note(3))], "ttlMs": 0,
                        "cacheScope": "private",
                    ], id: 5),
            ]),
        Rule(
            "what is read comes with the URI that was asked for, and for a modern client with how long to keep it",
            in: "2025-11-25",
            [
                Lines.request(1, "resources/read", ["uri": "note://1"]),
                Lines.modern(2, "resources/read", ["uri": "note://2"]),
            ],
            [
                .result(["contents": [["uri": "note://1", "text": "hello"]]], id: 1),
                .result(
                    [
                        "resultType": "complete", "contents": [["uri": "note://2", "blob": "AAEC"]],
                        "ttlMs": 500, "cacheScope": "private",
                        "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "full"]],
                    ], id: 2),
            ]),
        Rule(
            "what is not there is -32002 in a legacy revision and -32602 in a modern one, with its URI",
            in: "2025-11-25",
            [
                Lines.request(1, "resources/read", ["uri": "note://9"]),
                Lines.request(2, "resources/read", ["uri": "note://empty"]),
                Lines.modern(3, "resources/read", ["uri": "note://9"]),
                Lines.modern(4, "resources/read", ["uri": "note://empty"]),
            ],
            [
                ["id": 1, "error": ["code": -32002, "data": ["uri": "note://9"]]],
                ["id": 2, "error": ["code": -32002, "data": ["uri": "note://empty"]]],
                ["id": 3, "error": ["code": -32602, "data": ["uri": "note://9"]]],
                ["id": 4, "error": ["code": -32602, "data": ["uri": "note://empty"]]],
            ]),
        Rule(
            "reading needs a URI, and a fault inside is an internal error", in: "2025-11-25",
            [
                Lines.request(1, "resources/read"), Lines.modern(2, "resources/read", ["uri": 5]),
                Lines.request(3, "resources/read", ["uri": "note://broken"]),
            ], [.error(-32602, id: 1), .error(-32602, id: 2), .error(-32603, id: 3)]),
        Rule(
            "subscribing and listening belong to one era each", in: "2025-11-25",
            [
                Lines.request(1, "subscriptions/listen", ["notifications": [:]]),
                Lines.modern(2, "resources/subscribe", ["uri": "note://1"]),
                Lines.modern(3, "resources/unsubscribe", ["uri": "note://1"]),
            ], [.error(-32601, id: 1), .error(-32601, id: 2), .error(-32601, id: 3)]),
    ]

    static let logging = [
        Rule(
            "a legacy client sets the level of what it is told, if it is one", in: "2025-11-25",
            [
                Lines.request(1, "logging/setLevel", ["level": "critical"]), Lines.call(2, "talk"),
                Lines.request(3, "logging/setLevel", ["level": "loud"]), Lines.request(4, "logging/setLevel"),
            ],
            [
                .result([:], id: 1), .error(-32602, id: 3), .error(-32602, id: 4), said("critical"),
                said("alert"), said("emergency"), .result(["content": [["text": "talked"]]], id: 2),
            ]),
        Rule(
            "a modern client is told what this request asks for, and nothing without",
            [
                Lines.modern(1, "logging/setLevel", ["level": "info"]),
                Lines.modern(
                    2, "tools/call",
                    ["name": "talk", "_meta": ["io.modelcontextprotocol/logLevel": "alert"]]),
            ],
            [
                .error(-32601, id: 1), said("alert"), said("emergency"),
                .result(["content": [["text": "talked"]]], id: 2),
            ]),
        Rule(
            "without a level a modern client is told nothing",
            [Lines.modern(1, "tools/call", ["name": "talk"])],
            [.result(["content": [["text": "talked"]]], id: 1)]),
        Rule(
            "a level that is none is refused",
            [
                Lines.modern(
                    1, "tools/call",
                    ["name": "talk", "_meta": ["io.modelcontextprotocol/logLevel": "loud"]])
            ], [.error(-32602, id: 1)]),
    ]

    private static func said(_ level: JSON) -> JSON {
        ["method": "notifications/message", "params": ["level": level, "data": ["said": level]]]
    }
}
