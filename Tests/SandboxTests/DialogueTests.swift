import Mail
import Sandbox
import Testing

/// Commands in and out of order, well formed and not, each with the reply that a client gets.
@Suite(.timeLimit(.minutes(1))) struct DialogueTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        /// Commands and the start of the reply to each.
        let lines: [(String, String)]
        var testDescription: String { name }

        init(_ name: String, _ lines: [(String, String)]) {
            self.name = name
            self.lines = lines
        }
    }

    static let cases = [
        Case(
            "commands before EHLO",
            [
                ("MAIL FROM:<a@b.c>", "503 5.5.1"), ("RCPT TO:<a@b.c>", "503 5.5.1"),
                ("DATA", "503 5.5.1"), ("NOOP", "250 2.0.0"), ("RSET", "250 2.0.0"),
                ("VRFY you", "252 2.1.5"),
            ]),
        Case("HELO", [("HELO me", "250 sandbox.invalid"), ("MAIL FROM:<>", "250 2.1.0")]),
        Case(
            "a command too early in a transaction",
            [
                ("EHLO me", "250-"), ("RCPT TO:<a@b.c>", "503 5.5.1"),
                ("DATA", "503 5.5.1"), ("MAIL FROM:<a@b.c>", "250 2.1.0"), ("DATA", "554 5.5.1"),
                ("MAIL FROM:<a@b.c>", "503 5.5.1"),
            ]),
        Case(
            "RSET and EHLO end a transaction",
            [
                ("EHLO me", "250-"), ("MAIL FROM:<a@b.c>", "250 2.1.0"),
                ("RSET", "250 2.0.0"), ("RCPT TO:<a@b.c>", "503 5.5.1"), ("MAIL FROM:<a@b.c>", "250 2.1.0"),
                ("EHLO me", "250-"), ("RCPT TO:<a@b.c>", "503 5.5.1"),
            ]),
        Case(
            "unknown and unoffered commands",
            [
                ("XYZZY", "500 5.5.2"), ("", "500 5.5.2"),
                ("STARTTLS", "502 5.5.1"), ("AUTH PLAIN AGEAYg==", "502 5.5.1"), ("EXPN list", "502 5.5.1"),
            ]),
        Case(
            "arguments missing or too many",
            [
                ("EHLO", "501 5.5.4"), ("EHLO a b", "501 5.5.4"),
                ("RSET now", "501 5.5.4"), ("QUIT now", "501 5.5.4"), ("EHLO me", "250-"),
                ("MAIL a@b.c", "501 5.5.4"),
                ("MAIL FROM:", "501 5.1.7"), ("MAIL", "501 5.5.4"),
            ]),
        Case(
            "reverse-paths",
            [
                ("EHLO me", "250-"), ("MAIL FROM:a@b.c", "501 5.1.7"), ("MAIL FROM:<a>", "501 5.1.7"),
                ("MAIL FROM:<a@b.c", "501 5.1.7"), ("MAIL FROM:<@b.c>", "501 5.1.7"),
                ("MAIL FROM:<a@>", "501 5.1.7"),
                ("MAIL FROM:<a b@c.d>", "501 5.1.7"), ("MAIL FROM:<a@b.c>SIZE=1", "501 5.1.7"),
                ("MAIL FROM:<\(String(repeating: "a", count: 250))@b.cd>", "501 5.1.7"),
                ("MAIL FROM:<\(String(repeating: "a", count: 249))@b.cd>", "250 2.1.0"),
            ]),
        Case(
            "forward-paths",
            [
                ("EHLO me", "250-"), ("MAIL FROM:<a@b.c>", "250 2.1.0"), ("RCPT TO:<>", "501 5.1.3"),
                ("RCPT TO:<a@b.c> NOTIFY=NEVER", "555 5.5.4"), ("RCPT TO:<\"a > b\"@c.d>", "250 2.1.5"),
                ("RCPT TO:<Postmaster>", "250 2.1.5"), ("RCPT TO:<a@[127.0.0.1]>", "250 2.1.5"),
                ("RCPT TO:<@x.y,@z.w:a@b.c>", "250 2.1.5"), ("RCPT TO:<a,b@c.d>", "501 5.1.3"),
            ]),
        Case(
            "MAIL parameters",
            [
                ("EHLO me", "250-"), ("MAIL FROM:<a@b.c> SIZE=abc", "501 5.5.4"),
                ("MAIL FROM:<a@b.c> SIZE=", "501 5.5.4"), ("MAIL FROM:<a@b.c> SIZE=36700161", "552 5.3.4"),
                ("MAIL FROM:<a@b.c> SIZE=9999999999999999999", "501 5.5.4"),
                ("MAIL FROM:<a@b.c> BODY=BINARYMIME", "501 5.5.4"),
                ("MAIL FROM:<a@b.c> RET=FULL", "555 5.5.4"),
                ("MAIL FROM:<a@b.c> SIZE=1 SIZE=1", "501 5.5.4"),
                ("MAIL FROM:<a@b.c> size=36700160 body=8bitmime smtputf8", "250 2.1.0"),
            ]),
        Case(
            "non-ASCII addresses need SMTPUTF8",
            [
                ("EHLO me", "250-"), ("MAIL FROM:<jörg@b.c>", "553 5.6.7"),
                ("MAIL FROM:<a@b.c>", "250 2.1.0"), ("RCPT TO:<jörg@b.c>", "553 5.6.7"), ("RSET", "250"),
                ("MAIL FROM:<jörg@b.c> SMTPUTF8", "250 2.1.0"), ("RCPT TO:<jörg@b.c>", "250 2.1.5"),
            ]),
        Case("control characters", [("NOOP \u{0}", "500 5.5.2"), ("NOOP a\rRCPT TO:<x@y.z>", "500 5.5.2")]),
        Case("a bare LF ends no command", [("NOOP\nQUIT", "500 5.5.2")]),
        Case(
            "too long a line is dropped up to its end",
            [("NOOP \(String(repeating: "x", count: 5_000))", "500 5.5.2"), ("NOOP", "250 2.0.0")]),
    ]

    @Test("Every command gets the reply that the RFC asks for", arguments: cases)
    func replies(_ test: Case) async throws {
        try await withSandbox { sandbox, _ in
            let client = try Client(port: sandbox.port)
            #expect(try client.reply().hasPrefix("220 "))
            for (line, expected) in test.lines {
                let reply = try client.say(line)
                #expect(reply.hasPrefix(expected), "\(line.prefix(60)) → \(reply)")
            }
        }
    }

    @Test("Pipelined commands are answered in their order, however the octets arrive")
    func pipelining() async throws {
        try await withSandbox { sandbox, inbox in
            let client = try Client(port: sandbox.port)
            let text =
                "EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<rejected@simulator.test>\r\nRCPT TO:<x@y.z>\r\nDATA\r\n"
            for byte in text.utf8 { try client.send([byte]) }
            let codes = try (0..<6).map { _ in try client.reply().prefix(3) }
            #expect(codes == ["220", "250", "250", "550", "250", "354"])
            // The mail data, a second transaction and QUIT in one write.
            try client.send(
                "Subject: a\r\n\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<x@y.z>\r\nDATA\r\nQUIT\r\n.\r\nQUIT\r\n")
            let more = try (0..<6).map { _ in try client.reply().prefix(3) }
            #expect(more == ["250", "250", "250", "354", "250", "221"])
            #expect(try client.isAtEnd())
            let messages = try inbox.list()
            #expect(messages.map(\.recipients) == [["x@y.z"], ["x@y.z"]])
            #expect(messages.map(\.size) == [6, 14])
        }
    }

    @Test("More than 1,000 recipients are put off with 452 4.5.3")
    func recipientLimit() async throws {
        try await withSandbox { sandbox, inbox in
            let client = try Client(port: sandbox.port)
            _ = try client.reply()
            _ = try client.say("EHLO me")
            _ = try client.say("MAIL FROM:<a@b.c>")
            for number in 1...1_000 { #expect(try client.say("RCPT TO:<r\(number)@x.y>").hasPrefix("250")) }
            #expect(try client.say("RCPT TO:<r1001@x.y>").hasPrefix("452 4.5.3"))
            _ = try client.say("DATA")
            #expect(try client.say("\r\n.").hasPrefix("250"))
            #expect(try inbox.list().first?.recipients.count == 1_000)
        }
    }
}
