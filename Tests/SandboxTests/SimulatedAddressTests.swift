import Mail
import Sandbox
import Testing

/// What each reserved address at simulator.test plays.
@Suite(.timeLimit(.minutes(1))) struct SimulatedAddressTests {
    @Test(
        "An address that refuses does so at RCPT, with its code",
        arguments: [
            ("rejected", "550 5.1.1"), ("sender-blocked", "550 5.7.1"), ("too-large", "552 5.3.4"),
            ("REJECTED+tag", "550 5.1.1"), ("Too-Large+a+b", "552 5.3.4"),
        ])
    func refuses(localPart: String, code: String) async throws {
        try await withSandbox { sandbox, inbox in
            let client = try transaction(sandbox)
            for _ in 1...3 {
                #expect(try client.say("RCPT TO:<\(localPart)@Simulator.TEST>").hasPrefix(code))
            }
            #expect(try client.say("DATA").hasPrefix("554 5.5.1"))
            #expect(try inbox.list() == [])
        }
    }

    @Test(
        "Other addresses are taken",
        arguments: ["delivered@simulator.test", "any@simulator.test", "rejected@example.org"])
    func takes(address: String) async throws {
        try await withSandbox { sandbox, inbox in
            let client = try transaction(sandbox)
            #expect(try client.say("RCPT TO:<\(address)>").hasPrefix("250"))
            _ = try client.say("DATA")
            #expect(try client.say(".").hasPrefix("250 2.0.0"))
            #expect(try inbox.list().map(\.recipients) == [[address]])
        }
    }

    @Test(
        "An address that refuses once takes the next try, and only of the same message",
        arguments: [("deferred", "451 4.3.0"), ("mailbox-full", "452 4.2.2")])
    func refusesOnce(localPart: String, code: String) async throws {
        try await withSandbox { sandbox, inbox in
            let address = "\(localPart)@simulator.test"
            let first = try transaction(sandbox, size: 40)
            #expect(try first.say("RCPT TO:<\(address)>").hasPrefix(code))
            #expect(try first.say("RCPT TO:<other@simulator.test>").hasPrefix("250"))
            #expect(try first.say("RSET").hasPrefix("250"))

            // Another message, another sender and another tag have a first try of their own.
            let other = try transaction(sandbox, size: 41)
            #expect(try other.say("RCPT TO:<\(address)>").hasPrefix(code))
            let sender = try transaction(sandbox, from: "x@b.c", size: 40)
            #expect(try sender.say("RCPT TO:<\(address)>").hasPrefix(code))
            let tagged = try transaction(sandbox, size: 40)
            #expect(try tagged.say("RCPT TO:<\(localPart)+1@simulator.test>").hasPrefix(code))

            // A try that breaks off before it is taken is not used up.
            let broken = try transaction(sandbox, size: 40)
            #expect(try broken.say("RCPT TO:<\(address)>").hasPrefix("250"))
            #expect(try broken.say("RSET").hasPrefix("250"))

            let second = try transaction(sandbox, size: 40)
            #expect(try second.say("RCPT TO:<\(address)>").hasPrefix("250"))
            _ = try second.say("DATA")
            #expect(try second.say("Subject: at last\r\n.").hasPrefix("250"))
            #expect(try inbox.list().map(\.subject) == ["at last"])

            let again = try transaction(sandbox, size: 40)
            #expect(try again.say("RCPT TO:<\(address)>").hasPrefix(code))
        }
    }

    @Test(
        "The next try is taken by another process on the same folder too",
        arguments: [SimulatedAddress.deferred, .mailboxFull])
    func refusesOnceAcrossProcesses(_ simulated: SimulatedAddress) async throws {
        try await withSandbox { sandbox, inbox in
            let first = try transaction(sandbox)
            #expect(try first.say("RCPT TO:<\(simulated.address)>").hasPrefix("45"))
            await sandbox.stop()
            let next = try await Sandbox.start(inbox: inbox)
            let second = try transaction(next)
            #expect(try second.say("RCPT TO:<\(simulated.address)>").hasPrefix("250"))
            _ = try second.say("DATA")
            #expect(try second.say(".").hasPrefix("250"))
            // Nothing but the message is left.
            #expect(try inbox.list().count == 1 && files(in: inbox).count == 1)
            await next.stop()
        }
    }

    @Test("unconfirmed@ takes the message and drops the line without a reply")
    func unconfirmed() async throws {
        try await withSandbox { sandbox, inbox in
            let client = try transaction(sandbox)
            _ = try client.say("RCPT TO:<unconfirmed@simulator.test>")
            _ = try client.say("RCPT TO:<slow@simulator.test>")
            _ = try client.say("DATA")
            try client.send("Subject: gone\r\n.\r\n")
            #expect(try client.isAtEnd())
            #expect(try inbox.list().map(\.subject) == ["gone"])
        }
    }

    @Test("slow@ has the message at once and says so later; what comes meanwhile is answered after it")
    func slow() async throws {
        try await withSandbox(slowReply: .milliseconds(300)) { sandbox, inbox in
            let client = try transaction(sandbox)
            _ = try client.say("RCPT TO:<slow@simulator.test>")
            _ = try client.say("DATA")
            let clock = ContinuousClock()
            let start = clock.now
            try client.send("Subject: late\r\n.\r\nNOOP\r\n")
            #expect(try client.reply().hasPrefix("250 2.0.0 taken"))
            #expect(clock.now - start >= .milliseconds(290))
            #expect(try client.reply() == "250 2.0.0 still here")
            // Sent while nothing is held back: the socket is read again.
            #expect(try client.say("NOOP") == "250 2.0.0 still here")
            #expect(try inbox.list().count == 1)
        }
    }

    @Test("While a reply is held back no more is read, so that a client cannot fill the memory")
    func holdsBackReading() async throws {
        try await withSandbox(slowReply: .seconds(3_600)) { sandbox, _ in
            let client = try transaction(sandbox)
            _ = try client.say("RCPT TO:<slow@simulator.test>")
            _ = try client.say("DATA")
            try client.send(".\r\n")
            // Far more than the socket's two buffers take.
            let noops = Array(String(repeating: "NOOP\r\n", count: 10_000).utf8)
            #expect(throws: Client.Fault.self) { for _ in 1...1_500 { try client.send(noops) } }
        }
    }

    @Test("A sandbox stops while a reply is held back")
    func stopsWhileHolding() async throws {
        try await withSandbox(slowReply: .seconds(3_600)) { sandbox, inbox in
            let client = try transaction(sandbox)
            _ = try client.say("RCPT TO:<slow@simulator.test>")
            _ = try client.say("DATA")
            try client.send(".\r\n")
            await sandbox.stop()
            #expect(try client.isAtEnd())
        }
    }

    @Test("Every behaviour is described, and its address plays it", arguments: SimulatedAddress.allCases)
    func described(_ simulated: SimulatedAddress) {
        #expect(SimulatedAddress(playedBy: simulated.address) == simulated)
        #expect(!simulated.summary.isEmpty)
        #expect(simulated.address.hasSuffix("@simulator.test"))
    }

    private func transaction(_ sandbox: Sandbox, from: String = "a@b.c", size: Int = 40) throws -> Client {
        let client = try Client(port: sandbox.port)
        _ = try client.reply()
        _ = try client.say("EHLO me")
        #expect(try client.say("MAIL FROM:<\(from)> SIZE=\(size)").hasPrefix("250"))
        return client
    }
}
