import Mail
import SMTP
import Testing

@Suite("SMTP URLs and secrets")
struct SubmissionServerTests {
    @Test(
        "A URL names host, port, protection and user",
        arguments: [
            ("smtps://user@mail.example.org:465", "mail.example.org", 465, .implicitTLS, "user"),
            ("smtps://mail.example.org", "mail.example.org", 465, .implicitTLS, nil),
            ("SMTPS://Mail.Example.org/", "Mail.Example.org", 465, .implicitTLS, nil),
            (
                "smtp://me%40example.org@mail.example.org", "mail.example.org", 587, .startTLS,
                "me@example.org"
            ),
            (
                "smtp://me@example.org@mail.example.org:2525", "mail.example.org", 2525, .startTLS,
                "me@example.org"
            ),
            ("smtp+plain://127.0.0.1", "127.0.0.1", 25, .plain, nil),
            ("smtp+plain://[::1]:2525", "::1", 2525, .plain, nil),
            ("smtp://gr%C3%BC%C3%9Fe@mail.example.org", "mail.example.org", 587, .startTLS, "grüße"),
        ] as [(String, String, Int, SubmissionServer.Security, String?)])
    func parses(
        _ url: String, _ host: String, _ port: Int, _ security: SubmissionServer.Security, _ user: String?
    ) throws {
        let (server, username) = try SubmissionServer.parse(url: url)
        #expect(server == (try SubmissionServer(host: host, port: port, security: security)))
        #expect(username == user)
        #expect(try SubmissionServer(url: url) == server)
    }

    @Test(
        "What is no such URL is refused with the form that would be right",
        arguments: [
            "", "mail.example.org", "http://mail.example.org", "smtps://", "smtps://user@", "smtps://host:0",
            "smtps://host:65536", "smtps://host:x", "smtps://host:", "smtps://host/path",
            "smtps://host?tls=no", "smtps://ho st",
            "smtps://host\r\nRCPT", "smtps://@host", "smtps://us%0Aer@host", "smtps://us%zzer@host",
            "smtps://us%F@host",
            "smtps://[::1", "smtps://[host]", "smtps://müller.example", "smtps://-host", "smtps://[::1]x:465",
        ])
    func refuses(_ url: String) {
        let failure = #expect(throws: Failure.self) { try SubmissionServer.parse(url: url) }
        #expect(failure?.code == .invalidRequest)
        #expect(failure?.hint.contains("smtps://user@host:465") == true)
    }

    @Test(
        "A password in a URL is refused and not repeated",
        arguments: [
            "smtps://user:hunter2@mail.example.org", "smtp://me@example.org:hunter2@mail.example.org:587",
        ])
    func refusesPassword(_ url: String) throws {
        let failure = try #require(#expect(throws: Failure.self) { try SubmissionServer.parse(url: url) })
        #expect(failure.hint.contains("ENVELOPE_SMTP_PASSWORD"))
        #expect(!"\(failure)".contains("hunter2"))
    }

    @Test(
        "Loopback is known by its spelling",
        arguments: [
            ("localhost", true), ("LOCALHOST", true), ("127.0.0.1", true), ("127.8.9.10", true),
            ("::1", true),
            ("127.0.0.1.example.org", false), ("127.0.0", false), ("localhost.example.org", false),
            ("10.0.0.1", false),
        ])
    func knowsLoopback(_ host: String, _ isLoopback: Bool) throws {
        #expect(try SubmissionServer(host: host, port: 25, security: .plain).isLoopback == isLoopback)
    }

    @Test(
        "A secret is never printed, dumped or reflected",
        arguments: [
            Credentials.password(username: "user", secret: Secret("hunter2")),
            .bearer(username: "user", token: Secret("hunter2")),
        ])
    func hidesSecret(_ credentials: Credentials) {
        var dumped = ""
        dump(credentials, to: &dumped)
        let shown = [
            "\(credentials)", String(describing: credentials), String(reflecting: credentials), dumped,
        ]
        for text in shown { #expect(!text.contains("hunter2"), "\(text)") }
        #expect("\(Secret("hunter2"))" == "•••")
        #expect(Secret("hunter2").reveal() == "hunter2")
    }
}
