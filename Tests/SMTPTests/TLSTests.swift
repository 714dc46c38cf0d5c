import Mail
import SMTP
import TestPeers
import Testing

@Suite("TLS to a submission server")
struct TLSTests {
    private let mailData: MailData
    private let envelope: Envelope

    init() throws {
        mailData = try MailData(checking: Array("Subject: Hello\r\n\r\nHello.\r\n".utf8))
        let ada = try Address(parsing: "ada@example.org")
        envelope = try #require(
            Envelope(reversePath: try Address(parsing: "me@example.com"), forwardPaths: [ada]))
    }

    private func carry(
        to host: String, _ peer: TLSPeer, _ security: SubmissionServer.Security, caFile: String?,
        password: String = "s3cret",
        messages: Int = 1
    ) async throws -> Transaction {
        var options = SMTPOptions()
        options.caFile = caFile
        let transport = SMTPTransport(
            server: try SubmissionServer(host: host, port: peer.port, security: security),
            credentials: .password(username: "user", secret: Secret(password)), options: options)
        var transaction = Transaction(forwardPaths: [])
        for _ in 0..<messages {
            transaction = await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
        }
        await transport.close()
        return transaction
    }

    @Test("Two messages go over one trusted line", arguments: SubmissionServer.Security.encrypted)
    func succeeds(_ security: SubmissionServer.Security) async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: security == .implicitTLS) { peer in
            let transaction = try await carry(
                to: "localhost", peer, security, caFile: peer.caFile, messages: 2)
            #expect(transaction.outcomes == [.accepted], "\(transaction)")
            #expect(try peer.taken() == [mailData.bytes, mailData.bytes])
            #expect(try peer.heardInClear().allSatisfy { $0.hasPrefix("EHLO") || $0 == "STARTTLS" })
            #expect(!transaction.conversation.joined().contains("AHVzZXIAczNjcmV0"))
        }
    }

    @Test(
        "An untrusted certificate ends it before the password", arguments: SubmissionServer.Security.encrypted
    )
    func refusesUntrusted(_ security: SubmissionServer.Security) async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: security == .implicitTLS) { peer in
            let transaction = try await carry(to: "localhost", peer, security, caFile: nil)
            let failure = try #require(transaction.failure)
            #expect(failure.code == .tlsFailed && failure.retryable && !failure.mayHaveBeenDelivered)
            #expect(transaction.phase == .tls && transaction.outcomes == [.deferred])
            #expect(transaction.fault?.curlCode == "CURLE_PEER_FAILED_VERIFICATION")
            #expect(failure.hint.contains("CA file"), "\(failure)")
            #expect(try peer.taken().isEmpty)
            #expect(try peer.heardInClear().allSatisfy { !$0.hasPrefix("AUTH") })
        }
    }

    @Test("A certificate for another name ends it", arguments: SubmissionServer.Security.encrypted)
    func refusesOtherName(_ security: SubmissionServer.Security) async throws {
        try await withTLSPeer(certificateFor: "mail.example.org", implicitTLS: security == .implicitTLS) {
            peer in
            let transaction = try await carry(to: "localhost", peer, security, caFile: peer.caFile)
            let failure = try #require(transaction.failure)
            #expect(failure.code == .tlsFailed && failure.retryable)
            #expect(failure.hint.contains("another name"), "\(failure)")
            #expect(try peer.taken().isEmpty)
        }
    }

    @Test("TLS older than 1.2 is refused")
    func refusesOldTLS() async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: true, oldProtocolOnly: true) { peer in
            let transaction = try await carry(to: "localhost", peer, .implicitTLS, caFile: peer.caFile)
            #expect(transaction.failure?.code == .tlsFailed)
            #expect(transaction.failure?.hint.contains("TLS 1.2") == true)
            #expect(try peer.taken().isEmpty)
        }
    }

    @Test("A wrong password over TLS is a failed login")
    func refusesWrongPassword() async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: true) { peer in
            let transaction = try await carry(
                to: "localhost", peer, .implicitTLS, caFile: peer.caFile, password: "wrong")
            #expect(transaction.failure?.code == .authFailed)
            #expect(transaction.sessionRefusal?.code == 535)
            #expect(transaction.phase == .auth)
        }
    }

    @Test("smtp:// to a port that wants TLS at once hears nothing, and is told which port wants what")
    func explainsWrongMode() async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: true) { peer in
            var options = SMTPOptions()
            options.deadlines.connect = .seconds(2)
            let transport = SMTPTransport(
                server: try SubmissionServer(host: "localhost", port: peer.port, security: .startTLS),
                credentials: nil, options: options)
            let transaction = await transport.carry(mailData, in: envelope, gate: {}, progress: { _ in })
            #expect(transaction.failure?.code == .timeout)
            #expect(transaction.failure?.hint.contains("port 465 wants smtps://") == true)
        }
    }

    @Test("A CA file that is missing is named")
    func refusesMissingCAFile() async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: true) { peer in
            let transaction = try await carry(to: "localhost", peer, .implicitTLS, caFile: "/nowhere/ca.pem")
            #expect(transaction.failure?.code == .tlsFailed && transaction.failure?.retryable == true)
            #expect(transaction.failure?.hint.contains("CA file") == true, "\(transaction)")
        }
    }
}

extension SubmissionServer.Security {
    static let encrypted: [SubmissionServer.Security] = [.implicitTLS, .startTLS]
}
