/// HTML as plain text, for readers that show no HTML: paragraphs and lists as lines, links as `text <url>`.
struct HTMLRendering {
    /// Lines parted by LF, without white space at their ends.
    let text: String

    init(_ html: String) {
        var page = TextPage()
        var hidden: HTMLHidden?
        for token in HTMLTokens(html) {
            switch hidden?.step(token) {
            case .inside: continue
            case .closed:
                hidden = nil
                continue
            case .left: hidden = nil
            case nil: break
            }
            switch token {
            case .text(let bytes): page.write(HTMLReferences.decode(bytes))
            case .start(let name, let attributes):
                if Self.isHidden(attributes), !Self.voids.contains(name) {
                    hidden = HTMLHidden(name)
                } else {
                    Self.open(name, attributes, on: &page)
                }
            case .end(let name): Self.close(name, on: &page)
            }
        }
        self.text = page.finished()
    }

    /// Preview texts and the like: what a browser does not show is no part of the message.
    private static func isHidden(_ attributes: [String: String]) -> Bool {
        if attributes["hidden"] != nil { return true }
        guard let style = attributes["style"] else { return false }
        return style.lowercased().filter { $0 != " " }.contains("display:none")
    }

    private static func open(_ name: String, _ attributes: [String: String], on page: inout TextPage) {
        switch name {
        case "br": page.breakLine()
        case "hr":
            page.startBlock(lines: 2)
            page.write("----")
            page.startBlock(lines: 2)
        case "img":
            let alternative = HTMLReferences.decode((attributes["alt"] ?? "").utf8)
            if !alternative.trimmed.isEmpty { page.write("[\(alternative)]") }
        case "a": page.openLink(HTMLReferences.decode((attributes["href"] ?? "").utf8).trimmed)
        case "pre":
            page.startBlock(lines: 2)
            page.preformattedDepth += 1
        case "blockquote": page.open(name, indent: "> ")
        case "ul", "menu": page.open(name, indent: "", listFrom: nil)
        case "ol": page.open(name, indent: "", listFrom: attributes["start"].flatMap { Int($0) } ?? 1)
        case "li": page.openItem()
        case "dd": page.open(name, indent: "    ", lines: 1)
        case "td", "th": page.separateCell()
        default: if let lines = blocks[name] { page.startBlock(lines: lines) }
        }
    }

    private static func close(_ name: String, on page: inout TextPage) {
        switch name {
        case "a": page.closeLink()
        case "pre":
            page.preformattedDepth = max(0, page.preformattedDepth - 1)
            page.startBlock(lines: 2)
        case "blockquote", "ul", "menu", "ol": page.close(name, lines: 2)
        case "li", "dd": page.close(name, lines: 1)
        default: if let lines = blocks[name] { page.startBlock(lines: lines) }
        }
    }

    /// How many line breaks at least part such an element from its neighbours: 2 leave an empty line.
    static let blocks: [String: Int] = [
        "p": 2, "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2, "table": 2, "dl": 2, "figure": 2,
        "fieldset": 2, "div": 1, "section": 1, "article": 1, "header": 1, "footer": 1, "main": 1, "nav": 1,
        "aside": 1, "address": 1, "center": 1, "tr": 1, "thead": 1, "tbody": 1, "tfoot": 1, "caption": 1,
        "dt": 1,
        "figcaption": 1, "form": 1, "body": 1, "html": 1, "head": 1, "option": 1, "legend": 1, "details": 1,
        "summary": 1,
    ]
    private static let voids: Set<String> = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    ]
}
