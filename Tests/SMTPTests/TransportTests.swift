import Curl
import Mail
import SMTP
import Synchronization
import TestPeers
import Testing

@Suite("Many messages, few connections, cancelling")
struct TransportTests {
    private func message(_ number: Int) throws -> MailData {
        try MailData(checking: Array("Subject: \(number)\r\n\r\n.body of \(number)\r\n".utf8))
    }

    private func envelope() throws -> Envelope {
        let ada = try Address(parsing: "ada@example.org")
        return try #require(
            Envelope(reversePath: try Address(parsing: "me@example.com"), forwardPaths: [ada]))
    }

    private func server(_ port: Int) throws -> SubmissionServer {
        try SubmissionServer(host: "127.0.0.1", port: port, security: .plain)
    }

    @Test(
        "64 messages at once arrive exactly once each over four connections", arguments: [["PIPELINING"], []])
    func carriesMany(_ offers: [String]) async throws {
        try await withSink(offers: offers) { sink in
            let transport = SMTPTransport(server: try server(sink.port))
            let envelope = try envelope()
            let messages = try (0..<64).map { try message($0) }
            let outcomes = await withTaskGroup(of: [Outcome].self) { group in
                for message in messages {
                    group.addTask {
                        await transport.carry(message, in: envelope, gate: {}, progress: { _ in }).outcomes
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            await transport.close()
            #expect(outcomes == Array(repeating: .accepted, count: 64))
            #expect(sink.connections <= 4)
            let wanted = messages.map { String(decoding: $0.bytes, as: UTF8.self) }.sorted()
            let taken = sink.taken.map {
                String(decoding: $0, as: UTF8.self).replacing("\r\n..", with: "\r\n.")
            }.sorted()
            #expect(taken == wanted)
        }
    }

    @Test("Connects with TLS that hang keep none without TLS from its turn")
    func hasTurnsOfTwoKinds() async throws {
        let silent = try Dialogue(name: "silent", parsing: "A peer that never says a word.\n\nS: (stall)\n")
        let engine = Engine(limits: .init(tlsConnectsInFlight: 1, plainConnectsInFlight: 1))
        try await withPeer(silent) { peer in
            try await withSink { sink in
                let hanging = SMTPTransport(
                    server: try SubmissionServer(host: "127.0.0.1", port: peer.port, security: .implicitTLS),
                    credentials: nil, options: SMTPOptions(), engine: engine)
                let (message, envelope) = (try message(1), try envelope())
                let stuck = Task {
                    await hanging.carry(message, in: envelope, gate: {}, progress: { _ in })
                }
                try await eventually { peer.connections == 1 }
                let plain = SMTPTransport(
                    server: try server(sink.port), credentials: nil, options: SMTPOptions(), engine: engine)
                let transaction = await plain.carry(message, in: envelope, gate: {}, progress: { _ in })
                #expect(transaction.outcomes == [.accepted])
                stuck.cancel()
                #expect(await stuck.value.fault?.kind == .cancelled)
                await plain.close()
            }
        }
        await engine.shutdown()
    }

    @Test("Sick peers beside a busy one do not hold it up")
    func isNotHeldUp() async throws {
        let silent = try Dialogue(name: "silent", parsing: "A peer that never says a word.\n\nS: (stall)\n")
        let stuck = try Dialogue(
            name: "stuck",
            parsing:
                "A peer that stops in the middle.\n\nS: 220 hi\nC: EHLO *\nS: 250 hi\nC: MAIL*\nS: (stall)\n")
        let engine = Engine()
        try await withPeer(silent) { silentPeer in
            try await withPeer(stuck) { stuckPeer in
                try await withSink { sink in
                    let envelope = try envelope()
                    let mail = try message(0)
                    let sick = try [silentPeer.port, stuckPeer.port].map { port in
                        let transport = SMTPTransport(
                            server: try server(port), credentials: nil, options: SMTPOptions(), engine: engine
                        )
                        return Task {
                            await transport.carry(mail, in: envelope, gate: {}, progress: { _ in })
                        }
                    }
                    await stuckPeer.settled()
                    await silentPeer.settled()
                    let busy = SMTPTransport(
                        server: try server(sink.port), credentials: nil, options: SMTPOptions(),
                        engine: engine)
                    for _ in 0..<200 {
                        let transaction = await busy.carry(mail, in: envelope, gate: {}, progress: { _ in })
                        #expect(transaction.outcomes == [.accepted])
                    }
                    #expect(sink.count == 200)
                    // Their deadlines are a minute away; a cancel ends them at once, and nothing was sent.
                    for task in sick {
                        task.cancel()
                        let transaction = await task.value
                        #expect(transaction.fault?.kind == .cancelled)
                        #expect(transaction.outcomes == [.notAttempted])
                        #expect(!transaction.finalDotMayHaveLeft)
                    }
                }
            }
        }
        await engine.shutdown()
    }

    @Test("A cancel while the gate is asked closes the line without the final dot")
    func cancelsBeforeGate() async throws {
        try await withSink { sink in
            let transport = SMTPTransport(server: try server(sink.port))
            let (asked, askedSaid) = AsyncStream.makeStream(of: Void.self)
            let envelope = try envelope()
            let mail = try message(1)
            let task = Task {
                await transport.carry(
                    mail, in: envelope,
                    gate: {
                        askedSaid.yield()
                        // Opens only for a cancel, as a commit that comes too late.
                        while !Task.isCancelled { await Task.yield() }
                    }, progress: { _ in })
            }
            for await _ in asked { break }
            task.cancel()
            let transaction = await task.value
            #expect(transaction.fault?.kind == .cancelled)
            #expect(!transaction.finalDotMayHaveLeft)
            #expect(transaction.outcomes == [.notAttempted])
            await transport.close()
            #expect(sink.count == 0)
        }
    }

    @Test("A cancel after the gate has no effect: the answer to the final dot is awaited")
    func cannotBeCancelledAfterGate() async throws {
        try await withSink { sink in
            let transport = SMTPTransport(server: try server(sink.port))
            let envelope = try envelope()
            let mail = try message(1)
            let task = Mutex<Task<Transaction, Never>?>(nil)
            let (entered, enteredSaid) = AsyncStream.makeStream(of: Void.self)
            let running = Task {
                for await _ in entered { break }
                return await transport.carry(
                    mail, in: envelope, gate: {},
                    progress: { moment in
                        if moment == .finalDotSent { task.withLock { $0?.cancel() } }
                    })
            }
            task.withLock { $0 = running }
            enteredSaid.yield()
            #expect(await running.value.outcomes == [.accepted])
            #expect(sink.count == 1)
            await transport.close()
        }
    }

    @Test("A message that queues for a connection can be cancelled; the one that holds it goes on")
    func cancelsInQueue() async throws {
        try await withSink { sink in
            var options = SMTPOptions()
            options.connectionsPerServer = 1
            let transport = SMTPTransport(server: try server(sink.port), options: options)
            let envelope = try envelope()
            let (first, second) = (try message(1), try message(2))
            let (holding, holdingSaid) = AsyncStream.makeStream(of: Void.self)
            let (release, releaseSaid) = AsyncStream.makeStream(of: Void.self)
            let holder = Task {
                await transport.carry(
                    first, in: envelope,
                    gate: {
                        holdingSaid.yield()
                        for await _ in release { break }
                    }, progress: { _ in })
            }
            for await _ in holding { break }
            let queued = Task { await transport.carry(second, in: envelope, gate: {}, progress: { _ in }) }
            queued.cancel()
            #expect(await queued.value.fault?.kind == .cancelled)
            releaseSaid.yield()
            #expect(await holder.value.outcomes == [.accepted])
            #expect(sink.count == 1)
            await transport.close()
        }
    }

    @Test("A plain connection beyond this machine is refused before anything is looked up")
    func refusesPlainElsewhere() async throws {
        let transport = SMTPTransport(
            server: try SubmissionServer(host: "mail.example.org", port: 25, security: .plain))
        let transaction = await transport.carry(
            try message(1), in: try envelope(), gate: {}, progress: { _ in })
        #expect(transaction.fault?.kind == .plainNotAllowed)
        #expect(transaction.failure?.code == .tlsFailed)
        #expect(transaction.outcomes == [.rejected])
        #expect(transaction.conversation.isEmpty)
    }

    @Test("A host that does not exist, and a port that nobody listens on, are told apart")
    func tellsUnreachableApart() async throws {
        let nowhere = SMTPTransport(
            server: try SubmissionServer(host: "nowhere.invalid", port: 465, security: .implicitTLS))
        let unresolved = await nowhere.carry(try message(1), in: try envelope(), gate: {}, progress: { _ in })
        #expect(unresolved.fault?.kind == .resolveFailed && unresolved.phase == .resolve)
        #expect(unresolved.failure?.hint.contains("DNS") == true)
        #expect(unresolved.outcomes == [.deferred])

        let port = try await withSink { $0.port }
        let closed = SMTPTransport(server: try server(port))
        let refused = await closed.carry(try message(1), in: try envelope(), gate: {}, progress: { _ in })
        #expect(refused.fault?.kind == .connectFailed && refused.phase == .connect, "\(refused)")
        #expect(refused.fault?.curlCode == "CURLE_COULDNT_CONNECT")
    }

    @Test("After the engine's shutdown a message ends as not sent")
    func endsWithEngine() async throws {
        try await withSink { sink in
            let engine = Engine()
            let transport = SMTPTransport(
                server: try server(sink.port), credentials: nil, options: SMTPOptions(), engine: engine)
            let before = await transport.carry(
                try message(1), in: try envelope(), gate: {}, progress: { _ in })
            #expect(before.outcomes == [.accepted])
            await engine.shutdown()
            let after = await transport.carry(
                try message(2), in: try envelope(), gate: {}, progress: { _ in })
            #expect(after.outcomes == [.notAttempted], "\(after)")
            #expect(sink.count == 1)
        }
    }

    @Test("Hundreds of lines in the greeting and in EHLO hide neither what is offered nor the login")
    func readsLongSession() async throws {
        let greeting = String(repeating: "S: 220-welcome\n", count: 120)
        let offers = String(repeating: "S: 250-XNOTHING\n", count: 120)
        let dialogue = try Dialogue(
            name: "long",
            parsing: """
                A server of many words.
                login: password
                recipients: žofie@example.org

                \(greeting)S: 220 peer.test
                C: EHLO client.test
                S: 250-peer.test
                \(offers)S: 250-AUTH PLAIN
                S: 250 SMTPUTF8
                C: AUTH PLAIN *
                S: 235 ok
                C: MAIL FROM:<me@example.com> SMTPUTF8
                S: 250 ok
                C: RCPT TO:<žofie@example.org>
                S: 250 ok
                C: DATA
                S: 354 go ahead
                C: (mail data)
                C: .
                S: 250 ok
                """)
        try await withPeer(dialogue) { peer in
            let scene = try Scene(dialogue, port: peer.port)
            let transaction = await scene.transport.carry(
                scene.mailData, in: scene.envelope, gate: {}, progress: { _ in })
            await scene.transport.close()
            #expect(transaction.outcomes == [.accepted], "\(transaction)")
            #expect(peer.problems.isEmpty)
        }
    }
}
