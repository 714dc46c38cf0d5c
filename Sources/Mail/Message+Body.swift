extension Message {
    /// The tree of parts, each level only where there is something to part:
    ///
    ///     mixed ─┬─ alternative ─┬─ text
    ///            │               └─ related ─┬─ html
    ///            │                           └─ images with a content id…
    ///            └─ attachments…
    func bodyEntity(warnings: inout [String]) throws(Failure) -> Entity {
        let (plain, html) = try content(warnings: &warnings)
        let ids = try contentIDs()
        var images: [Entity] = []
        var files: [Entity] = []
        for (index, attachment) in attachments.enumerated() {
            let field = "attachments[\(index)]"
            let isInline = html != nil && ids[index] != nil
            let part = try Entity.attachment(
                attachment, field: field, isInline: isInline, warnings: &warnings)
            if isInline { images.append(part) } else { files.append(part) }
        }
        warnings += Self.warnings(ids: ids, html: html?.text)
        var body = try Entity.text(plain.text, subtype: "plain", field: plain.field)
        if let html {
            var shown = try Entity.text(html.text, subtype: "html", field: html.field)
            if !images.isEmpty { shown = Entity(fields: [], body: .multipart(.related, [shown] + images)) }
            body = Entity(fields: [], body: .multipart(.alternative, [body, shown]))
        }
        return files.isEmpty ? body : Entity(fields: [], body: .multipart(.mixed, [body] + files))
    }

    /// Text and where it comes from, for a failure's `field`.
    private typealias Content = (text: String, field: String)

    /// What is given outright wins over what can be made: `text` over text made from `markdown` or `html`.
    private func content(warnings: inout [String]) throws(Failure) -> (plain: Content, html: Content?) {
        if let markdown {
            if html != nil {
                throw Failure(
                    .invalidRequest, "Both html and markdown are given, and each makes the HTML part.",
                    hint: "Give one of them.", field: "markdown")
            }
            let rendered = Markdown(markdown)
            if rendered.omitsHTML {
                warnings.append("HTML inside the markdown was left out; use html to send HTML.")
            }
            return ((text ?? markdown, text == nil ? "markdown" : "text"), (rendered.document, "markdown"))
        }
        if let html {
            if let text { return ((text, "text"), (html, "html")) }
            let rendered = HTMLRendering(html).text
            if rendered.isEmpty {
                warnings.append(
                    "The html has no text, so readers that show no HTML see nothing; text would help them.")
            }
            return ((rendered, "html"), (html, "html"))
        }
        guard let text else {
            throw Failure(
                .invalidRequest, "The message has no body.", hint: "Give markdown, text or html.",
                field: "text")
        }
        return ((text, "text"), nil)
    }

    /// The content ids in the order of the attachments; nil where there is none.
    private func contentIDs() throws(Failure) -> [String?] {
        var ids: [String?] = []
        for (index, attachment) in attachments.enumerated() {
            let field = "attachments[\(index)]"
            let id: String? =
                if let given = attachment.contentID { try Entity.contentID(given, field: field) } else { nil }
            if let id, ids.contains(id) {
                throw Failure(
                    .invalidAttachment, "The content id \(id.quoted) is given twice.",
                    hint: "Give each inline image an id of its own.", field: "\(field).content_id")
            }
            ids.append(id)
        }
        return ids
    }

    /// Images that nothing shows, and `cid:` URLs that no image answers.
    private static func warnings(ids: [String?], html: String?) -> [String] {
        var shown = html.map { HTMLTokens.contentIDs(in: $0) } ?? []
        var warnings: [String] = []
        for (index, id) in ids.enumerated() {
            guard let id, shown.remove(id) == nil else { continue }
            warnings.append("Nothing in the message shows attachments[\(index)]: no cid:\(id) in its HTML.")
        }
        return warnings
            + shown.sorted().map { "The HTML shows cid:\($0), but no attachment has that content id." }
    }
}
