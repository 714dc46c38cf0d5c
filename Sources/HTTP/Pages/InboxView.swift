/// The messages that the sandbox took.
struct InboxView: Sendable {
    let entries: [Inbox.Entry]
    let most: Int

    var html: HTML {
        """
        <h1>Sandbox inbox</h1>
        <p class="lead">What the agents’ mail would have looked like to its readers. Nothing here left this machine.</p>
        \(list)
        """
    }

    private var list: HTML {
        if entries.isEmpty { return "<div class=\"empty\"><p>Nothing has arrived yet.</p></div>" }
        let rows = entries.map { entry -> HTML in
            """
            <li class="taken"><span class="what"><a href="/ui/sandbox/\(entry.id)"><bdi>\(Self.title(entry))</bdi></a>\
            <span class="to">\(entry.from.isEmpty ? "<>" : entry.from) to \(entry.to.joined(separator: ", "))</span></span>\
            <span class="account">\(Size.text(entry.size))</span>\
            <time datetime="\(entry.at)"><span>\(Moment.dayOfYear(entry.at))</span> <span class="clock">\(Moment.clock(entry.at))</span></time></li>

            """
        }
        let end: HTML = entries.count == most ? "<p class=\"more\">These are the newest \(most).</p>" : ""
        return "<ol class=\"sends inbox\" aria-label=\"Messages, newest first\">\(HTML(rows))</ol>\(end)"
    }

    private static func title(_ entry: Inbox.Entry) -> String {
        entry.subject.contains { !$0.isWhitespace } ? entry.subject : "(no subject)"
    }

    static func page(_ entry: Inbox.Entry?, _ message: MessageView) -> HTML {
        let facts: HTML =
            entry.map { entry in
                """
                <p class="standing">From <bdi>\(entry.from.isEmpty ? "<>" : entry.from)</bdi> to <bdi>\(entry.to.joined(separator: ", "))</bdi>, \(Moment.whole(entry.at))</p>
                """
            } ?? ""
        return """
            <p class="back"><a href="/ui/sandbox">Sandbox inbox</a></p>
            <section class="head"><h1><bdi>\(entry.map { title($0) } ?? "A message")</bdi></h1>\(facts)</section>
            \(message.html)
            """
    }
}
