import Mail
import SMTP
import TestPeers
import Testing

@Suite("A login without mail")
struct LoginCheckTests {
    private func check(
        _ peer: TLSPeer, _ security: SubmissionServer.Security, caFile: String? = nil,
        publicKey: String? = nil,
        password: String = "s3cret", patience: Duration = .milliseconds(200),
        deadline: Duration = .seconds(60)
    ) async throws -> LoginCheck {
        var options = SMTPOptions()
        options.caFile = caFile
        options.publicKey = publicKey
        options.deadlines.connect = deadline
        let transport = SMTPTransport(
            server: try SubmissionServer(host: "localhost", port: peer.port, security: security),
            credentials: .password(username: "user", secret: Secret(password)), options: options)
        let check = await transport.checkLogin(patience: patience)
        await transport.close()
        return check
    }

    @Test("It logs in and says goodbye; nothing is sent", arguments: SubmissionServer.Security.encrypted)
    func works(_ security: SubmissionServer.Security) async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: security == .implicitTLS) { peer in
            let check = try await check(peer, security, caFile: peer.caFile)
            #expect(check.failure == nil, "\(check)")
            #expect(check.conversation.contains { $0.hasPrefix("S: 235") })
            #expect(!check.conversation.joined().contains("AHVzZXIAczNjcmV0"))
            #expect(try peer.taken().isEmpty)
        }
    }

    @Test("A wrong password is told as one", arguments: SubmissionServer.Security.encrypted)
    func refused(_ security: SubmissionServer.Security) async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: security == .implicitTLS) { peer in
            let check = try await check(peer, security, caFile: peer.caFile, password: "planted")
            #expect(check.failure?.code == .authFailed)
            #expect(check.failure?.phase == .auth)
            #expect(!"\(check)".contains("planted"))
        }
    }

    @Test(
        "STARTTLS asked of a port that waits for TLS: the right pair is named, long before the deadline",
        .timeLimit(.minutes(2)))
    func waitsForTLS() async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: true) { peer in
            let check = try await check(peer, .startTLS, deadline: .seconds(86_400))
            #expect(check.otherWay == .implicitTLS, "\(check)")
            #expect(check.failure?.hint.contains("smtps://localhost:\(peer.port)") == true)
        }
    }

    @Test("TLS asked of a port that begins in clear: the right pair is named, and no password left in clear")
    func beginsInClear() async throws {
        try await withTLSPeer(certificateFor: "localhost", implicitTLS: false) { peer in
            let check = try await check(peer, .implicitTLS)
            #expect(check.otherWay == .startTLS, "\(check)")
            #expect(check.failure?.hint.contains("smtp://localhost:\(peer.port)") == true)
            #expect(try peer.heardInClear().allSatisfy { !$0.hasPrefix("AUTH") })
        }
    }

    @Test(
        "A key that nobody vouches for is shown, and pinned it is enough; another one is not",
        arguments: SubmissionServer.Security.encrypted)
    func pins(_ security: SubmissionServer.Security) async throws {
        // Another name on the certificate, too: the key alone counts.
        try await withTLSPeer(certificateFor: "bridge.test", implicitTLS: security == .implicitTLS) { peer in
            let untrusted = try await check(peer, security)
            #expect(untrusted.failure?.code == .tlsFailed)
            let key = try #require(untrusted.publicKey)
            #expect(key.hasPrefix("sha256//") && key.utf8.count == 52)
            let pinned = try await check(peer, security, publicKey: key)
            #expect(pinned.failure == nil, "\(pinned)")

            try await withTLSPeer(certificateFor: "bridge.test", implicitTLS: security == .implicitTLS) {
                other in
                let wrong = try await check(other, security, publicKey: key)
                #expect(wrong.failure?.code == .tlsFailed, "\(wrong)")
                #expect(wrong.failure?.hint.contains("another key") == true, "\(wrong)")
                #expect(try other.heardInClear().allSatisfy { !$0.hasPrefix("AUTH") })
            }
        }
    }
}
