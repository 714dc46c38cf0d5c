package import JSON

/// Something that a client may call: its definition and what it does.
package struct Tool: Sendable {
    /// The tool object as the newest `tools/list` gives it: name, title, description, inputSchema, outputSchema,
    /// annotations, _meta. Older revisions get less of it.
    package let definition: JSON.Object
    /// Runs one call. It checks its own arguments; what is wrong with them is a result with `isError`.
    package let call: @Sendable (ToolCall) async -> ToolResult

    package init(definition: JSON.Object, call: @escaping @Sendable (ToolCall) async -> ToolResult) {
        self.definition = definition
        self.call = call
    }

    /// The `name` of the definition, empty when it has none.
    package var name: String { definition["name"]?.string ?? "" }

    /// What its `readOnlyHint` says.
    var isReadOnly: Bool { definition["annotations"]?["readOnlyHint"]?.bool == true }

    /// The definition without what a client of that revision may stumble over.
    func definition(for revision: Revision) -> JSON.Object {
        var definition = definition
        if revision != .november2025 { definition["execution"] = nil }
        if revision < .november2025 { definition["icons"] = nil }
        if revision < .june2025 {
            definition["title"] = nil
            definition["outputSchema"] = nil
            definition["_meta"] = nil
        }
        if revision < .march2025 { definition["annotations"] = nil }
        return definition
    }
}
