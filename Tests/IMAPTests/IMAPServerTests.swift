import IMAP
import Mail
import Testing

@Suite("IMAP URLs and secrets")
struct IMAPServerTests {
    @Test(
        "A URL names host, port, protection and user",
        arguments: [
            ("imaps://user@imap.example.org:993", "imap.example.org", 993, .implicitTLS, "user"),
            ("imaps://imap.example.org", "imap.example.org", 993, .implicitTLS, nil),
            ("IMAPS://Imap.Example.org/", "Imap.Example.org", 993, .implicitTLS, nil),
            (
                "imap://me%40example.org@imap.example.org", "imap.example.org", 143, .startTLS,
                "me@example.org"
            ),
            (
                "imap://me@example.org@imap.example.org:1143", "imap.example.org", 1143, .startTLS,
                "me@example.org"
            ),
            ("imap+plain://127.0.0.1", "127.0.0.1", 143, .plain, nil),
            ("imap+plain://[::1]:1143", "::1", 1143, .plain, nil),
            ("imap://gr%C3%BC%C3%9Fe@imap.example.org", "imap.example.org", 143, .startTLS, "grüße"),
        ] as [(String, String, Int, IMAPServer.Security, String?)])
    func parses(
        _ url: String, _ host: String, _ port: Int, _ security: IMAPServer.Security, _ user: String?
    ) throws {
        let (server, username) = try IMAPServer.parse(url: url)
        #expect(server == (try IMAPServer(host: host, port: port, security: security)))
        #expect(username == user)
        let again = try IMAPServer.parse(url: server.description)
        #expect(again.server == server && again.username == nil)
    }

    @Test(
        "What is no such URL is refused with the form that would be right",
        arguments: [
            "", "imap.example.org", "smtps://imap.example.org", "imaps://", "imaps://user@", "imaps://host:0",
            "imaps://host:65536", "imaps://host:x", "imaps://host:", "imaps://host/INBOX",
            "imaps://host?tls=no",
            "imaps://ho st", "imaps://host\r\nA1", "imaps://@host", "imaps://us%0Aer@host",
            "imaps://us%zzer@host",
            "imaps://us%F@host", "imaps://[::1", "imaps://[host]", "imaps://müller.example", "imaps://-host",
            "imaps://[::1]x:993",
        ])
    func refuses(_ url: String) {
        let failure = #expect(throws: Failure.self) { try IMAPServer.parse(url: url) }
        #expect(failure?.code == .invalidRequest && failure?.field == "ENVELOPE_IMAP_URL")
        #expect(failure?.hint.contains("imaps://user@host:993") == true)
    }

    @Test("A password in a URL is refused and not repeated")
    func refusesPassword() throws {
        for url in [
            "imaps://user:hunter2@imap.example.org", "imap://me@example.org:hunter2@imap.example.org:143",
        ] {
            let failure = try #require(#expect(throws: Failure.self) { try IMAPServer.parse(url: url) })
            #expect(failure.hint.contains("ENVELOPE_IMAP_PASSWORD"))
            #expect(!"\(failure)".contains("hunter2"))
        }
    }

    @Test(
        "Loopback is known by its spelling",
        arguments: [
            ("localhost", true), ("127.0.0.1", true), ("127.8.9.10", true), ("::1", true),
            ("127.0.0.1.example.org", false), ("127.0.0", false), ("10.0.0.1", false),
        ])
    func knowsLoopback(_ host: String, _ isLoopback: Bool) throws {
        #expect(try IMAPServer(host: host, port: 143, security: .plain).isLoopback == isLoopback)
    }

    @Test(
        "A secret is never printed, dumped or reflected",
        arguments: [
            IMAPCredentials.password(username: "user", "hunter2"), .bearer(username: "user", "hunter2"),
        ])
    func hidesSecret(_ credentials: IMAPCredentials) {
        var dumped = ""
        dump(credentials, to: &dumped)
        let shown = [
            "\(credentials)", String(describing: credentials), String(reflecting: credentials), dumped,
        ]
        for text in shown { #expect(!text.contains("hunter2"), "\(text)") }
    }
}
