import JSON
import MCP

extension RuleTests {
    static let prompts = [
        Rule(
            "prompts are listed on one page", in: "2025-11-25",
            [
                Lines.request(1, "prompts/list"), Lines.request(2, "prompts/list", ["cursor": "x"]),
                Lines.modern(3, "prompts/list"),
            ],
            [
                .result(
                    ["prompts": [.object(Full.greet.definition), .object(Full.interview.definition)]], id: 1),
                .error(-32602, id: 2),
                .result(["resultType": "complete", "ttlMs": 3_600_000, "cacheScope": "public"], id: 3),
            ]),
        Rule(
            "a prompt is filled in", in: "2025-11-25",
            [
                Lines.request(1, "prompts/get", ["name": "greet", "arguments": ["name": "Ada"]]),
                Lines.modern(
                    2, "prompts/get", ["name": "greet", "arguments": ["name": "Ada", "tone": "!"]]),
            ],
            [
                .result(
                    [
                        "description": "A greeting.",
                        "messages": [
                            ["role": "user", "content": ["type": "text", "text": "Hello, Ada."]],
                            ["content": ["type": "audio"]], ["content": ["type": "resource_link"]],
                        ],
                    ], id: 1),
                .result(["resultType": "complete", "description": "A greeting."], id: 2),
            ]),
        Rule(
            "an unknown prompt, a missing argument and one that is no text are refused", in: "2025-11-25",
            [
                Lines.request(1, "prompts/get", ["name": "none"]), Lines.request(2, "prompts/get"),
                Lines.modern(3, "prompts/get", ["name": "greet"]),
                Lines.request(4, "prompts/get", ["name": "greet", "arguments": ["name": 5]]),
                Lines.request(5, "prompts/get", ["name": "greet", "arguments": []]),
            ], (1...5).map { .error(-32602, id: .integer($0)) }),
    ]

    static let completions = [
        Rule(
            "the variable of a template is completed, with what is known of the others", in: "2025-11-25",
            [complete(1, ref: ["type": "ref/resource", "uri": "note://{id}"], value: "4")],
            [.result(["completion": ["values": ["41", "42"], "total": 150]], id: 1)]),
        Rule(
            "the argument of a prompt is completed, and what nobody completes has no suggestions",
            in: "2025-03-26",
            [
                complete(1, ref: ["type": "ref/prompt", "name": "greet"], value: "x"),
                complete(2, ref: ["type": "ref/prompt", "name": "interview"], value: "x"),
            ],
            [
                .result(["completion": ["values": ["idx"], "hasMore": false]], id: 1),
                .result(["completion": ["values": []]], id: 2),
            ]),
        Rule(
            "an unknown reference, and an argument without name or value, are refused", in: "2025-11-25",
            [
                complete(1, ref: ["type": "ref/prompt", "name": "none"], value: ""),
                complete(2, ref: ["type": "ref/resource", "uri": "note://1"], value: ""),
                complete(3, ref: ["type": "ref/tool", "name": "echo"], value: ""),
                complete(4, ref: [:], value: ""),
                complete(5, ref: ["type": "ref/prompt", "name": "greet"], value: 5),
                Lines.modern(
                    6, "completion/complete", ["ref": ["type": "ref/prompt", "name": "greet"]]),
            ], (1...6).map { .error(-32602, id: .integer($0)) }),
    ]

    static func complete(_ id: JSON, ref: JSON, value: JSON) -> String {
        Lines.request(
            id, "completion/complete",
            [
                "ref": ref, "argument": ["name": "id", "value": value],
                "context": ["arguments": ["shelf": "top"]],
            ])
    }
}
