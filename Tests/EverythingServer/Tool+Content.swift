import JSON
import MCP

extension Tool {
    /// One tool for each kind of content, and one that fails.
    static let content: [Tool] = [
        Tool(definition: definition("test_simple_text", "Returns a sentence.")) { _ in
            ToolResult(text: "This is a simple text response for testing.")
        },
        Tool(definition: definition("test_image_content", "Returns an image.")) { _ in
            ToolResult(content: [Samples.image])
        },
        Tool(definition: definition("test_audio_content", "Returns a sound.")) { _ in
            ToolResult(content: [Samples.audio])
        },
        Tool(definition: definition("test_embedded_resource", "Returns a resource with its contents.")) { _ in
            ToolResult(content: [
                Samples.resource(
                    "test://embedded-resource", "text/plain", "This is an embedded resource content.")
            ])
        },
        Tool(definition: definition("test_multiple_content_types", "Returns text, image and resource.")) {
            _ in
            ToolResult(content: [
                Samples.text("Multiple content types test:"), Samples.image,
                Samples.resource(
                    "test://mixed-content-resource", "application/json", #"{"test":"data","value":123}"#),
            ])
        },
        Tool(definition: definition("test_error_handling", "Fails.")) { _ in
            ToolResult(text: "This tool intentionally returns an error for testing", isError: true)
        },
    ]

    /// Its schema uses words of JSON Schema 2020-12 that a careless server would lose on the way.
    static let schema = Tool(
        definition: [
            "name": "json_schema_2020_12_tool", "description": "Has a schema with uncommon words.",
            "inputSchema": [
                "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
                "$defs": [
                    "address": [
                        "$anchor": "addressDef", "type": "object",
                        "properties": ["street": ["type": "string"], "city": ["type": "string"]],
                    ]
                ],
                "properties": [
                    "name": ["type": "string"], "address": ["$ref": "#/$defs/address"],
                    "contactMethod": ["type": "string", "enum": ["phone", "email"]],
                    "phone": ["type": "string"], "email": ["type": "string"],
                ],
                "allOf": [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]],
                "if": [
                    "properties": ["contactMethod": ["const": "phone"]], "required": ["contactMethod"],
                ],
                "then": ["required": ["phone"]], "else": ["required": ["email"]],
                "additionalProperties": false,
            ],
        ]
    ) { call in ToolResult(text: "Called with \(call.arguments.text)") }
}
