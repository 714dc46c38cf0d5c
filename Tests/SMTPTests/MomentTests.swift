import Mail
import SMTP
import Synchronization
import TestPeers
import Testing

/// What `progress` hears, in which order, and what the server has by then.
@Suite("Moments of a transaction")
struct MomentTests {
    private static let opening: [TransactionMoment] = [
        .phase(.resolve), .phase(.mail), .phase(.rcpt), .phase(.data), .phase(.body), .halfOfBodySent,
    ]
    private static let end: [TransactionMoment] = [
        .phase(.finalDot), .finalDotSent, .finalDotAnswered, .phase(.done),
    ]

    @Test(
        "They are told in order, each once, with few and many octets, with and without pipelining",
        arguments: [["PIPELINING"], []], [1, 10_000])
    func areInOrder(_ offers: [String], _ lines: Int) async throws {
        try await withSink(offers: offers) { sink in
            let transport = SMTPTransport(
                server: try SubmissionServer(host: "127.0.0.1", port: sink.port, security: .plain))
            let text = String(repeating: "A line of some length.\r\n", count: lines)
            let mailData = try MailData(checking: Array(text.utf8))
            let envelope = try #require(
                Envelope(
                    reversePath: try Address(parsing: "me@example.com"),
                    forwardPaths: [try Address(parsing: "ada@example.org")]))
            let moments = Mutex<[TransactionMoment]>([])
            let taken = Mutex<[Int]>([])
            let transaction = await transport.carry(
                mailData, in: envelope, gate: {},
                progress: { moment in
                    moments.withLock { $0.append(moment) }
                    if [.halfOfBodySent, .finalDotAnswered].contains(moment) {
                        taken.withLock { $0.append(sink.count) }
                    }
                })
            await transport.close()
            #expect(transaction.outcomes == [.accepted])
            #expect(moments.withLock { $0 } == Self.opening + Self.end)
            #expect(taken.withLock { $0 } == [0, 1], "taken with the answer to the dot, not before")
        }
    }

    @Test("Without the gate the last octets never leave, and no moment says so")
    func endsAtGate() async throws {
        try await withSink { sink in
            let transport = SMTPTransport(
                server: try SubmissionServer(host: "127.0.0.1", port: sink.port, security: .plain))
            let envelope = try #require(
                Envelope(
                    reversePath: try Address(parsing: "me@example.com"),
                    forwardPaths: [try Address(parsing: "ada@example.org")]))
            let moments = Mutex<[TransactionMoment]>([])
            _ = await transport.carry(
                try MailData(checking: Array("Hello.\r\n".utf8)), in: envelope,
                gate: { throw CancellationError() },
                progress: { moment in moments.withLock { $0.append(moment) } })
            await transport.close()
            #expect(moments.withLock { $0 } == Self.opening)
            #expect(sink.count == 0)
        }
    }
}
