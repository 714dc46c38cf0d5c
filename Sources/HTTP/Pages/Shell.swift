import MCP

/// What is around every page: head, banner, and what a browser may do with it.
struct Shell: Sendable {
    /// In the title bar, before the program's name.
    var title: String
    var isSandbox: Bool
    var version: String
    /// True where the sandbox's inbox can be looked into.
    var hasInbox = false
    /// Where a script finds the page anew, where it hears of changes, and how the page stands now; nil for a page that
    /// does not change.
    var live: (page: String, events: String, mark: String)?

    /// Nothing but this server's own files, no script or style inside the page, no frame around it.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    func page(_ main: HTML) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · Envelope</title>
        <link rel="icon" href="/ui/icon.svg" type="image/svg+xml">
        <link rel="stylesheet" href="/ui/style.css?\(Assets.mark)">
        <script src="/ui/script.js?\(Assets.mark)" defer></script>
        </head>
        <body\(liveAttributes)>
        <a class="skip" href="#main">Skip to content</a>
        <header class="banner">
        <a class="wordmark" href="/"><svg viewBox="0 0 24 18" aria-hidden="true"><path d="M1.5 1.5h21v15h-21z M1.5 2l10.500 8.500L22.500 2"/></svg>Envelope</a>
        <nav aria-label="Pages">\(links)</nav>
        \(badge)
        <span class="live" id="live" role="status"></span>
        </header>
        <main id="main" tabindex="-1">
        \(main)
        </main>
        <footer>Envelope \(version). All times are UTC.</footer>
        </body>
        </html>

        """
    }

    func reply(_ main: HTML, status: Int = 200) -> HTTPReply {
        .page(page(main), status: status, policy: Self.policy)
    }

    private var links: HTML {
        hasInbox ? "<a href=\"/\">Sends</a><a href=\"/ui/sandbox\">Sandbox inbox</a>" : ""
    }

    private var badge: HTML {
        isSandbox ? "<span class=\"badge\">Sandbox: nothing leaves this machine</span>" : ""
    }

    private var liveAttributes: HTML {
        live.map {
            " data-page=\"\($0.page)\" data-events=\"\($0.events)\" data-mark=\"\($0.mark)\""
        } ?? ""
    }
}

extension HTTPReply {
    /// HTML that a browser may treat as the policy says (Content Security Policy, level 3).
    static func page(_ page: HTML, status: Int = 200, policy: String) -> HTTPReply {
        .whole(
            status: status,
            fields: [
                "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy,
                "Cross-Origin-Opener-Policy": "same-origin", "Vary": "Accept",
                // Without a referrer a browser says of its own forms that they come from nowhere: `Origin: null`.
                "Referrer-Policy": "same-origin",
            ],
            body: Array(page.text.utf8))
    }
}
