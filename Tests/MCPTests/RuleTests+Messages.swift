import JSON
import MCP

extension RuleTests {
    static let jsonRPC =
        [
            Rule(
                "an id comes back with its type",
                [
                    Lines.request(0, "ping"), Lines.request("0", "ping"),
                    Lines.request(.integer(.max), "ping"), Lines.request("", "ping"),
                ],
                [["id": 0], ["id": "0"], ["id": .integer(.max)], ["id": ""]]),
            Rule(
                "null, fractions, booleans, arrays and numbers beyond 64 bits are no ids",
                ["null", "1.5", "1.0", "true", "[1]", "{}", "9223372036854775808", "1e3"].map {
                    #"{"jsonrpc":"2.0","id":\#($0),"method":"ping"}"#
                }, Array(repeating: .error(-32600, id: nil), count: 8)),
            Rule(
                "a notification is never answered, whatever is wrong with it",
                [
                    Lines.notification("notifications/initialized"), Lines.notification("none"),
                    Lines.notification("tools/list"),
                    Lines.notification("initialize"), Lines.notification("notifications/cancelled", [1]),
                    Lines.notification("notifications/cancelled", ["requestId": 99]),
                    #"{"method":"tools/call","params":3}"#,
                    Lines.notification("notifications/roots/list_changed"),
                ], []),
            Rule(
                "a response of the client is taken in silence",
                [
                    #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
                    #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#,
                ], []),
            Rule(
                "what is not JSON is a parse error with a null id",
                [
                    "{", "nonsense", "Content-Length: 20",
                    #"{"id":1,"id":2,"jsonrpc":"2.0","method":"ping"}"#, "\u{feff}{}", "{} {}",
                ],
                Array(repeating: .error(-32700, id: nil), count: 6)),
            Rule(
                "what is not a request is invalid, with the id where there is one",
                [
                    "3", "null", "\"ping\"", "{}", #"{"id":7}"#, #"{"id":7,"method":5,"jsonrpc":"2.0"}"#,
                    #"{"method":5}"#,
                    #"{"id":7,"method":"ping"}"#, #"{"id":7,"method":"ping","jsonrpc":"1.0"}"#,
                ],
                [nil, nil, nil, nil, 7, 7, nil, 7, 7].map { .error(-32600, id: $0) }),
            Rule(
                "blank lines are skipped, CR LF ends a line and the last line needs no end",
                [
                    "", "  \t ", "\r", Lines.request(1, "ping") + "\r",
                    " " + Lines.request(2, "ping") + " \n\n",
                ], [["id": 1], ["id": 2]]),
            Rule(
                "unknown members and parameters are ignored",
                [#"{"jsonrpc":"2.0","id":1,"method":"ping","x":1,"params":{"y":2}}"#],
                [["id": 1, "result": [:]]]),
            Rule(
                "absent and null parameters count as none", in: "2025-11-25",
                [Lines.request(1, "tools/list"), Lines.request(2, "tools/list", .null)],
                [["id": 1, "result": [:]], ["id": 2, "result": [:]]]),
            Rule(
                "parameters that are no object are refused", in: "2025-11-25",
                [
                    Lines.request(1, "tools/list", []), Lines.request(2, "ping", "x"),
                    Lines.request(3, "initialize", [1]),
                ],
                [.error(-32602, id: 1), .error(-32602, id: 2), .error(-32602, id: 3)]),
            Rule(
                "a batch is answered as one array in 2025-03-26", in: "2025-03-26",
                [
                    "[\(Lines.request(1, "ping")),\(Lines.notification("x")),\(Lines.call("c", "plain")),3,[],"
                        + "\(Lines.initialize()),\(Lines.modern(4, "tools/list"))]"
                ],
                [
                    [
                        ["id": 1, "result": [:]], .error(-32600, id: nil), .error(-32600, id: nil),
                        .error(-32600, id: 0),
                        .error(-32600, id: 4), ["id": "c", "result": [:]],
                    ]
                ]),
            Rule(
                "a batch of notifications alone is not answered", in: "2025-03-26",
                [
                    "[\(Lines.notification("x")),\(Lines.notification("notifications/cancelled", ["requestId": 1]))]"
                ], []),
            Rule(
                "an empty batch is one invalid request", in: "2025-03-26", ["[]"], [.error(-32600, id: nil)]),
            Rule(
                "a batch of more than 100 messages is refused as a whole", in: "2025-03-26",
                ["[" + Array(repeating: Lines.request(1, "ping"), count: 101).joined(separator: ",") + "]"],
                [.error(-32600, id: nil)]),
            Rule(
                "a batch before any handshake is invalid", ["[\(Lines.request(1, "ping"))]"],
                [.error(-32600, id: nil)]),
        ]
        + ["2024-11-05", "2025-06-18", "2025-11-25"].map {
            Rule(
                "a batch in \($0) is invalid", in: $0, ["[\(Lines.request(1, "ping"))]", "[]"],
                [.error(-32600, id: nil), .error(-32600, id: nil)])
        }
}
