import JSON
import MCP

extension RuleTests {
    static let eras = [
        Rule(
            "an enveloped request is modern without any handshake", [Lines.modern(1, "tools/list")],
            [.result(["resultType": "complete"], id: 1)]),
        Rule(
            "an enveloped initialize or ping does not exist",
            [Lines.modern(1, "initialize"), Lines.modern(2, "ping")],
            [.error(-32601, id: 1), .error(-32601, id: 2)]),
        Rule(
            "discovery without an envelope lacks its _meta", [Lines.request(1, "server/discover")],
            [.error(-32602, id: 1)]),
        Rule(
            "an envelope without capabilities is refused, even for a method that does not exist",
            [Lines.modern(1, "tools/list", capabilities: nil), Lines.modern(2, "none", capabilities: nil)],
            [.error(-32602, id: 1), .error(-32602, id: 2)]),
        Rule(
            "capabilities must be an object and the version a string",
            [
                Lines.modern(1, "tools/list", capabilities: []), Lines.modern(2, "tools/list", version: 3),
                Lines.modern(3, "x", version: nil),
            ],
            [.error(-32602, id: 1), .error(-32602, id: 2), .error(-32602, id: 3)]),
        Rule(
            "an unknown version names what is supported and what was asked for, before the method is looked at",
            [Lines.modern(1, "none", version: "2099-01-01")],
            [
                [
                    "id": 1,
                    "error": [
                        "code": -32022, "data": ["supported": ["2026-07-28"], "requested": "2099-01-01"],
                    ],
                ]
            ]),
        Rule(
            "a legacy version in an envelope is not served",
            [Lines.modern(1, "server/discover", version: "2025-11-25")],
            [.error(-32022, id: 1)]),
        Rule(
            "discovery lists modern versions alone and carries no top-level serverInfo",
            [Lines.modern(1, "server/discover")],
            [
                .result(
                    [
                        "resultType": "complete", "supportedVersions": ["2026-07-28"],
                        "capabilities": ["tools": [:]],
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
            "a modern request does not open the legacy gate",
            [Lines.modern(1, "tools/list"), Lines.request(2, "tools/list")],
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
            "initialize without a version names the supported ones",
            [Lines.request(0, "initialize", [:]), Lines.initialize(5)],
            Array(
                repeating: [
                    "id": 0,
                    "error": [
                        "code": -32602,
                        "data": ["supported": ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]],
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
            [
                Lines.initialize(), Lines.notification("notifications/initialized"),
                Lines.request(1, "tools/list"),
            ],
            [["id": 0], ["id": 1, "result": [:]]]),
        Rule(
            "a second initialize is answered and counts", in: "2024-11-05",
            [Lines.initialize("2025-06-18"), Lines.request(1, "tools/list")],
            [.result(["protocolVersion": "2025-06-18"], id: 0), ["id": 1]]),
    ]
}
