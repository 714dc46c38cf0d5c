import JSON
import MCP
import Tools

extension Pages {
    /// Sends on one page of the list.
    private static let pageSize = 50

    /// The list, newest first, as the query narrows it.
    func list(_ request: WebRequest) async -> HTTPReply {
        let filter = ListFilter(request.query)
        let (result, resolved) = await sends(filter)
        let sends = (result.structured?["sends"]?.array ?? []).compactMap { $0.object.map(SendView.init) }
        let cursor = result.structured?["next_cursor"]?.string
        let accounts = await operations.accounts().structured?["accounts"]?.array ?? []
        var view = ListView(
            filter: filter, sends: sends,
            // The stretch as it was when it began: a cursor belongs to a list with these very filters.
            next: cursor.map { cursor in
                resolved.with {
                    $0.within = ""
                    $0.cursor = cursor
                }.address
            },
            accounts: accounts.compactMap { $0["name"]?.string })
        view.pauses = accounts.compactMap { account in
            guard let pause = account["paused"] else { return nil }
            return ListView.Pause(
                account: account["name"]?.string ?? "", until: pause["until"]?.string ?? "",
                fault: SendView.Fault(pause["error"]))
        }
        if result.isError { view.fault = SendView.Fault(result.structured?["error"]) }
        if filter.cursor.isEmpty, case .success(let chart) = await chart(resolved) {
            view.chart = ChartView(chart: chart, caption: Self.caption(filter))
            view.held = chart.held
        }
        var shell = shell("Sends")
        // Older pages do not move under who reads them.
        if filter.cursor.isEmpty {
            shell.live = (filter.address, filter.address("/ui/events"), Self.mark(of: result))
        }
        return shell.reply(view.html, status: result.isError ? result.httpStatus : 200)
    }

    /// What stands on the first page of the list; another word once anything of it has changed.
    func mark(_ filter: ListFilter) async -> String { Self.mark(of: await sends(filter).result) }

    /// Not over the cursor: it names the list's filter, and a stretch of time begins at another moment each time.
    private static func mark(of result: ToolResult) -> String {
        guard let sends = result.structured?["sends"] else { return Mark.of(result.text.utf8) }
        let goesOn = result.structured?["next_cursor"]?.string != nil
        return Mark.of((sends.text + (goesOn ? "+" : "")).utf8)
    }

    private func sends(_ filter: ListFilter) async -> (result: ToolResult, resolved: ListFilter) {
        var resolved = filter
        if let seconds = filter.seconds {
            resolved.since = await operations.time(secondsAgo: seconds) ?? ""
        }
        let call = ToolCall(name: listSends.name, arguments: resolved.arguments(limit: Self.pageSize))
        return (await listSends.call(call), resolved)
    }

    private func chart(_ filter: ListFilter) async -> Result<Chart, Problem> {
        await operations.chart(
            since: filter.since.isEmpty ? nil : filter.since, until: filter.until.isEmpty ? nil : filter.until
        )
    }

    private static func caption(_ filter: ListFilter) -> String {
        if let stretch = ListFilter.stretches.first(where: { $0.word == filter.within }) {
            return "All sends, \(stretch.name.text.lowercased())"
        }
        return filter.since.isEmpty && filter.until.isEmpty
            ? "All sends, last 24 hours" : "All sends in the chosen time"
    }
}
