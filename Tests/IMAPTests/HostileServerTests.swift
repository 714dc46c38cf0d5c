import IMAP
import Mail
import TestPeers
import Testing

@Suite("A server that cannot be trusted")
struct HostileServerTests {
    private let opened = """
        C: E2 EXAMINE "INBOX"
        S: * 1 EXISTS
        S: * OK [UIDVALIDITY 7] valid
        S: * OK [UIDNEXT 5] next
        S: E2 OK [READ-ONLY] done
        """

    @Test("What stands in a message is never heard as the server's word")
    func hearsNoMessage() async throws {
        let script =
            opened + """

                C: E3 UID FETCH 4 (UID BODY.PEEK[]<0.1000>)
                S: * 1 FETCH (UID 4 BODY[]<0> {89}
                S: E3 OK done
                S: * SEARCH 9 9 9
                S: * BYE gone
                S: + go on
                S: )
                S: * 1 FETCH (UID 9 BODY[] {5}
                S: "( {9}
                S: )
                S: * 2 FETCH (FLAGS (\\Seen))
                S: E3 OK done
                """
        try await Scene.lend("IMAP4rev1", script) { scene in
            let text = try await scene.client.withSession { session in
                try await session.examine(.inbox)
                return try await session.message(4, upTo: 1_000)
            }
            let expected =
                "E3 OK done\r\n* SEARCH 9 9 9\r\n* BYE gone\r\n+ go on\r\n)\r\n* 1 FETCH (UID 9 BODY[] {5}\r\n\"( {9}\r\n"
            #expect(text.map { String(decoding: $0, as: UTF8.self) } == expected)
            #expect(scene.problems.isEmpty)
        }
    }

    @Test(
        "What is no IMAP, or too much of it, ends the session",
        arguments: [
            "S: * 1 FETCH (UID 4 BODY[] {99999999999}", "S: * 1 FETCH (UID 4 BODY[] {2001}",
            "S: * 1 FETCH (UID 4 BODY[] {99999999999999999999999999}",
            "S: * X (2000 times x)\nS: (70000 times x)", "S: * 1 FETCH (UID 4 BODY[] \"x",
            "S: * 1 FETCH (UID 4 BODY[] (", "S: * 1 FETCH (UID)", "S: * 1 FETCH UID 4",
            "S: * 1 FETCH (UID 4))",
            "S: E2 OK done", "S: E9 OK done", "S: + go on", "S: 250 ok", "S: *", "S: ",
            "S: * 1 FETCH DEEP",
            String(repeating: "S: * 1 FETCH (UID 4)\n", count: 60),
            "S: * 1 FETCH (UID 4 BODY[] {2000}\nS: (2000 times x)\nS: )\nS: * 1 FETCH (UID 4 BODY[] {2000}\nS: (2000 times x)\nS: )\nS: * 2 EXISTS",
        ])
    func endsAtNonsense(_ script: String) async throws {
        var options = IMAPOptions()
        options.deadlines.command = .seconds(10)
        options.limits.literal = 2_000
        options.limits.response = 60_000
        options.limits.responses = 50
        options.limits.total = script.contains("EXISTS") ? 4_000 : 100_000
        let said = script.replacing("DEEP", with: String(repeating: "(", count: 50_000))
        let all = opened + "\nC: E3 UID FETCH 4 (UID BODY.PEEK[]<0.1000>)\n\(said)\nS: (stall)"
        try await Scene.lend("IMAP4rev1", all, options: options) { scene in
            try await scene.client.withSession { session in
                try await session.examine(.inbox)
                let first = await imapError { try await session.message(4, upTo: 1_000) }
                #expect(first?.kind == .protocolError, "\(String(describing: first))")
                #expect(first?.failure.code == .connectionFailed && first?.stage == "at UID FETCH")
                // Whatever comes next could belong to something else.
                let second = await imapError { try await session.examine(FolderName.inbox) }
                #expect(second?.kind == .lineLost)
            }
        }
    }

    @Test("Octet by octet, in any order, with news that nobody asked for, it is the same")
    func readsSlowServers() async throws {
        let script = """
            C: E2 EXAMINE "INBOX"
            S: (octet by octet) * OK [UIDNEXT 5] next
            S: (octet by octet) * FLAGS (\\Answered \\Flagged)
            S: (octet by octet) * OK [UIDVALIDITY 7] valid {3}
            S: (octet by octet) * X-NEWS from "nowhere
            S: (octet by octet) * 2 EXISTS
            S: (octet by octet) * 0 RECENT
            S: (octet by octet) E2 OK
            C: E3 UID FETCH 4 (UID BODY.PEEK[]<0.1000>)
            S: (octet by octet) * 9 EXPUNGE
            S: (octet by octet) * 2 FETCH (FLAGS (\\Seen) UID 3)
            S: (octet by octet) * 1 FETCH (BODY[]<0> {7}
            S: (octet by octet) a{3}(
            S: (octet by octet) UID 4 X ("\\"" NIL ((a) b {0}
            S: (octet by octet) )))
            S: (octet by octet) E3 OK done
            """
        try await Scene.lend("IMAP4rev1", script) { scene in
            try await scene.client.withSession { session in
                let opened = try await session.examine(.inbox)
                #expect(opened.uidValidity == 7 && opened.uidNext == 5 && opened.count == 2)
                let text = try await session.message(4, upTo: 1_000)
                #expect(text == Array("a{3}(\r\n".utf8))
            }
            #expect(scene.problems.isEmpty)
        }
    }

    @Test("BYE in the middle, a closed line and silence are told apart")
    func tellsEndsApart() async throws {
        let ends: [(String, IMAPError.Kind, Failure.Code)] = [
            ("S: * BYE [UNAVAILABLE] going down\nS: (stall)", .bye, .deferred),
            ("S: * BYE Too many simultaneous connections\nS: (drop)", .bye, .rateLimited),
            ("S: (drop)", .lineLost, .connectionFailed), ("S: (reset)", .lineLost, .connectionFailed),
            ("S: * 1 FETCH (UID 4 BODY[] {100}\nS: half of\nS: (drop)", .lineLost, .connectionFailed),
            ("S: (stall)", .timedOut, .timeout),
            ("S: * 1 FETCH (UID 4 BODY[] {100}\nS: half of\nS: (stall)", .timedOut, .timeout),
        ]
        var options = IMAPOptions()
        for (script, kind, code) in ends {
            options.deadlines.command = kind == .timedOut ? .milliseconds(300) : .seconds(30)
            let all = opened + "\nC: E3 UID FETCH 4 (UID BODY.PEEK[]<0.1000>)\n\(script)"
            try await Scene.lend("IMAP4rev1", all, options: options) { scene in
                let error = await imapError {
                    try await scene.client.withSession { session in
                        try await session.examine(.inbox)
                        return try await session.message(4, upTo: 1_000)
                    }
                }
                #expect(error?.kind == kind && error?.failure.code == code, "\(String(describing: error))")
                #expect(error?.failure.retryable == true && error?.conversation.last != nil)
                #expect(error?.conversation.contains("C: E2 EXAMINE \"INBOX\"") == true)
            }
        }
    }

    @Test(
        "A refusal's response code decides what it means",
        arguments: [
            ("NO [TRYCREATE] no such mailbox", .notFound, false), ("NO [NONEXISTENT] none", .notFound, false),
            ("NO [OVERQUOTA] full", .quotaExceeded, true), ("NO [NOPERM] not yours", .denied, false),
            ("NO [LIMIT] too much", .rateLimited, true), ("NO [ALERT] Too many requests", .rateLimited, true),
            ("NO [UNAVAILABLE] later", .deferred, true), ("NO no such mailbox", .notFound, false),
            ("NO", .notFound, false), ("NO [", .notFound, false), ("BAD what?", .connectionFailed, false),
        ] as [(String, Failure.Code, Bool)])
    func readsResponseCodes(_ answer: String, _ code: Failure.Code, _ retryable: Bool) async throws {
        try await Scene.lend("IMAP4rev1", "C: E2 EXAMINE \"INBOX\"\nS: E2 \(answer)\nC: E3 LIST *\nS: E3 OK")
        { scene in
            try await scene.client.withSession { session in
                let error = await imapError { try await session.examine(FolderName.inbox) }
                #expect(
                    error?.failure.code == code && error?.failure.retryable == retryable,
                    "\(String(describing: error))")
                // It leaves the session as it was.
                let folders = try await session.folders()
                #expect(folders.isEmpty)
            }
            #expect(scene.problems.isEmpty)
        }
    }

    @Test("A cancel ends the wait and closes the line")
    func cancels() async throws {
        try await Scene.lend("IMAP4rev1", opened + "\nC: E3 LIST *\nS: (stall)") { scene in
            let task = Task {
                await imapError {
                    try await scene.client.withSession { session in
                        try await session.examine(.inbox)
                        return try await session.folders()
                    }
                }
            }
            await scene.peer.settled()
            task.cancel()
            let error = await task.value
            #expect(error?.kind == .cancelled && error?.failure.code == .cancelled)
            await scene.peer.gone()
        }
    }

    @Test("Words of the server come without control characters and without the secret")
    func strikesSecretsOut() async throws {
        let script =
            "C: E2 EXAMINE \"INBOX\"\nS: E2 NO [X s3cret] I know: s3cret AHVzZXIAczNjcmV0 \u{1B}[31m red \u{202E}"
        try await Scene.lend("IMAP4rev1", script) { scene in
            let error = await imapError {
                try await scene.client.withSession { try await $0.examine(.inbox) }
            }
            let shown = "\(String(describing: error)) \(String(describing: error?.failure))"
            #expect(error?.detail == "I know: ••• ••• [31m red")
            #expect(!shown.contains("s3cret") && !shown.contains("AHVzZXIAczNjcmV0"))
            #expect(!shown.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
        }
    }
}
