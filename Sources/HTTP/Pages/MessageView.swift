/// A stored message, shown so that nothing in it can do anything.
struct MessageView: Sendable {
    /// The ways of looking at it.
    enum Side: String, CaseIterable {
        case html, text, headers, source

        var name: HTML {
            switch self {
            case .html: "HTML"
            case .text: "Text"
            case .headers: "Headers"
            case .source: "Source"
            }
        }
    }

    let octets: [UInt8]
    /// The address of the page that it is part of, and of what belongs to the message below that.
    let page: String
    let side: Side?
    private let mail: MailPart

    /// Octets of the source that a page shows.
    private static let shown = 200_000

    init(_ octets: [UInt8], page: String, side: String?) {
        self.octets = octets
        self.page = page
        self.side = side.flatMap { Side(rawValue: $0) }
        self.mail = MailPart(octets)
    }

    var html: HTML {
        let sides = Side.allCases.filter { side in
            switch side {
            case .html: htmlPart != nil
            case .text: textPart != nil
            case .headers, .source: true
            }
        }
        let chosen = side.flatMap { sides.contains($0) ? $0 : nil } ?? sides.first ?? .source
        let links = sides.map { side -> HTML in
            let current: HTML = side == chosen ? " aria-current=\"true\"" : ""
            return "<a href=\"\(page)?show=\(side.rawValue)#message\"\(current)>\(side.name)</a>"
        }
        return """
            <section class="message" id="message" aria-labelledby="message-title">
            <h2 id="message-title">Message</h2>
            <nav class="tabs" aria-label="Ways to look at the message">\(HTML(links))</nav>
            \(view(chosen))
            \(files)
            </section>
            """
    }

    private func view(_ side: Side) -> HTML {
        switch side {
        case .html:
            """
            <iframe class="paper" sandbox="" src="\(page)/html" title="The message as its readers see it, without pictures from elsewhere" referrerpolicy="no-referrer"></iframe>
            """
        case .text: "<pre class=\"paper\" tabindex=\"0\" dir=\"auto\">\(textPart?.text ?? "")</pre>"
        case .headers:
            "<dl class=\"paper headers\">\(HTML(mail.fields.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" }))</dl>"
        case .source: source
        }
    }

    private var source: HTML {
        let lines = String(decoding: octets.prefix(Self.shown).filter { $0 != 0x0D }, as: UTF8.self)
        let rest: HTML =
            octets.count > Self.shown
            ? "<p class=\"hint\">Shown are the first \(Size.text(Self.shown)) of \(Size.text(octets.count)).</p>"
            : ""
        return """
            <pre class="paper source" tabindex="0">\(lines)</pre>
            \(rest)<p class="hint"><a href="\(page)/parts/source" download>Save the whole message</a></p>
            """
    }

    private var files: HTML {
        let files = mail.leaves.enumerated().filter { $0.element.isFile }
        if files.isEmpty { return "" }
        let lines = files.map { place, part -> HTML in
            """
            <li><a href="\(page)/parts/\(place)" download><bdi>\(part.filename ?? "unnamed")</bdi></a> <span class="hint">\(part.type), \(Size.text(part.content.count))</span></li>
            """
        }
        return "<h3>Attachments</h3><ul class=\"files\">\(HTML(lines))</ul>"
    }

    private var htmlPart: MailPart? { mail.leaves.first { $0.type == "text/html" && !$0.isFile } }
    private var textPart: MailPart? { mail.leaves.first { $0.type == "text/plain" && !$0.isFile } }

    /// The HTML for a frame of its own, as octets; nil when there is none.
    var frame: [UInt8]? { htmlPart.map { Frame(html: $0.text, parts: mail.leaves).octets } }

    /// An attachment by its place, or the whole message as `source`.
    func file(_ name: String) -> (name: String, octets: [UInt8])? {
        if name == "source" { return ("message.eml", octets) }
        let leaves = mail.leaves
        guard let place = Int(name), leaves.indices.contains(place), leaves[place].isFile else { return nil }
        return (leaves[place].filename ?? "unnamed", leaves[place].content)
    }
}
