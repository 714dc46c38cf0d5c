/// What can be done with a send now.
struct ActionsView: Sendable {
    let send: SendView
    let token: String
    /// False when its message was deleted.
    let hasMessage: Bool

    var html: HTML {
        """
        <section class="actions" id="actions" data-live aria-labelledby="actions-title">
        <h2 id="actions-title">What can be done now</h2>
        \(content)
        </section>
        """
    }

    private var content: HTML {
        switch send.state {
        case "held": decision
        case _ where send.status == "failed" && !hasMessage:
            "<p>Nothing: its message was deleted. A new one has to be sent.</p>"
        case "ready", "scheduled", "deferred":
            form("cancel") {
                """
                <button type="submit">Cancel this send</button>
                <p class="hint">\(cancelled)</p>
                """
            }
        case "sending":
            form("cancel") {
                """
                <button type="submit">Try to cancel</button>
                <p class="hint">Works until the last byte is about to leave; after that it is too late.</p>
                """
            }
        case "rejected", "expired", "cancelled", "denied":
            form("retry") {
                """
                <button type="submit">Send it again</button>
                <p class="hint">The same message, to those who did not get it. See first that what was wrong is put right.\(waiting)</p>
                """
            }
        case "unconfirmed":
            form("retry") {
                """
                <p class="consent"><input type="checkbox" id="twice" name="twice" value="yes" required><label for="twice">I have looked into the Sent folder or asked the recipient. I know that it may arrive twice.</label></p>
                <button type="submit" class="grave">Send it again</button>
                """
            }
        default:
            "<p>Nothing: what a server has taken cannot be called back.</p>"
        }
    }

    /// What cancelling comes to.
    private var cancelled: HTML {
        send.isTakenForSome
            ? "Those who have it keep it; the others will not get it, and it cannot be sent again from here."
            : "Nothing more of it leaves. It can be sent again later."
    }

    private var waiting: HTML {
        send["scheduled_for"] == nil ? "" : " If its chosen time is still to come, it waits for it."
    }

    private var decision: HTML {
        """
        <div class="decision">
        \(form("approve") {
            """
            <input type="hidden" name="content" value="\(send["content"] ?? "")">
            <button type="submit" class="primary">Approve and send</button>
            <p class="hint">To \(send.recipients.count == 1 ? "one recipient" : "\(send.recipients.count) recipients"), exactly as shown below.</p>
            """
        })
        \(form("deny") {
            """
            <p><label for="reason">Reason, which the agent will read</label><input id="reason" name="reason" type="text" maxlength="200" autocomplete="off"></p>
            <button type="submit" class="grave">Deny</button>
            """
        })
        </div>
        """
    }

    private func form(_ action: HTML, _ content: () -> HTML) -> HTML {
        """
        <form class="\(action)" method="post" action="/ui/sends/\(send.id)/\(action)">
        <input type="hidden" name="token" value="\(token)">
        \(content())
        </form>
        """
    }
}
