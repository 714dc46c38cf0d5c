import JSON
import MCP
import Testing

/// The rules of the protocol, each as lines in and lines out of a running server.
struct RuleTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: [String]
        let answers: [JSON]

        init(_ name: String, _ lines: [String], _ answers: [JSON]) {
            testDescription = name
            self.lines = lines
            self.answers = answers
        }

        /// After a handshake, whose answer is left out.
        init(_ name: String, in version: String, _ lines: [String], _ answers: [JSON]) {
            self.init(name, [Lines.initialize(.string(version))] + lines, [["id": 0]] + answers)
        }
    }

    @Test("the protocol's rules hold", arguments: eras + handshake + jsonRPC + methods + calls)
    func rule(_ rule: Rule) async throws {
        let answers = try await Wire.exchange(rule.lines)
        #expect(answers.count == rule.answers.count, "\(answers)")
        for (answer, pattern) in zip(answers, rule.answers) {
            #expect(answer.holds(pattern), "\(answer) lacks \(pattern)")
        }
    }

    static let eras = [
        Rule("an enveloped request is modern without any handshake", [Lines.modern(1, "tools/list")], [.result(["resultType": "complete"], id: 1)]),
        Rule(
            "an enveloped initialize or ping does not exist", [Lines.modern(1, "initialize"), Lines.modern(2, "ping")],
            [.error(-32601, id: 1), .error(-32601, id: 2)]),
        Rule("discovery without an envelope lacks its _meta", [Lines.request(1, "server/discover")], [.error(-32602, id: 1)]),
        Rule(
            "an envelope without capabilities is refused, even for a method that does not exist",
            [Lines.modern(1, "tools/list", capabilities: nil), Lines.modern(2, "none", capabilities: nil)],
            [.error(-32602, id: 1), .error(-32602, id: 2)]),
        Rule(
            "capabilities must be an object and the version a string",
            [Lines.modern(1, "tools/list", capabilities: []), Lines.modern(2, "tools/list", version: 3), Lines.modern(3, "x", version: nil)],
            [.error(-32602, id: 1), .error(-32602, id: 2), .error(-32602, id: 3)]),
        Rule(
            "an unknown version names what is supported and what was asked for, before the method is looked at",
            [Lines.modern(1, "none", version: "2099-01-01")],
            [
                [
                    "id": 1,
                    "error": ["code": -32022, "data": ["supported": ["2026-07-28"], "requested": "2099-01-01"]],
                ]
            ]),
        Rule(
            "a legacy version in an envelope is not served", [Lines.modern(1, "server/discover", version: "2025-11-25")],
            [.error(-32022, id: 1)]),
        Rule(
            "discovery lists modern versions alone and carries no top-level serverInfo", [Lines.modern(1, "server/discover")],
            [
                .result(
                    [
                        "resultType": "complete", "supportedVersions": ["2026-07-28"], "capabilities": ["tools": [:]],
                        "instructions": "Use echo.", "ttlMs": 3_600_000, "cacheScope": "public",
                        "_meta": [
                            "io.modelcontextprotocol/serverInfo": [
                                "name": "everything", "title": "Everything", "version": "1.2.3",
                                "websiteUrl": "https://example.com/",
                            ]
                        ],
                    ], id: 1)
            ]),
        Rule(
            "the era is decided message by message",
            [
                Lines.modern(1, "server/discover"), Lines.initialize(), Lines.modern(2, "tools/list"),
                Lines.request(3, "tools/list"), Lines.request(4, "server/discover"),
            ],
            [
                .result(["resultType": "complete"], id: 1), .result(["protocolVersion": "2025-11-25"], id: 0),
                .result(["resultType": "complete"], id: 2), ["id": 3, "result": [:]], .error(-32602, id: 4),
            ]),
        Rule(
            "a modern request does not open the legacy gate", [Lines.modern(1, "tools/list"), Lines.request(2, "tools/list")],
            [["id": 1], .error(-32600, id: 2)]),
    ]

    static let handshake = [
        Rule(
            "every legacy version asked for is agreed to",
            Revision.legacy.map { Lines.initialize(.string($0.rawValue)) },
            Revision.legacy.map { .result(["protocolVersion": .string($0.rawValue)], id: 0) }),
        Rule(
            "an unknown or modern version in initialize is answered with our latest legacy one",
            ["2026-07-28", "1.0", "", "2025-11-26"].map { Lines.initialize($0) },
            Array(repeating: .result(["protocolVersion": "2025-11-25"], id: 0), count: 4)),
        Rule(
            "initialize without a version names the supported ones", [Lines.request(0, "initialize", [:]), Lines.initialize(5)],
            Array(
                repeating: [
                    "id": 0,
                    "error": [
                        "code": -32602, "data": ["supported": ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]],
                    ],
                ], count: 2)),
        Rule(
            "ping is answered before the handshake", [Lines.request("p", "ping")],
            [["jsonrpc": "2.0", "id": "p", "result": [:]]]),
        Rule(
            "nothing else is done before the handshake",
            [Lines.request(1, "tools/list"), Lines.call(2, "echo"), Lines.request(3, "none")],
            [.error(-32600, id: 1), .error(-32600, id: 2), .error(-32600, id: 3)]),
        Rule(
            "the first requests may come without waiting",
            [Lines.initialize(), Lines.notification("notifications/initialized"), Lines.request(1, "tools/list")],
            [["id": 0], ["id": 1, "result": [:]]]),
        Rule(
            "a second initialize is answered and counts", in: "2024-11-05",
            [Lines.initialize("2025-06-18"), Lines.request(1, "tools/list")],
            [.result(["protocolVersion": "2025-06-18"], id: 0), ["id": 1]]),
    ]

    static let jsonRPC = [
        Rule(
            "an id comes back with its type",
            [Lines.request(0, "ping"), Lines.request("0", "ping"), Lines.request(.integer(.max), "ping"), Lines.request("", "ping")],
            [["id": 0], ["id": "0"], ["id": .integer(.max)], ["id": ""]]),
        Rule(
            "null, fractions, booleans, arrays and numbers beyond 64 bits are no ids",
            ["null", "1.5", "1.0", "true", "[1]", "{}", "9223372036854775808", "1e3"].map {
                #"{"jsonrpc":"2.0","id":\#($0),"method":"ping"}"#
            }, Array(repeating: .error(-32600, id: nil), count: 8)),
        Rule(
            "a notification is never answered, whatever is wrong with it",
            [
                Lines.notification("notifications/initialized"), Lines.notification("none"), Lines.notification("tools/list"),
                Lines.notification("initialize"), Lines.notification("notifications/cancelled", [1]),
                Lines.notification("notifications/cancelled", ["requestId": 99]),
                #"{"method":"tools/call","params":3}"#, Lines.notification("notifications/roots/list_changed"),
            ], []),
        Rule(
            "a response of the client is taken in silence",
            [#"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#], []),
        Rule(
            "what is not JSON is a parse error with a null id",
            ["{", "nonsense", "Content-Length: 20", #"{"id":1,"id":2,"jsonrpc":"2.0","method":"ping"}"#, "\u{feff}{}", "{} {}"],
            Array(repeating: .error(-32700, id: nil), count: 6)),
        Rule(
            "what is not a request is invalid, with the id where there is one",
            ["3", "null", "\"ping\"", "{}", #"{"id":7}"#, #"{"id":7,"method":5,"jsonrpc":"2.0"}"#, #"{"method":5}"#,
                #"{"id":7,"method":"ping"}"#, #"{"id":7,"method":"ping","jsonrpc":"1.0"}"#],
            [nil, nil, nil, nil, 7, 7, nil, 7, 7].map { .error(-32600, id: $0) }),
        Rule(
            "blank lines are skipped, CR LF ends a line and the last line needs no end",
            ["", "  \t ", "\r", Lines.request(1, "ping") + "\r", " " + Lines.request(2, "ping") + " \n\n"], [["id": 1], ["id": 2]]),
        Rule(
            "unknown members and parameters are ignored", [#"{"jsonrpc":"2.0","id":1,"method":"ping","x":1,"params":{"y":2}}"#],
            [["id": 1, "result": [:]]]),
        Rule(
            "absent and null parameters count as none", in: "2025-11-25",
            [Lines.request(1, "tools/list"), Lines.request(2, "tools/list", .null)], [["id": 1, "result": [:]], ["id": 2, "result": [:]]]),
        Rule(
            "parameters that are no object are refused", in: "2025-11-25",
            [Lines.request(1, "tools/list", []), Lines.request(2, "ping", "x"), Lines.request(3, "initialize", [1])],
            [.error(-32602, id: 1), .error(-32602, id: 2), .error(-32602, id: 3)]),
        Rule(
            "a batch is answered as one array in 2025-03-26", in: "2025-03-26",
            [
                "[\(Lines.request(1, "ping")),\(Lines.notification("x")),\(Lines.call("c", "plain")),3,[],"
                    + "\(Lines.initialize()),\(Lines.modern(4, "tools/list"))]"
            ],
            [
                [
                    ["id": 1, "result": [:]], .error(-32600, id: nil), .error(-32600, id: nil), .error(-32600, id: 0),
                    .error(-32600, id: 4), ["id": "c", "result": [:]],
                ]
            ]),
        Rule(
            "a batch of notifications alone is not answered", in: "2025-03-26",
            ["[\(Lines.notification("x")),\(Lines.notification("notifications/cancelled", ["requestId": 1]))]"], []),
        Rule("an empty batch is one invalid request", in: "2025-03-26", ["[]"], [.error(-32600, id: nil)]),
        Rule(
            "a batch of more than 100 messages is refused as a whole", in: "2025-03-26",
            ["[" + Array(repeating: Lines.request(1, "ping"), count: 101).joined(separator: ",") + "]"], [.error(-32600, id: nil)]),
        Rule("a batch before any handshake is invalid", ["[\(Lines.request(1, "ping"))]"], [.error(-32600, id: nil)]),
    ] + ["2024-11-05", "2025-06-18", "2025-11-25"].map {
        Rule("a batch in \($0) is invalid", in: $0, ["[\(Lines.request(1, "ping"))]", "[]"], [.error(-32600, id: nil), .error(-32600, id: nil)])
    }

    static let methods = [
        Rule(
            "methods that are not served do not exist, in either era", in: "2025-11-25",
            [
                Lines.request(1, "prompts/list"), Lines.request(2, "resources/list"), Lines.request(3, "Ping"),
                Lines.request(4, "logging/setLevel", ["level": "info"]), Lines.request(5, "subscriptions/listen"),
                Lines.modern(6, "prompts/list"), Lines.modern(7, "logging/setLevel"), Lines.modern(8, "subscriptions/listen"),
                Lines.modern(9, "tasks/list"), Lines.modern(10, ""),
            ], (1...10).map { .error(-32601, id: .integer($0)) }),
        Rule(
            "a cursor that was never given out is refused", in: "2025-11-25",
            [
                Lines.request(1, "tools/list", ["cursor": "x"]), Lines.request(2, "tools/list", ["cursor": ""]),
                Lines.modern(3, "tools/list", ["cursor": "x"]), Lines.request(4, "tools/list", ["cursor": 5]),
                Lines.request(5, "tools/list", ["cursor": nil]),
            ],
            [.error(-32602, id: 1), .error(-32602, id: 2), .error(-32602, id: 3), .error(-32602, id: 4), ["id": 5, "result": [:]]]),
    ]

    static let calls = [
        Rule(
            "an unknown tool is a protocol error", in: "2025-11-25", [Lines.call(1, "none"), Lines.modern(2, "tools/call", ["name": "none"])],
            [
                ["id": 1, "error": ["code": -32602, "message": "Unknown tool: none"]],
                ["id": 2, "error": ["code": -32602, "message": "Unknown tool: none"]],
            ]),
        Rule(
            "a call without a name or with arguments that are no object is refused", in: "2025-11-25",
            [
                Lines.request(1, "tools/call"), Lines.request(2, "tools/call", ["name": 5]),
                Lines.call(3, "echo", []), Lines.call(4, "echo", "{}"), Lines.modern(5, "tools/call", ["name": "echo", "arguments": 1]),
            ], (1...5).map { .error(-32602, id: .integer($0)) }),
        Rule(
            "absent arguments count as none", in: "2025-11-25", [Lines.call(1, "echo")],
            [.result(["structuredContent": ["arguments": [:]]], id: 1)]),
        Rule(
            "the text block holds the same JSON as structuredContent", in: "2025-06-18", [Lines.call(1, "echo", ["a": "é\"\n"])],
            [
                .result(
                    [
                        "content": [["type": "text", "text": #"{"arguments":{"a":"é\"\n"}}"#]],
                        "structuredContent": ["arguments": ["a": "é\"\n"]],
                    ], id: 1)
            ]),
        Rule(
            "what a tool finds wrong is a result with isError", in: "2024-11-05", [Lines.call(1, "fail")],
            [.result(["isError": true, "content": [["type": "text", "text": #"{"error":"Nothing worked."}"#]]], id: 1)]),
        Rule(
            "a modern result is complete and says who served it", [Lines.modern(1, "tools/call", ["name": "plain"])],
            [
                .result(
                    [
                        "resultType": "complete", "content": [["type": "text", "text": "plain \"text\"\n"]],
                        "_meta": ["io.modelcontextprotocol/serverInfo": ["name": "everything"]],
                    ], id: 1)
            ]),
        Rule(
            "progress is told only on request, with the token's type, and only when it grows", in: "2025-03-26",
            [Lines.request(1, "tools/call", ["name": "count", "_meta": ["progressToken": 0]])],
            [
                ["method": "notifications/progress", "params": ["progressToken": 0, "progress": 1, "total": 2, "message": "step 1.0"]],
                ["method": "notifications/progress", "params": ["progressToken": 0, "progress": 2]],
                .result(["content": [["text": "told"]]], id: 1),
            ]),
        Rule(
            "progress is silent without a token or with one that is none", in: "2025-11-25",
            [Lines.request(1, "tools/call", ["name": "count", "_meta": ["progressToken": 1.5]])],
            [.result(["content": [["text": "silent"]]], id: 1)]),
    ]
}
