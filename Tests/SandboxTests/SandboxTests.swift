import Mail
import Sandbox
import Testing

/// The sandbox as a client on the other side of a socket sees it.
@Suite(.timeLimit(.minutes(1))) struct SandboxTests {
    @Test("A message is stored with its trace fields on top and its octets unchanged")
    func storesExactly() async throws {
        try await withSandbox { sandbox, inbox in
            let client = try Client(port: sandbox.port)
            #expect(try client.reply().hasPrefix("220 "))
            #expect(
                try client.say("EHLO agent.example") == """
                    250-sandbox.invalid
                    250-PIPELINING
                    250-SIZE 36700160
                    250-8BITMIME
                    250-SMTPUTF8
                    250 ENHANCEDSTATUSCODES
                    """)
            #expect(try client.say("MAIL FROM:<a@b.example> SIZE=60 BODY=8BITMIME") == "250 2.1.0 sender ok")
            #expect(try client.say("RCPT TO:<one@x.example>") == "250 2.1.5 recipient ok")
            #expect(try client.say("rcpt to:<Two@simulator.test>") == "250 2.1.5 recipient ok")
            #expect(try client.say("DATA").hasPrefix("354 "))
            let message =
                "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?UTF-8?B?IGF1cyBVbG0=?=\r\n\r\n.one\r\n..\r\nß\r\n"
            let answer = try client.say(
                "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?UTF-8?B?IGF1cyBVbG0=?=\r\n\r\n..one\r\n...\r\nß\r\n."
            )
            #expect(answer == "250 2.0.0 taken as 1700000000123-1")

            let listed = try #require(try inbox.list().first)
            #expect(listed.id == "1700000000123-1")
            #expect(listed.at.rfc3339 == "2023-11-14T22:13:20.123Z")
            #expect(listed.reversePath == "a@b.example")
            #expect(listed.recipients == ["one@x.example", "Two@simulator.test"])
            #expect(listed.subject == "Grüße aus Ulm")
            #expect(listed.size == message.utf8.count)

            let stored = try inbox.message(id: listed.id)
            #expect(Array(stored[listed.traceSize...]) == Array(message.utf8))
            #expect(
                String(decoding: stored[..<listed.traceSize], as: UTF8.self)
                    == "Return-Path: <a@b.example>\r\nDelivered-To: one@x.example\r\nDelivered-To: Two@simulator.test\r\n"
                    + "Received: from agent.example ([127.0.0.1])\r\n"
                    + "\tby sandbox.invalid with ESMTP; Tue, 14 Nov 2023 22:13:20 +0000\r\n")
            #expect(try client.say("QUIT") == "221 2.0.0 bye")
            #expect(try client.isAtEnd())
        }
    }

    @Test("Only 127.0.0.1 is listened on, and nothing after the stop")
    func loopbackOnly() async throws {
        try await withSandbox { sandbox, _ in
            #expect(throws: Client.Fault.self) { try Client(host: "127.0.0.2", port: sandbox.port) }
            let client = try Client(port: sandbox.port)
            #expect(try client.reply().hasPrefix("220 "))
            await sandbox.stop()
            #expect(try client.isAtEnd())
            #expect(throws: Client.Fault.self) { try Client(port: sandbox.port) }
        }
    }

    @Test("Many connections at once lose no message and mix none up")
    func concurrent() async throws {
        try await withSandbox { sandbox, inbox in
            // All open their transactions before any ends one, so that the drafts stand beside each other.
            let clients = try (0..<8).map { _ in try Client(port: sandbox.port) }
            for round in 0..<10 {
                for (number, client) in clients.enumerated() {
                    try client.send("EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<r\(number)@x.y>\r\nDATA\r\n")
                    try client.send("Subject: \(number)/\(round)\r\n")
                }
                for client in clients { try client.send(".\r\n") }
            }
            for client in clients {
                let codes = try (0..<51).map { _ in try client.reply().prefix(3) }
                #expect(
                    codes == ["220"]
                        + Array(repeating: ["250", "250", "250", "354", "250"], count: 10).joined())
            }
            let messages = try inbox.list(limit: 1_000)
            #expect(messages.count == 80)
            for message in messages {
                #expect(message.recipients.map { $0.dropFirst().prefix(1) } == [message.subject?.prefix(1)])
            }
            #expect(Set(messages.compactMap(\.subject)).count == 80)
        }
    }
}
