import Mail
import Sandbox
import TestPeers
import Testing

/// Where mail data ends, and what becomes of mail data that may not be taken.
@Suite(.timeLimit(.minutes(1))) struct MailDataTests {
    @Test(
        "Only CRLF . CRLF ends the mail data, and the octets stay as they are",
        arguments: [
            ("a\n.\nb\r\n", "a\n.\nb\r\n"), ("a\n.\r\nb\r\n", "a\n.\r\nb\r\n"),
            ("a\r.\r\nb\r\n", "a\r.\r\nb\r\n"),
            ("a\r\n.\nb\r\n", "a\r\n\nb\r\n"), ("a\r\n.\rb\r\n", "a\r\n\rb\r\n"),
            ("a\r\n.\r\rb\r\n", "a\r\n\r\rb\r\n"),
            ("..\r\n", ".\r\n"), ("...a\r\n..b.\r\n", "..a\r\n.b.\r\n"), ("a\r\r\n", "a\r\r\n"), ("", ""),
            ("\r\n", "\r\n"), ("\u{0}\r\n", "\u{0}\r\n"), (".\r.\r\nx\r\n", "\r.\r\nx\r\n"),
        ])
    func endMark(sent: String, taken: String) async throws {
        try await withSandbox { sandbox, inbox in
            // At once, and one octet at a time: each place is a border between two reads.
            for bytewise in [false, true] {
                let client = try transaction(sandbox)
                let bytes = Array("\(sent).\r\n".utf8)
                if bytewise { for byte in bytes { try client.send([byte]) } } else { try client.send(bytes) }
                #expect(try client.reply().hasPrefix("250 2.0.0 taken"))
                let message = try #require(try inbox.list().first)
                let stored = try inbox.message(id: message.id)
                #expect(Array(stored[message.traceSize...]) == Array(taken.utf8))
            }
        }
    }

    @Test("A megabyte of lines that begin with dots arrives whole")
    func large() async throws {
        try await withSandbox { sandbox, inbox in
            let client = try transaction(sandbox)
            let line =
                ".a line that has to be stuffed, and is long enough to make some of them a megabyte\r\n"
            let count = (1 << 20) / line.utf8.count
            try client.send(String(repeating: "." + line, count: count) + ".\r\n")
            #expect(try client.reply().hasPrefix("250 2.0.0 taken"))
            let message = try #require(try inbox.list().first)
            let stored = try inbox.message(id: message.id)
            #expect(Array(stored[message.traceSize...]) == Array(String(repeating: line, count: count).utf8))
        }
    }

    @Test(
        "Mail data over SIZE, or with a line over 998 octets, is refused after its end, and the session goes on"
    )
    func limits() async throws {
        try await withSandbox(maximumSize: 2_000) { sandbox, inbox in
            let longest = String(repeating: "x", count: 998) + "\r\n"
            let cases = [
                (longest + longest, "250"), (longest + longest + "\r\n", "552 5.3.4"),
                ("x" + longest, "554 5.6.0"),
                ("." + longest, "250"), (".x" + longest, "554 5.6.0"), (".\r" + longest, "554 5.6.0"),
            ]
            for (data, code) in cases {
                let client = try transaction(sandbox)
                try client.send(data + ".\r\nNOOP\r\n")
                #expect(try client.reply().hasPrefix(code))
                #expect(try client.reply().hasPrefix("250 2.0.0 still here"))
            }
            #expect(try inbox.list().count == 2)
        }
    }

    @Test("A message that will be refused holds no disk space while the rest of it comes")
    func dropsDraft() async throws {
        try await withSandbox(maximumSize: 10) { sandbox, inbox in
            let client = try transaction(sandbox)
            #expect(try files(in: inbox).count == 1)
            try client.send("much too long\r\n")
            let other = try Client(port: sandbox.port)
            _ = try other.reply()
            // Each answer is a turn of the one event loop, which reads what the first client sent in one of them.
            for _ in 1...1_000 {
                _ = try other.say("NOOP")
                if try files(in: inbox).isEmpty { break }
            }
            #expect(try files(in: inbox) == [])
            #expect(try client.say(".").hasPrefix("552"))
        }
    }

    @Test("A line lost before the end mark leaves nothing behind")
    func lostLine() async throws {
        try await withSandbox { sandbox, inbox in
            do {
                let client = try transaction(sandbox)
                try client.send("Subject: half\r\n\r\n.\r")
            }
            // The next message on the one event loop comes after the lost line was noticed, or after a few more.
            for _ in 1...100 {
                let client = try transaction(sandbox)
                #expect(try client.say(".").hasPrefix("250"))
                if try files(in: inbox).allSatisfy({ $0.hasSuffix(".eml") }) { break }
            }
            #expect(try files(in: inbox).filter { !$0.hasSuffix(".eml") } == [])
            #expect(try inbox.list().map(\.size).max() == 0)
        }
    }

    @Test("An inbox that cannot be written is 451 at DATA, and no message is lost silently")
    func unwritable() async throws {
        try await withTemporaryFolder { folder in
            // A file where the folder should be.
            let inbox = SandboxInbox(folder: folder + "/taken") { Timestamp(milliseconds: 0) }
            try makeFile(folder + "/taken")
            let sandbox = try await Sandbox.start(inbox: inbox)
            let client = try Client(port: sandbox.port)
            _ = try client.reply()
            _ = try client.say("EHLO me")
            _ = try client.say("MAIL FROM:<a@b.c>")
            _ = try client.say("RCPT TO:<x@y.z>")
            #expect(try client.say("DATA").hasPrefix("451 4.3.0"))
            #expect(try client.say("MAIL FROM:<a@b.c>").hasPrefix("250"))
            await sandbox.stop()
        }
    }

    private func transaction(_ sandbox: Sandbox) throws -> Client {
        let client = try Client(port: sandbox.port)
        _ = try client.reply()
        _ = try client.say("EHLO me")
        _ = try client.say("MAIL FROM:<a@b.c>")
        _ = try client.say("RCPT TO:<x@y.z>")
        #expect(try client.say("DATA").hasPrefix("354"))
        return client
    }
}
