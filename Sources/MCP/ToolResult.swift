package import JSON

/// What a call came to. An object goes out twice, as `structuredContent` and as the same JSON in a text block: some
/// clients show the model only the one, some only the other.
package struct ToolResult: Sendable {
    package let structured: JSON.Object?
    package let text: String
    /// True when the call failed in a way that the model can read about and act on.
    package let isError: Bool

    package init(structured: JSON.Object, isError: Bool = false) {
        self.structured = structured
        self.text = structured.text
        self.isError = isError
    }

    /// Plain text alone; wrong for a tool that declares an `outputSchema`, unless `isError`.
    package init(text: String, isError: Bool = false) {
        self.structured = nil
        self.text = text
        self.isError = isError
    }

    /// `CallToolResult` as that revision has it.
    func json(for revision: Revision, serverInfo: JSON) -> JSON {
        var result: JSON.Object = [:]
        if revision.isModern { result["resultType"] = "complete" }
        result["content"] = [["type": "text", "text": .string(text)]]
        if revision >= .june2025, let structured { result["structuredContent"] = .object(structured) }
        if isError { result["isError"] = true }
        if revision.isModern { result["_meta"] = .object([Meta.serverInfo: serverInfo]) }
        return .object(result)
    }
}
