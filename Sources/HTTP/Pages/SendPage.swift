import JSON

/// One send: where it stands, what can be done, who got it, what was sent and what happened.
struct SendPage: Sendable {
    let send: SendView
    /// Nil leaves the message out.
    var message: MessageView?
    /// Why the message cannot be shown.
    var messageFault: SendView.Fault?
    /// What a POST must carry (see `Guarded`).
    let token: String
    /// What did not work just now.
    var fault: SendView.Fault?
    /// Why recipients are not written to any more, by their addresses.
    var suppressed: [String: String] = [:]
    /// What is left of the account's limits; nil where it has none.
    var quota: JSON?

    var html: HTML {
        """
        <p class="back"><a href="/">All sends</a></p>
        \(fault.map { ListView.alert($0) })
        \(head)
        \(ActionsView(send: send, token: token, hasMessage: hasMessage).html)
        \(recipients)
        \(message?.html ?? missing)
        \(TimelineView(send: send).html)
        \(facts)
        """
    }

    /// False when it was pruned; a message that cannot be read now may be there.
    private var hasMessage: Bool { messageFault?.code != "not_found" }

    private var head: HTML {
        let status = Wording.status(send.status)
        let next: HTML =
            send["next_attempt_at"].map { "Next attempt: \(Moment.whole($0))." } ?? ""
        let problem: HTML =
            send.error.map { "<p class=\"problem\"><b>\($0.message)</b> \($0.hint)</p>" } ?? ""
        let warnings = send.strings("warnings").map { "<p class=\"problem\">\($0)</p>" as HTML }
        return """
            <section class="head \(status)" id="head" data-live>
            <h1><bdi>\(send.title)</bdi></h1>
            <p class="standing"><span class="state"><i class="dot \(status)"></i>\(Wording.state(send))</span> \(Wording.standing(send)) \(next)</p>
            \(problem)\(HTML(warnings))\(delivery)
            </section>
            """
    }

    /// What the mailbox has shown, and when it was last looked into.
    private var delivery: HTML {
        let words = Wording.delivery(send["delivery"])
        let isAnswered = send.events.contains { $0.type == "replied" && !$0.isAutomatic }
        let byMachine = !isAnswered && send.events.contains { $0.type == "replied" }
        let answer = isAnswered ? "It was answered." : byMachine ? "A machine answered." : nil
        let looked: HTML? = send["mailbox_checked_at"].map {
            "The mailbox was last looked into: \(Moment.whole($0))."
        }
        if words == nil, answer == nil, looked == nil { return "" }
        return """
            <p class="delivery hint">\(words ?? "") \(answer ?? "") \(looked ?? "")</p>
            """
    }

    private var recipients: HTML {
        let lines = send.recipients.map { recipient -> HTML in
            let name: HTML = recipient.name.map { " <span class=\"name\"><bdi>\($0)</bdi></span>" } ?? ""
            let reply: HTML =
                recipient.reply.map {
                    "<q class=\"reply\"><span class=\"code\">\($0.code)</span> \($0.text)</q>"
                } ?? ""
            let hints = [recipient.hint, suppressed[recipient.address]].compactMap { $0 }
            let hint = HTML(hints.map { "<span class=\"hint\">\($0)</span>" as HTML })
            let report: HTML =
                recipient.report.map { report in
                    let host = report.host.map { " (\($0))" } ?? ""
                    return """
                        <q class="reply report"><span class="code">\(report.status)</span> \(report.text)\(host)</q>
                        """
                } ?? ""
            return """
                <li><span class="kind">\(recipient.kind)</span><span class="who"><bdi>\(recipient.address)</bdi>\(name)</span>\
                <span class="outcome"><span class="state"><i class="dot \(Wording.status(ofOutcome: recipient.outcome))"></i>\(Wording.outcome(recipient.outcome))</span>\(reply)\(report)\(hint)</span></li>
                """
        }
        return """
            <section class="recipients" id="recipients" data-live aria-labelledby="recipients-title">
            <h2 id="recipients-title">Recipients</h2>
            <ul>\(HTML(lines))</ul>
            </section>
            """
    }

    private var missing: HTML {
        guard let messageFault else { return "" }
        return """
            <section class="message" id="message"><h2>Message</h2><p>\(messageFault.message)</p></section>
            """
    }

    private var facts: HTML {
        var lines: [(HTML, HTML)] = [
            ("From", "<bdi>\(send["from"] ?? "")</bdi>"), ("Account", HTML(send["account"] ?? "")),
            ("Asked for", Moment.whole(send["created_at"] ?? "")),
        ]
        if let time = send["scheduled_for"] { lines.append(("Chosen time", Moment.whole(time))) }
        if let time = send["sent_at"] { lines.append(("Taken", Moment.whole(time))) }
        if let size = send.json["size"]?.integer { lines.append(("Size", HTML(Size.text(Int(size))))) }
        lines += [
            ("Id", "<code>\(send.id)</code>"), ("Message-ID", "<code>\(send["message_id"] ?? "")</code>"),
        ]
        if let quota = quota?.object {
            let left = quota.map { "\($0.value.integer ?? 0) (\($0.key.replacing("_", with: " ")))" }
            lines.append(("Left of the limits", HTML(left.joined(separator: ", "))))
        }
        let tags = send.strings("tags")
        if !tags.isEmpty { lines.append(("Tags", HTML(tags.joined(separator: ", ")))) }
        for (name, value) in send.json["metadata"]?.object ?? [:] {
            lines.append((HTML(name), HTML(value.string ?? "")))
        }
        return """
            <section class="facts" id="facts" data-live aria-labelledby="facts-title">
            <h2 id="facts-title">Particulars</h2>
            <dl>\(HTML(lines.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }))</dl>
            </section>
            """
    }
}
