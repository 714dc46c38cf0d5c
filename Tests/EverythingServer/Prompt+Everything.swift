import JSON
import MCP

extension Prompt {
    static let everything: [Prompt] = [
        Prompt(definition: definition("test_simple_prompt", "Says a sentence.")) {
            _ async throws(ProtocolError) in
            messages(Samples.text("This is a simple prompt for testing."))
        },
        Prompt(
            definition: definition("test_prompt_with_arguments", "Says its arguments.", ["arg1", "arg2"]),
            complete: { argument, value, _ in
                let known = ["test-\(argument)-one", "test-\(argument)-two"].filter { $0.hasPrefix(value) }
                return Completion(values: known, total: known.count, hasMore: false)
            }
        ) { call async throws(ProtocolError) in
            let (one, two) = (call.arguments["arg1"] ?? "", call.arguments["arg2"] ?? "")
            return messages(Samples.text("Prompt with arguments: arg1='\(one)', arg2='\(two)'"))
        },
        Prompt(
            definition: definition(
                "test_prompt_with_embedded_resource", "Shows a resource.", ["resourceUri"])
        ) { call async throws(ProtocolError) in
            messages(
                Samples.resource(
                    call.arguments["resourceUri"] ?? "", "text/plain",
                    "Embedded resource content for testing."),
                Samples.text("Please process the embedded resource above."))
        },
        Prompt(definition: definition("test_prompt_with_image", "Shows an image.")) {
            _ async throws(ProtocolError) in
            messages(Samples.image, Samples.text("Please analyze the image above."))
        },
        Prompt(definition: definition("test_input_required_result_prompt", "Asks before it says anything.")) {
            call async throws(ProtocolError) in
            guard call.client.can("elicitation") else {
                throw .missingCapabilities(["elicitation": [:]])
            }
            switch Form.context.answer(in: call.answers) {
            case .missing: return .ask(Questions([Form.context.question]))
            case .refused: return messages(Samples.text("There is no context."))
            case .given(let context): return messages(Samples.text("The context is \(context)."))
            }
        },
    ]

    private static func messages(_ blocks: JSON...) -> PromptOutcome {
        .messages(blocks.map { ["role": "user", "content": $0] }, description: nil)
    }

    private static func definition(_ name: String, _ description: String, _ arguments: [String] = [])
        -> JSON.Object
    {
        var definition: JSON.Object = ["name": .string(name), "description": .string(description)]
        if !arguments.isEmpty {
            definition["arguments"] = .array(
                arguments.map { ["name": .string($0), "description": "Any text.", "required": true] })
        }
        return definition
    }
}
