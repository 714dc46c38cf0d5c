/// What happened to a send, in order, with what was said to the server and by it.
struct TimelineView: Sendable {
    let send: SendView

    var html: HTML {
        var attempts = send.attempts[...]
        var day = ""
        let lines = send.events.map { event -> HTML in
            let conversation = event.type == "attempt_started" ? attempts.popFirst() : nil
            let isNewDay = Moment.day(event.at) != day
            day = Moment.day(event.at)
            return line(event, day: isNewDay ? day : nil, conversation)
        }
        return """
            <section class="timeline" id="timeline" data-live aria-labelledby="timeline-title">
            <h2 id="timeline-title">What happened</h2>
            <ol>\(HTML(lines))</ol>
            </section>
            """
    }

    private func line(_ event: SendView.Event, day: String?, _ attempt: SendView.Attempt?) -> HTML {
        let heading: HTML = day.map { "<span class=\"day\">\($0)</span>" } ?? ""
        let detail: HTML = event.detail.map { "<span class=\"detail\">\($0)</span>" } ?? ""
        let status: HTML = Wording.status(ofEvent: event.type) ?? "none"
        return """
            <li>\(heading)<time datetime="\(event.at)">\(Moment.exactClock(event.at))</time><i class="dot \(status)"></i>\
            <div><span class="event">\(Wording.event(event))</span> \(detail)\(attempt.map { conversation($0) })</div></li>

            """
    }

    private func conversation(_ attempt: SendView.Attempt) -> HTML {
        if attempt.conversation.isEmpty { return "" }
        let lines = attempt.conversation.map { line -> HTML in
            switch line.prefix(3) {
            case "S: ": "<li class=\"server\"><b>S</b><span>\(String(line.dropFirst(3)))</span></li>"
            case "C: ": "<li class=\"client\"><b>C</b><span>\(String(line.dropFirst(3)))</span></li>"
            default: "<li class=\"note\"><b></b><span>\(line)</span></li>"
            }
        }
        let count = attempt.conversation.count
        // The one that somebody looks for is open: the last of a send that did not go well.
        let isOpen = attempt.number == send.attempts.last?.number && send.state != "accepted"
        return """
            <details id="attempt-\(attempt.number)"\(isOpen ? " open" as HTML : "")><summary>SMTP conversation, \(count) lines</summary>
            <ol class="conversation" tabindex="0" aria-label="Attempt \(attempt.number): S is the server, C is this program">\(HTML(lines))</ol></details>
            """
    }
}
