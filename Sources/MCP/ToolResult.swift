package import JSON

/// What a call came to. An object goes out twice, as `structuredContent` and as the same JSON in a text block: some
/// clients show the model only the one, some only the other.
package struct ToolResult: Sendable {
    package let structured: JSON.Object?
    /// `ContentBlock` objects in the newest form; older revisions get what they know of them.
    package let content: [JSON]
    /// `resource_link` blocks, after the content; left out before 2025-06-18.
    package let links: [JSON]
    /// True when the call failed in a way that the model can read about and act on.
    package let isError: Bool

    package init(structured: JSON.Object, links: [JSON] = [], isError: Bool = false) {
        self.init(
            content: [Self.text(structured.text)], structured: structured, links: links, isError: isError)
    }

    /// Plain text alone; wrong for a tool that declares an `outputSchema`, unless `isError`.
    package init(text: String, links: [JSON] = [], isError: Bool = false) {
        self.init(content: [Self.text(text)], links: links, isError: isError)
    }

    /// - Parameter content: must tell in text what `structured` tells.
    package init(
        content: [JSON], structured: JSON.Object? = nil, links: [JSON] = [], isError: Bool = false
    ) {
        self.content = content
        self.structured = structured
        self.links = links
        self.isError = isError
    }

    /// The text blocks, a line break between them.
    package var text: String {
        content.compactMap { $0["type"] == "text" ? $0["text"]?.string : nil }.joined(separator: "\n")
    }

    private static func text(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }
}
