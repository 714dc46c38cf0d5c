import Mail
import SMTP
import Sandbox
import Testing

/// The sandbox at the end of the path that real mail takes: transport, libcurl, socket.
@Suite(.timeLimit(.minutes(1))) struct SubmissionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let simulated: SimulatedAddress
        let first: Outcome
        let second: Outcome
        var code: Failure.Code?
        var reply: Int?
        var testDescription: String { simulated.rawValue }
    }

    static let cases = [
        Case(simulated: .delivered, first: .accepted, second: .accepted, reply: 250),
        Case(simulated: .rejected, first: .rejected, second: .rejected, code: .recipientRejected, reply: 550),
        Case(simulated: .mailboxFull, first: .deferred, second: .accepted, code: .mailboxFull, reply: 452),
        Case(simulated: .deferred, first: .deferred, second: .accepted, code: .deferred, reply: 451),
        Case(simulated: .slow, first: .accepted, second: .accepted, reply: 250),
        Case(
            simulated: .senderBlocked, first: .rejected, second: .rejected, code: .senderRejected, reply: 550),
        Case(simulated: .tooLarge, first: .rejected, second: .rejected, code: .messageTooLarge, reply: 552),
        Case(simulated: .unconfirmed, first: .unconfirmed, second: .unconfirmed, code: .unconfirmed),
    ]

    @Test("Each reserved address has its outcome, on the first try and on the next", arguments: cases)
    func outcomes(_ test: Case) async throws {
        try await withSandbox { sandbox, inbox in
            let transport = try transport(to: sandbox)
            let first = try await carry(over: transport, to: [test.simulated.address])
            #expect(first.outcomes == [test.first])
            #expect(first.failure?.code == test.code, "\(first.conversation)")
            #expect(first.reply(for: 0)?.reply.code == test.reply ?? 250)
            let second = try await carry(over: transport, to: [test.simulated.address])
            #expect(second.outcomes == [test.second])
            // Unconfirmed is not untaken: the inbox tells what the replies could not.
            let taken = [test.first, test.second].filter { $0 == .accepted || $0 == .unconfirmed }.count
            #expect(try inbox.list().count == taken)
            await transport.close()
        }
    }

    @Test("Every reserved address has its case here")
    func complete() {
        #expect(Set(Self.cases.map(\.simulated)) == Set(SimulatedAddress.allCases))
    }

    @Test("A refused recipient among others is seen at that recipient alone, and the octets arrive unchanged")
    func partial() async throws {
        try await withSandbox { sandbox, inbox in
            let transport = try transport(to: sandbox)
            let to = [
                "one@example.org", SimulatedAddress.rejected.address, SimulatedAddress.deferred.address,
            ]
            let transaction = try await carry(over: transport, to: to)
            #expect(transaction.outcomes == [.accepted, .rejected, .deferred])
            let message = try #require(try inbox.list().first)
            #expect(message.recipients == ["one@example.org"])
            #expect(message.reversePath == "agent@example.org")
            #expect(Array(try inbox.message(id: message.id)[message.traceSize...]) == Self.octets)
            await transport.close()
        }
    }

    private static let octets = Array("Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nÄ\r\n".utf8)

    private func transport(to sandbox: Sandbox) throws -> SMTPTransport {
        SMTPTransport(server: try SubmissionServer(host: "127.0.0.1", port: sandbox.port, security: .plain))
    }

    private func carry(over transport: SMTPTransport, to recipients: [String]) async throws -> Transaction {
        let paths = try recipients.map { try Address(parsing: $0) }
        let envelope = try #require(
            Envelope(reversePath: try Address(parsing: "agent@example.org"), forwardPaths: paths))
        let mailData = try MailData(checking: Self.octets)
        return await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
    }
}
