import Mail
import SMTP
import Synchronization
import TestPeers
import Testing

/// What the pool does when a server takes fewer connections than it was told.
@Suite("Servers that take few connections")
struct CrowdTests {
    private func transport(_ port: Int, connections: Int) throws -> SMTPTransport {
        var options = SMTPOptions()
        options.connectionsPerServer = connections
        options.transactionsPerConnection = 10_000
        options.ehloName = "client.test"
        return SMTPTransport(
            server: try SubmissionServer(host: "127.0.0.1", port: port, security: .plain), options: options)
    }

    private let mailData: MailData
    private let envelope: Envelope

    init() throws {
        mailData = try MailData(checking: Array("Subject: Hello\r\n\r\nHello.\r\n".utf8))
        envelope = try #require(
            Envelope(
                reversePath: try Address(parsing: "me@example.com"),
                forwardPaths: [try Address(parsing: "ada@example.org")]))
    }

    /// One message holds a connection while the server answers a second one with these lines; then the first goes on.
    private func crowd(
        _ second: String, on transport: (Int) throws -> SMTPTransport,
        _ check: (Transaction, ScriptedPeer) -> Void
    ) async throws {
        let dialogue = try Dialogue(
            name: "crowd",
            parsing:
                "A second connection is one too many.\n\nS: 220 peer.test\nC: EHLO client.test\nS: 250 peer.test\n"
                + Dialogue.takenTransaction + Dialogue.takenTransaction + "--- again ---\n" + second)
        try await withPeer(dialogue) { peer in
            let transport = try transport(peer.port)
            let (held, hold) = AsyncStream.makeStream(of: Void.self)
            let (mayGo, go) = AsyncStream.makeStream(of: Void.self)
            let first = Task { [mailData, envelope] in
                await transport.carry(
                    mailData, in: envelope,
                    gate: {
                        hold.yield()
                        for await _ in mayGo { break }
                    }, progress: { _ in })
            }
            for await _ in held { break }
            let other = Task { [mailData, envelope] in
                await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
            }
            await peer.settled()
            go.yield()
            #expect(await first.value.outcomes == [.accepted])
            check(await other.value, peer)
            await transport.close()
        }
    }

    @Test(
        "A message that meets the limit goes over a connection that is open, in the same attempt",
        arguments: [
            "S: 421 4.7.0 Too many connections\nS: (drop)\n", "S: 421 4.3.2 not now\nS: (drop)\n",
            "S: 421 4.7.0 not now\nS: (drop)\n", "S: 421 too many concurrent SMTP connections\nS: (drop)\n",
            "S: 220 hi\nC: EHLO *\nS: 250 hi\nC: MAIL*\nS: 432 4.3.2 Concurrent connections limit exceeded\n"
                + "C: RSET\nS: 250 ok\nC: QUIT\nS: (drop)\n",
        ])
    func triesAgain(_ second: String) async throws {
        try await crowd(second, on: { try transport($0, connections: 4) }) { transaction, peer in
            #expect(transaction.outcomes == [.accepted], "\(transaction.conversation)")
            #expect(peer.connections == 2 && peer.taken.count == 2)
            #expect(transaction.conversation.contains { $0.contains("takes no more connections") })
        }
    }

    @Test("Another 421 is no limit: the message is put off")
    func isNoLimit() async throws {
        try await crowd("S: 421 4.4.2 disk trouble\nS: (drop)\n", on: { try transport($0, connections: 4) }) {
            transaction, peer in
            #expect(transaction.outcomes == [.deferred] && peer.taken.count == 1)
        }
    }

    @Test("With no connection of ours beside it the refusal is the account's, and only one try is made")
    func isAlone() async throws {
        try await withSink(mostConnections: 0) { sink in
            let transport = try transport(sink.port, connections: 4)
            let transaction = await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
            #expect(transaction.outcomes == [.deferred] && transaction.accountSign?.kind == .rateLimit)
            #expect(sink.refused == 1)
            await transport.close()
        }
    }

    @Test("The limit goes down to what the server takes, and up again by one after 20 accepted messages")
    func learns() async throws {
        try await withSink(mostConnections: 3) { sink in
            let transport = try transport(sink.port, connections: 8)
            let accepted = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 {
                    group.addTask { [mailData, envelope] in
                        await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in }).outcomes
                            == [.accepted]
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            await transport.close()
            #expect(accepted == 200 && sink.count == 200 && sink.connections <= 3)
            // Five at the start, then one whenever it dares to ask for a fourth again.
            #expect((6...16).contains(sink.refused), "\(sink.refused)")
        }
    }
}
