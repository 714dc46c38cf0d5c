import JSON
import MCP

/// The schemas and answers that the paths refer to.
struct OpenAPIComponents {
    let offer: Face.Offer

    var all: JSON.Object {
        var schemas: JSON.Object = [
            "Problem": Self.problem, "Service": Self.service, "Accounts": Self.accounts,
            "Tools": Self.tools, "Tool": Self.tool, "Status": Self.status,
        ]
        if let tool = offer.tool("send_email") {
            schemas["SendEmail"] = Self.input(of: tool)
            schemas["Send"] = tool.definition["outputSchema"]
        }
        if let tool = offer.tool("track_send") { schemas["History"] = tool.definition["outputSchema"] }
        if let tool = offer.tool("cancel_send") { schemas["Cancelled"] = tool.definition["outputSchema"] }
        if let tool = offer.tool("list_sends") { schemas["Page"] = tool.definition["outputSchema"] }
        return [
            "schemas": .object(schemas),
            "responses": [
                "Problem": [
                    "description": "What went wrong, as a problem of RFC 9457.",
                    "content": [
                        "application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]
                    ],
                ]
            ],
            "securitySchemes": [
                "bearer": [
                    "type": "http", "scheme": "bearer",
                    "description":
                        "Where the server asks for a token: always, unless it listens on loopback alone.",
                ]
            ],
        ]
    }

    /// The tool's own, with what the face takes beside it: `from_email` for `from`, and one string for an array of them.
    private static func input(of tool: Tool) -> JSON {
        guard var schema = tool.definition["inputSchema"]?.object,
            var properties = schema["properties"]?.object
        else { return [:] }
        for (name, property) in properties {
            if property["type"] == "array", property["items"]?["type"] == "string",
                var object = property.object
            {
                let description = object["description"]
                object["description"] = nil
                var either: JSON.Object = ["anyOf": [.object(object), ["type": "string"]]]
                either["description"] = description
                properties[name] = .object(either)
            }
        }
        properties["from_email"] = ["type": "string", "description": "Another name for `from`."]
        schema["properties"] = .object(properties)
        // The tool says so in words, because some clients of models refuse it in a schema.
        schema["anyOf"] = [["required": ["markdown"]], ["required": ["text"]], ["required": ["html"]]]
        if let examples = tool.definition["_meta"]?["envelope/examples"] { schema["examples"] = examples }
        return .object(schema)
    }

    private static let problem: JSON = [
        "type": "object",
        "properties": [
            "type": ["type": "string", "const": "about:blank"],
            "title": ["type": "string"],
            "status": ["type": "integer", "minimum": 400, "maximum": 599],
            "detail": ["type": "string", "description": "What happened, in one sentence."],
            "instance": ["type": "string", "description": "The send, where one was recorded."],
            "code": ["type": "string", "description": "One word of a closed list."],
            "category": ["type": "string"],
            "hint": ["type": "string", "description": "What to change, exactly."],
            "retryable": [
                "type": "boolean",
                "description": "True when the same request may succeed later without a change.",
            ],
            "may_have_been_delivered": [
                "type": "boolean",
                "description": "True when nobody can know whether the server took the message.",
            ],
            "retry_after": [
                "type": "integer", "description": "Seconds until the same request may succeed.",
            ],
            "field": ["type": "string", "description": "The argument at fault."],
            "phase": ["type": "string", "description": "How far the attempt got."],
            "smtp": ["type": "object", "description": "The server's reply; its words are untrusted."],
            "id": ["type": "string", "description": "The id of the send that failed."],
            "send": ["type": "object", "description": "The whole send that failed."],
            "next_step": ["type": "string", "description": "What to do now."],
        ],
        "required": [
            "type", "title", "status", "detail", "code", "hint", "retryable", "may_have_been_delivered",
        ],
    ]

    private static let service: JSON = [
        "type": "object",
        "properties": [
            "name": ["type": "string"], "version": ["type": "string"], "description": ["type": "string"],
            "sandbox": ["type": "boolean"],
            "links": ["type": "object", "additionalProperties": ["type": "string"]],
        ],
        "required": ["name", "version", "links"],
    ]

    private static let accounts: JSON = [
        "type": "object",
        "properties": [
            "accounts": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "id": ["type": "string"], "name": ["type": "string"],
                        "kind": ["type": "string", "enum": ["smtp", "sandbox"]],
                        "server": ["type": "string"], "username": ["type": "string"],
                        "sender": ["type": "string"], "any_sender": ["type": "boolean"],
                        "default": ["type": "boolean"], "paused": ["type": "object"],
                        "limits": ["type": "array", "items": ["type": "string"]],
                        "quota_remaining": [
                            "type": "object", "additionalProperties": ["type": "integer"],
                        ],
                    ],
                    "required": ["id", "name", "kind", "server", "sender", "any_sender", "default"],
                ],
            ],
            "error": ["type": "object", "description": "Why there is none."],
        ],
        "required": ["accounts"],
    ]

    private static let tools: JSON = [
        "type": "object",
        "properties": ["tools": ["type": "array", "items": ["$ref": "#/components/schemas/Tool"]]],
        "required": ["tools"],
    ]

    private static let tool: JSON = [
        "type": "object",
        "properties": [
            "name": ["type": "string"], "title": ["type": "string"], "description": ["type": "string"],
            "inputSchema": ["type": "object"], "outputSchema": ["type": "object"],
            "annotations": ["type": "object"],
        ],
        "required": ["name", "description", "inputSchema"],
    ]

    private static let status: JSON = [
        "type": "object", "properties": ["status": ["type": "string"]], "required": ["status"],
    ]
}
