package import JSON

/// What a call came to. An object goes out twice, as `structuredContent` and as the same JSON in a text block: some
/// clients show the model only the one, some only the other.
package struct ToolResult: Sendable {
    package let structured: JSON.Object?
    /// Nil where the text is the structured content's, which is written when it is asked for.
    private let blocks: [JSON]?
    /// `resource_link` blocks, after the content; left out before 2025-06-18.
    package let links: [JSON]
    /// True when the call failed in a way that the model can read about and act on.
    package let isError: Bool

    package init(structured: JSON.Object, links: [JSON] = [], isError: Bool = false) {
        self.init(structured, nil, links, isError)
    }

    /// Plain text alone; wrong for a tool that declares an `outputSchema`, unless `isError`.
    package init(text: String, links: [JSON] = [], isError: Bool = false) {
        self.init(nil, [Self.text(text)], links, isError)
    }

    /// - Parameter content: must tell in text what `structured` tells.
    package init(
        content: [JSON], structured: JSON.Object? = nil, links: [JSON] = [], isError: Bool = false
    ) {
        self.init(structured, content, links, isError)
    }

    private init(_ structured: JSON.Object?, _ blocks: [JSON]?, _ links: [JSON], _ isError: Bool) {
        self.structured = structured
        self.blocks = blocks
        self.links = links
        self.isError = isError
    }

    /// `ContentBlock` objects in the newest form; older revisions get what they know of them.
    package var content: [JSON] { blocks ?? [Self.text(text)] }

    /// The text blocks, a line break between them.
    package var text: String {
        guard let blocks else { return structured?.text ?? "" }
        return blocks.compactMap { $0["type"] == "text" ? $0["text"]?.string : nil }.joined(separator: "\n")
    }

    private static func text(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }
}
