package import JSON

/// Something that a client may call: its definition and what it does.
package struct Tool: Sendable {
    /// The tool object as the newest `tools/list` gives it: name, title, description, inputSchema, outputSchema,
    /// annotations, _meta. Older revisions get less of it.
    package let definition: JSON.Object
    /// Runs one round of a call. It checks its own arguments; what is wrong with them is a result with `isError`.
    package let run: @Sendable (ToolCall) async -> ToolOutcome

    /// A tool that never asks anything back.
    package init(definition: JSON.Object, call: @escaping @Sendable (ToolCall) async -> ToolResult) {
        self.init(definition: definition, asking: { .result(await call($0)) })
    }

    package init(definition: JSON.Object, asking run: @escaping @Sendable (ToolCall) async -> ToolOutcome) {
        self.definition = definition
        self.run = run
    }

    /// Runs a call outside of any conversation, where nobody can answer a question.
    package func call(_ call: ToolCall) async -> ToolResult {
        switch await run(call) {
        case .result(let result): result
        case .ask: ToolResult(text: "This call needs an answer from a person.", isError: true)
        case .refused(let error): ToolResult(text: error.message, isError: true)
        }
    }

    /// The `name` of the definition, empty when it has none.
    package var name: String { definition["name"]?.string ?? "" }

    /// What its `readOnlyHint` says.
    var isReadOnly: Bool { definition["annotations"]?["readOnlyHint"]?.bool == true }
}
