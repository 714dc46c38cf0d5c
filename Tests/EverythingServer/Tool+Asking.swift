import JSON
import MCP

extension Tool {
    /// Tools that ask one thing and give back what they were told, whatever the era.
    static let asking: [Tool] = [
        sampling,
        elicitation(
            definition(
                "test_elicitation", "Asks for a name and an address.",
                properties: ["message": ["type": "string"]], required: ["message"]),
            says: "User response",
            properties: [
                "username": ["type": "string", "description": "User's response"],
                "email": ["type": "string", "description": "User's email address"],
            ], required: ["username", "email"]),
        elicitation(
            definition("test_elicitation_sep1034_defaults", "Asks with a default for each type."),
            says: "Elicitation completed",
            properties: [
                "name": ["type": "string", "default": "John Doe"],
                "age": ["type": "integer", "default": 30],
                "score": ["type": "number", "default": 95.5],
                "status": [
                    "type": "string", "enum": ["active", "inactive", "pending"], "default": "active",
                ],
                "verified": ["type": "boolean", "default": true],
            ]),
        elicitation(
            definition("test_elicitation_sep1330_enums", "Asks with each form of enumeration."),
            says: "Elicitation completed",
            properties: [
                "untitledSingle": ["type": "string", "enum": ["option1", "option2", "option3"]],
                "titledSingle": ["type": "string", "oneOf": choices],
                "legacyEnum": [
                    "type": "string", "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"],
                ],
                "untitledMulti": [
                    "type": "array", "items": ["type": "string", "enum": ["option1", "option2", "option3"]],
                ],
                "titledMulti": ["type": "array", "items": ["anyOf": choices]],
            ]),
    ]

    private static let choices: JSON = [
        ["const": "value1", "title": "First Option"], ["const": "value2", "title": "Second Option"],
        ["const": "value3", "title": "Third Option"],
    ]

    private static let sampling = Tool(
        definition: definition(
            "test_sampling", "Asks the client's model.", properties: ["prompt": ["type": "string"]],
            required: ["prompt"]),
        asking: { call in
            guard let prompt = call.arguments["prompt"]?.string else {
                return .result(ToolResult(text: "`prompt` must be a string.", isError: true))
            }
            guard call.client.can("sampling") else {
                return .result(ToolResult(text: "This client has no sampling.", isError: true))
            }
            guard let answer = call.answers["sample"] else {
                return .ask(Questions([("sample", .sample(prompt))]))
            }
            guard let text = answer.sampledText else {
                return .result(ToolResult(text: "The client did not sample.", isError: true))
            }
            return .result(ToolResult(text: "LLM response: \(text)"))
        })

    private static func elicitation(
        _ definition: JSON.Object, says: String, properties: JSON.Object, required: [JSON] = []
    ) -> Tool {
        Tool(
            definition: definition,
            asking: { call in
                guard call.client.can("elicitation") else {
                    return .result(ToolResult(text: "This client has no elicitation.", isError: true))
                }
                guard let answer = call.answers["form"] else {
                    let message = call.arguments["message"]?.string ?? "Please fill in the form."
                    var schema: JSON.Object = ["type": "object", "properties": .object(properties)]
                    if !required.isEmpty { schema["required"] = .array(required) }
                    return .ask(Questions([("form", .form(message: message, schema: schema))]))
                }
                let (action, content) = (answer["action"]?.string ?? "cancel", answer["content"] ?? [:])
                return .result(ToolResult(text: "\(says): action=\(action), content=\(content.text)"))
            })
    }
}

extension InputRequest {
    static func sample(_ prompt: String, tokens: Int64 = 100) -> InputRequest {
        InputRequest(
            method: "sampling/createMessage",
            params: [
                "messages": [["role": "user", "content": Samples.text(prompt)]],
                "maxTokens": .integer(tokens),
            ])
    }

    static let roots = InputRequest(method: "roots/list")
}

extension JSON.Object {
    /// What the model said, if it said a text. Newer clients may answer with several blocks.
    var sampledText: String? {
        self["content"]?["text"]?.string ?? self["content"]?.array?.first?["text"]?.string
    }
}
