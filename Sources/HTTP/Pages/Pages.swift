package import MCP
package import Tools

/// What a person sees in a browser: the sends, each of them, and what can be done with it.
///
/// HTML made here, which works without scripts; one script keeps it up to date. Everything from a message or a server
/// is text to it (`HTML`).
package struct Pages: Sendable {
    let operations: Operations
    /// The tool `list_sends`.
    let listSends: Tool
    let version: String
    let isSandbox: Bool
    let inbox: Inbox?
    let token: String
    let sleep: @Sendable (Duration) async throws -> Void
    let visitors = Visitors()

    /// - Parameters:
    ///   - listSends: the tool of that name, whether or not agents are served it.
    ///   - inbox: of the sandbox; nil outside of it.
    ///   - token: what proves that a form is one of this process's pages: 128 random bits or more, as URL-safe text.
    package init(
        operations: Operations, listSends: Tool, version: String, isSandbox: Bool, inbox: Inbox? = nil,
        token: String, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.operations = operations
        self.listSends = listSends
        self.version = version
        self.isSandbox = isSandbox
        self.inbox = inbox
        self.token = token
        self.sleep = sleep
    }

    /// All but the list itself, which is what `/` shows a browser.
    var routes: [Route] {
        let form = Route.Body(limit: 16_384, isJSON: false)
        var routes = [
            Route(
                "/ui/style.css", [.get(nil) { _ in .asset(Assets.style, type: "text/css; charset=utf-8") }]),
            Route(
                "/ui/script.js",
                [.get(nil) { _ in .asset(Assets.script, type: "text/javascript; charset=utf-8") }]),
            Route("/ui/icon.svg", [.get(nil) { _ in .asset(Assets.icon, type: "image/svg+xml") }]),
            Route("/ui/events", [.get(nil) { request in events(request) }]),
            Route("/ui/sends/{id}", [.get(nil) { request in await send(request) }]),
            Route("/ui/sends/{id}/html", [.get(nil) { request in await frame(sent: request) }]),
            Route("/ui/sends/{id}/parts/{part}", [.get(nil) { request in await part(sent: request) }]),
            Route("/ui/sends/{id}/{action}", [.post(form) { request in await act(request) }]),
        ]
        if inbox != nil {
            routes += [
                Route("/ui/sandbox", [.get(nil) { _ in await sandbox() }]),
                Route("/ui/sandbox/{id}", [.get(nil) { request in await taken(request) }]),
                Route("/ui/sandbox/{id}/html", [.get(nil) { request in await frame(taken: request) }]),
                Route("/ui/sandbox/{id}/parts/{part}", [.get(nil) { request in await part(taken: request) }]),
            ]
        }
        return routes
    }

    func shell(_ title: String) -> Shell {
        Shell(title: title, isSandbox: isSandbox, version: version, hasInbox: inbox != nil)
    }

    /// A page that says only what went wrong.
    func refusal(_ fault: SendView.Fault, status: Int) -> HTTPReply {
        shell("Not shown").reply(
            """
            <p class="back"><a href="/">All sends</a></p>
            <h1 class="quiet">This cannot be shown</h1>
            \(ListView.alert(fault))
            """, status: status)
    }
}

extension HTTPReply {
    /// One of the program's own files, which changes its address when it changes.
    fileprivate static func asset(_ octets: [UInt8], type: String) -> HTTPReply {
        .whole(
            status: 200,
            fields: ["Content-Type": type, "Cache-Control": "public, max-age=86400"],
            body: octets)
    }
}
