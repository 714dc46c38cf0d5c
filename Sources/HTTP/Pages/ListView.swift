import JSON
import Tools

/// The list of sends with what narrows it and what stands out.
struct ListView: Sendable {
    var filter: ListFilter
    var sends: [SendView]
    /// The address of the next page; nil at the end.
    var next: String?
    /// Names of the accounts that can be chosen.
    var accounts: [String]
    /// Accounts that rest, with the reason.
    var pauses: [Pause] = []
    var chart: ChartView?
    var held = 0
    /// What is wrong with the filter or the record.
    var fault: SendView.Fault?

    struct Pause: Sendable {
        let account: String
        let until: String
        let fault: SendView.Fault
    }

    var html: HTML {
        """
        <h1 class="quiet">Sends</h1>
        \(notices)
        \(chart?.html)
        \(form)
        \(statuses)
        \(fault.map { Self.alert($0) })
        \(list)
        """
    }

    private var notices: HTML {
        var lines: [HTML] = pauses.map {
            """
            <p class="notice failed"><b>The account \($0.account) rests until \(Moment.whole($0.until)).</b> \($0.fault.message) \($0.fault.hint)</p>
            """
        }
        if held > 0, filter.state != "held" {
            let words = held == 1 ? "One send waits" : "\(held) sends wait"
            lines.append(
                """
                <p class="notice queued"><b>\(words) for your approval.</b> <a href="\(ListFilter().with { $0.state = "held" }.address)">Show what waits</a></p>
                """)
        }
        return "<div id=\"notices\" data-live>\(HTML(lines))</div>"
    }

    private var form: HTML {
        """
        <form class="filter" action="/" method="get" role="search" aria-label="Sends">
        \(hidden("status", filter.status))\(hidden("state", filter.state))
        <p class="wide"><label for="query">Text</label><input id="query" name="query" type="search" value="\(filter.query)" placeholder="Subject, sender or To" maxlength="200"></p>
        <p class="wide"><label for="to">Recipient</label><input id="to" name="to" type="search" inputmode="email" value="\(filter.to)" placeholder="Whole address" maxlength="320" autocomplete="off"></p>
        <p><label for="account">Account</label><select id="account" name="account">\(option("", "All", filter.account))\(HTML(accountNames.map { option($0, HTML($0), filter.account) }))</select></p>
        <p><label for="within">Time</label><select id="within" name="within">\(option("", "Any", filter.within))\(HTML(ListFilter.stretches.map { option($0.word, $0.name, filter.within) }))</select></p>
        <p><label for="since">From</label><input id="since" name="since" type="datetime-local" value="\(Moment.field(filter.since))"></p>
        <p><label for="until">Until</label><input id="until" name="until" type="datetime-local" value="\(Moment.field(filter.until))"></p>
        <p class="act"><button type="submit">Filter</button>\(reset)</p>
        </form>
        """
    }

    private var reset: HTML { filter.isSet ? "<a class=\"reset\" href=\"/\">Reset</a>" : "" }

    private var accountNames: [String] {
        filter.account.isEmpty || accounts.contains(filter.account) ? accounts : accounts + [filter.account]
    }

    private func hidden(_ name: HTML, _ value: String) -> HTML {
        value.isEmpty ? "" : "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    private func option(_ value: String, _ name: HTML, _ chosen: String) -> HTML {
        "<option value=\"\(value)\"\(value == chosen ? " selected" as HTML : "")>\(name)</option>"
    }

    private var statuses: HTML {
        let choices: [(String, String, HTML)] = [
            ("", "", "All"), ("queued", "", "Queued"), ("", "held", "Needs approval"), ("sent", "", "Sent"),
            ("failed", "", "Failed"),
        ]
        let links = choices.map { status, state, name -> HTML in
            let isChosen = filter.status == status && filter.state == state
            let address = filter.with { ($0.status, $0.state) = (status, state) }.address
            return "<a href=\"\(address)\"\(isChosen ? " aria-current=\"true\"" as HTML : "")>\(name)</a>"
        }
        return "<nav class=\"tabs\" aria-label=\"Status\">\(HTML(links))</nav>"
    }

    private var list: HTML {
        if sends.isEmpty {
            return
                "<div id=\"sends\" class=\"empty\" data-live><p>\(emptiness)</p></div><p class=\"more\" id=\"more\" hidden></p>"
        }
        let more: HTML =
            next.map {
                "<p class=\"more\" id=\"more\"><a rel=\"next\" href=\"\($0)\">Older sends</a></p>"
            } ?? "<p class=\"more\" id=\"more\">That is all.</p>"
        return """
            <ol class="sends" id="sends" data-rows aria-label="Sends, newest first">
            \(HTML(sends.map { Self.row($0) }))
            </ol>
            \(more)
            """
    }

    private var emptiness: HTML {
        if fault != nil { return "" }
        if filter.isSet { return "No send matches. <a href=\"/\">Show all</a>" }
        return "Nothing has been sent yet. What an agent sends appears here by itself."
    }

    static func row(_ send: SendView) -> HTML {
        let created = send["created_at"] ?? ""
        let problem: HTML =
            send.error.map { "<span class=\"why\">\($0.message)</span>" } ?? ""
        return """
            <li class="\(Wording.status(send.status))" id="s-\(send.id)">
            <span class="state"><i class="dot \(Wording.status(send.status))"></i>\(Wording.state(send))</span>
            <span class="what"><a href="/ui/sends/\(send.id)"><bdi>\(send.title)</bdi></a><span class="to">to \(Self.people(send.everybody))</span>\(problem)</span>
            <span class="account">\(send["account"] ?? "")</span>
            <time datetime="\(created)"><span>\(Moment.dayOfYear(created))</span> <span class="clock">\(Moment.clock(created))</span></time>
            </li>

            """
    }

    private static func people(_ people: [String]) -> HTML {
        guard let first = people.first else { return "nobody" }
        let others: HTML = people.count > 1 ? " and \(people.count - 1) more" : ""
        return "<bdi>\(first)</bdi>\(others)"
    }

    static func alert(_ fault: SendView.Fault) -> HTML {
        "<p class=\"notice failed\" role=\"alert\"><b>\(fault.message)</b> \(fault.hint)</p>"
    }
}
