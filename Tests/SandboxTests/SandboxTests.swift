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
}
