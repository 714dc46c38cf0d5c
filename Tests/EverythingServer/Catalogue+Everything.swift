import JSON
import MCP

extension Catalogue {
    static func everything(watched: Watched, seal: StateSeal) -> Catalogue {
        Catalogue(
            name: "everything", title: "Everything", version: "1.0.0",
            instructions: "A server for tests of the protocol. It has no other use.",
            tools: Tool.content + Tool.reporting + [.touch(watched), .schema] + Tool.asking + Tool.rounds,
            resources: .everything(watched: watched), prompts: Prompt.everything, seal: seal,
            loggingEnabled: true)
    }
}

extension Tool {
    /// Names, descriptions and properties are all that most fixtures differ in.
    static func definition(
        _ name: String, _ description: String, properties: JSON.Object = [:], required: [JSON] = []
    ) -> JSON.Object {
        var schema: JSON.Object = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required) }
        return [
            "name": .string(name), "description": .string(description), "inputSchema": .object(schema),
            "annotations": ["readOnlyHint": true, "openWorldHint": false],
        ]
    }
}
