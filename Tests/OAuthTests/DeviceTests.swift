import Curl
import JSON
import OAuth
import Synchronization
import TestPeers
import Testing

@Suite("A code for another device")
struct DeviceTests {
    private static func signIn(
        _ settings: String, id: String = "public-client", secret: String? = nil
    ) async throws -> (grant: Result<TokenGrant, OAuthError>, waits: [Double], state: OAuthPeer.State) {
        let engine = Engine()
        return try await withOAuthPeer { peer in
            try peer.behave(settings)
            let client = try client(peer, engine, id: id, secret: secret)
            let waits = Mutex<[Double]>([])
            let grant: Result<TokenGrant, OAuthError>
            do throws(OAuthError) {
                let code = try await DeviceAuthorization.begin(client)
                #expect(code.userCode == "BCDF-GHJK")
                #expect(code.page == "http://127.0.0.1/device")
                grant = .success(
                    try await code.grant(client) { time in
                        waits.withLock {
                            $0.append(Double(time.components.seconds))
                        }
                    })
            } catch {
                grant = .failure(error)
            }
            await engine.shutdown()
            return (grant, waits.withLock { $0 }, try peer.state)
        }
    }

    @Test("It is asked until the person has agreed, five seconds slower each time the server says so")
    func granted() async throws {
        let (grant, waits, state) = try await Self.signIn(
            #"{"pending": 3, "slow_down": 2, "interval": 4, "expires_in": 3599}"#)
        let token = try grant.get()
        #expect(token.seconds == 3_599)
        #expect(state.secrets.contains(token.accessToken))
        let refresh = try #require(token.refreshToken)
        #expect(state.secrets.contains(refresh))
        #expect(waits == [4, 9, 14, 14, 14, 14])
        #expect(!"\(token) \(String(reflecting: token))".contains(token.accessToken))
    }

    @Test(
        "A no, a code that ran out, and nobody who comes",
        arguments: [
            (#"{"consent": "no"}"#, OAuthError.Kind.denied), (#"{"consent": "expired"}"#, .expired),
            (#"{"pending": 100, "code_expires_in": 20, "interval": 5}"#, .expired),
            (#"{"fault": "invalid_scope"}"#, .refused), (#"{"fault": "503"}"#, .unavailable),
        ])
    func notGranted(settings: String, kind: OAuthError.Kind) async throws {
        let (grant, waits, _) = try await Self.signIn(settings)
        #expect(throws: OAuthError.self) { try grant.get() }
        if case .failure(let error) = grant { #expect(error.kind == kind, "\(error)") }
        #expect(waits.reduce(0, +) <= 25)
    }

    @Test("A client that the server does not know, or whose secret is wrong, is named so")
    func unknownClient() async throws {
        for (id, secret) in [("nobody", nil), ("secret-client", "wrong-planted-secret")]
            as [(String, String?)]
        {
            let (grant, _, _) = try await Self.signIn("{}", id: id, secret: secret)
            guard case .failure(let error) = grant else {
                Issue.record("it was granted")
                return
            }
            #expect(error.kind == .clientRefused && error.code == "invalid_client")
            #expect(!"\(error)".contains("planted"))
        }
    }
}
