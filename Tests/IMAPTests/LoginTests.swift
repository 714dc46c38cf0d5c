import Curl
import IMAP
import Mail
import TestPeers
import Testing

@Suite("Logging in to a mailbox")
struct LoginTests {
    private let hello = """
        S: * OK ready
        C: A001 CAPABILITY
        S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2
        S: A001 OK done

        """

    private let welcome = """

        C: E1 CAPABILITY
        S: * CAPABILITY IMAP4rev1
        S: E1 OK
        """

    @Test(
        "A refused login says what to change",
        arguments: [
            ("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", .authFailed, "app password"),
            (
                "NO [ALERT] Application-specific password required: https://x.test/", .authFailed,
                "An app password is needed"
            ),
            ("NO [WEBALERT https://x.test/] Web login required.", .oauthRequired, "OAuth 2.0"),
            ("NO AUTHENTICATE failed. Basic authentication is disabled.", .oauthRequired, "OAuth 2.0"),
            ("NO [UNAVAILABLE] Temporary authentication failure", .rateLimited, "right now"),
            ("NO [ALERT] Too many simultaneous connections. (Failure)", .rateLimited, "right now"),
            ("NO [PRIVACYREQUIRED] not in clear", .tlsFailed, "imaps://"),
            ("NO [EXPIRED] password expired", .authFailed, "new one"),
            ("NO [AUTHORIZATIONFAILED] not you", .authFailed, "right"),
            ("NO IMAP access is disabled for your account", .authFailed, "Turn it on"),
            ("BAD what?", .authFailed, "Check the user name"),
        ] as [(String, Failure.Code, String)])
    func explainsRefusal(_ answer: String, _ code: Failure.Code, _ hint: String) async throws {
        let script = hello + "C: A002 AUTHENTICATE PLAIN AHVzZXIAczNjcmV0\nS: A002 \(answer) s3cret"
        try await Scene.lend(raw: script) { scene in
            let error = await imapError { try await scene.client.withSession { _ in } }
            #expect(error?.kind == .loginRefused && error?.phase == .auth, "\(String(describing: error))")
            #expect(
                error?.failure.code == code && error?.failure.hint.contains(hint) == true,
                "\(String(describing: error?.failure))")
            let shown = "\(String(describing: error)) \(String(describing: error?.failure))"
            #expect(!shown.contains("s3cret"))
            #expect(scene.problems.isEmpty && scene.peer.connections == 1)
        }
    }

    @Test("A refused token says why, without the token")
    func explainsTokenRefusal() async throws {
        // {"status":"400","schemes":"Bearer","error":"t0ken-t0ken"}
        let reason = "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwiZXJyb3IiOiJ0MGtlbi10MGtlbiJ9"
        let script =
            hello
            + "C: A002 AUTHENTICATE XOAUTH2 *\nS: + \(reason)\nS: (stall)"
        try await Scene.lend(raw: script, credentials: .bearer(username: "user", "t0ken-t0ken")) { scene in
            let error = await imapError { try await scene.client.withSession { _ in } }
            #expect(error?.kind == .loginRefused && error?.failure.code == .authFailed)
            #expect(error?.detail.contains("\"status\":\"400\"") == true, "\(String(describing: error))")
            let shown = "\(String(describing: error)) \(String(describing: error?.failure))"
            #expect(!shown.contains("t0ken-t0ken") && !shown.contains(reason.prefix(12)))
            #expect(scene.problems.isEmpty)
        }
    }

    @Test("The LOGIN command serves where no mechanism is offered, and quotes what it says")
    func fallsBackToLogin() async throws {
        let offers = "S: * CAPABILITY IMAP4rev1"
        let script = """
            S: * OK ready
            C: A001 CAPABILITY
            \(offers)
            S: A001 OK done
            --- again ---
            S: * OK ready
            C: B001 CAPABILITY
            \(offers)
            S: B001 OK done
            C: B002 LOGIN user "s3\\"cr\\\\et"
            S: B002 OK welcome
            """
        try await Scene.lend(raw: script + welcome, credentials: .password(username: "user", "s3\"cr\\et")) {
            scene in
            try await scene.client.withSession { _ in }
            #expect(scene.problems.isEmpty)
        }
    }

    @Test(
        "Where no login fits, nothing is tried",
        arguments: [
            ("IMAP4rev1 LOGINDISABLED", false, .authFailed),
            ("IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED", false, .oauthRequired),
            ("IMAP4rev1 AUTH=PLAIN", true, .authFailed), ("IMAP4rev1", true, .authFailed),
        ] as [(String, Bool, Failure.Code)])
    func needsLogin(_ capabilities: String, _ isBearer: Bool, _ code: Failure.Code) async throws {
        let script = "S: * OK ready\nC: A001 CAPABILITY\nS: * CAPABILITY \(capabilities)\nS: A001 OK done"
        let credentials: IMAPCredentials =
            isBearer ? .bearer(username: "user", "t0ken") : .password(username: "user", "s3cret")
        try await Scene.lend(raw: script, credentials: credentials) { scene in
            let error = await imapError { try await scene.client.withSession { _ in } }
            #expect(
                error?.kind == .authUnavailable && error?.failure.code == code, "\(String(describing: error))"
            )
            #expect(scene.problems.isEmpty && scene.peer.connections == 1)
        }
    }

    @Test(
        "Before the login a server may end it in many ways",
        arguments: [
            ("S: * BYE [UNAVAILABLE] come back later\nS: (drop)", .bye, .greeting),
            ("S: (drop)", .lineLost, .greeting),
            ("S: (stall)", .timedOut, .greeting),
            ("S: 220 mail.test ESMTP\nS: (stall)", .protocolError, .greeting),
            ("S: +OK POP3 ready\nS: (drop)", .protocolError, .greeting),
            ("S: * OK ready\nC: A001 CAPABILITY\nS: * BYE gone\nS: (drop)", .bye, .ehlo),
            ("S: * OK ready\nC: A001 CAPABILITY\nS: (stall)", .timedOut, .ehlo),
        ] as [(String, IMAPError.Kind, Phase)])
    func endsEarly(_ script: String, _ kind: IMAPError.Kind, _ phase: Phase) async throws {
        var options = IMAPOptions()
        options.deadlines.connect = script.contains("stall") ? .milliseconds(300) : .seconds(30)
        try await Scene.lend(raw: script, options: options) { scene in
            let error = await imapError { try await scene.client.withSession { _ in } }
            #expect(error?.kind == kind && error?.phase == phase, "\(String(describing: error))")
            #expect(error?.failure.retryable == true)
        }
    }

    @Test(
        "STARTTLS that is missing or refused, or a login before it, ends the connect before any credential",
        arguments: [
            "S: * OK ready\nC: A001 CAPABILITY\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\nS: A001 OK done\nS: (stall)",
            "S: * OK ready\nC: A001 CAPABILITY\nS: * CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\nS: A001 OK done\nC: A002 STARTTLS\nS: A002 NO not now\nS: (stall)",
            "S: * PREAUTH welcome\nS: (stall)",
            "S: * PREAUTH welcome\nC: A001 CAPABILITY\nS: * CAPABILITY IMAP4rev1 STARTTLS\nS: A001 OK done\nS: (stall)",
        ])
    func insistsOnTLS(_ script: String) async throws {
        var options = IMAPOptions()
        options.deadlines.connect = .seconds(2)
        try await Scene.lend(raw: script, security: .startTLS, options: options) { scene in
            let error = await imapError { try await scene.client.withSession { _ in } }
            #expect(error != nil && error?.kind != .loginRefused)
            if !script.hasPrefix("S: * PREAUTH welcome\nS: (stall)") {
                #expect(error?.failure.code == .tlsFailed, "\(String(describing: error))")
            }
            #expect(
                !scene.peer.heard.contains {
                    $0.contains("AUTHENTICATE") || $0.contains("LOGIN") || $0.hasPrefix("E1")
                })
        }
    }

    @Test(
        "Elsewhere than on this machine a plain line is refused, and so is a secret that is two lines or none"
    )
    func refusesAtOnce() async throws {
        let plain = IMAPClient(
            server: try IMAPServer(host: "192.0.2.1", port: 143, security: .plain),
            credentials: .password(username: "user", "s3cret"), engine: Engine())
        let error = await imapError { try await plain.withSession { _ in } }
        #expect(error?.kind == .plainNotAllowed && error?.failure.code == .tlsFailed)
        for (user, secret) in [
            ("user", "s3\r\nA9 NOOP"), ("us\ner", "s3cret"), ("user", "s3\0cret"), ("", "s3cret"),
            ("user", ""),
        ] {
            for credentials in [
                IMAPCredentials.password(username: user, secret), .bearer(username: user, secret),
            ] {
                try await Scene.lend(raw: hello, credentials: credentials) { scene in
                    let error = await imapError { try await scene.client.withSession { _ in } }
                    #expect(error?.kind == .notSayable && scene.peer.connections == 0)
                    let shown = "\(String(describing: error?.failure))"
                    #expect(!shown.contains("s3"))
                }
            }
        }
    }

    @Test("A server that knows its user before is taken at its word")
    func acceptsPreauthenticated() async throws {
        let script = """
            S: * PREAUTH welcome
            C: A001 CAPABILITY
            S: * CAPABILITY IMAP4rev1
            S: A001 OK done
            """
        try await Scene.lend(raw: script + welcome) { scene in
            try await scene.client.withSession { _ in }
            #expect(scene.problems.isEmpty)
        }
    }

    @Test("A server that takes nothing but UTF-8 is spoken to in UTF-8")
    func enablesUTF8() async throws {
        let script =
            hello + """
                C: A002 AUTHENTICATE PLAIN *
                S: A002 OK
                C: E1 CAPABILITY
                S: * CAPABILITY IMAP4rev1 ENABLE UTF8=ONLY
                S: E1 OK
                C: E2 ENABLE UTF8=ACCEPT
                S: * ENABLED UTF8=ACCEPT
                S: E2 OK
                C: E3 LIST "" "*"
                S: * LIST () "/" "Entwürfe"
                S: * LIST (\\NoSelect) NIL {7}
                S: Müll &
                S: * LIST () "/" &AMQ-
                S: E3 OK
                C: E4 EXAMINE {9}
                S: + go on
                C: Entwürfe
                S: E4 OK
                """
        try await Scene.lend(raw: script) { scene in
            try await scene.client.withSession { session in
                let folders = try await session.folders()
                #expect(folders.map(\.name.text) == ["Entwürfe", "Müll &", "&AMQ-"])
                #expect(folders.map(\.isSelectable) == [true, false, true])
                #expect(folders.map(\.delimiter) == ["/", nil, "/"])
                try await session.examine(try FolderName("Entwürfe"))
            }
            #expect(scene.problems.isEmpty)
        }
    }
}
