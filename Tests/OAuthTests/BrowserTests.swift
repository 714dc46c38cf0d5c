import Curl
import Foundation
import Glibc
import OAuth
import TestPeers
import Testing

@Suite("A sign-in by a browser on this machine")
struct BrowserTests {
    /// - Parameter visit: what the browser is led to, given the request's own URL.
    private static func signIn(
        _ settings: String = "{}", within time: Duration = .seconds(60),
        visit: @escaping @Sendable (OAuthPeer, AuthorizationRequest, Int) async throws -> Void = {
            peer, request, _ in _ = try await peer.browse(request.url)
        }
    ) async throws -> (grant: Result<TokenGrant, OAuthError>, state: OAuthPeer.State) {
        let engine = Engine()
        return try await withOAuthPeer { peer in
            try peer.behave(settings)
            let client = try client(peer, engine)
            let door = try LoopbackRedirect()
            let request = try AuthorizationRequest(
                client, port: door.port, random: octets(64), sha256: sha256)
            async let visited: Void = visit(peer, request, door.port)
            let grant: Result<TokenGrant, OAuthError>
            do throws(OAuthError) {
                grant = .success(try await client.redeem(door.code(for: request, within: time), of: request))
            } catch {
                grant = .failure(error)
            }
            try await visited
            await engine.shutdown()
            return (grant, try peer.state)
        }
    }

    @Test("The code comes to a port of this machine and is worth a token, by PKCE that the server checks")
    func granted() async throws {
        let (grant, state) = try await Self.signIn { peer, request, _ in
            let (status, text) = try await peer.browse(request.url)
            #expect(status == 200)
            #expect(text.contains("close this page"))
        }
        let token = try grant.get()
        #expect(state.secrets.contains(token.accessToken))
        #expect(state.granted == ["authorization_code": 1])
    }

    @Test("The URL holds the challenge and never the verifier, and two are never the same")
    func url() async throws {
        try await withOAuthPeer { peer in
            let client = try client(peer, Engine())
            let requests = try (0..<2).map { _ in
                try AuthorizationRequest(client, port: 1, random: octets(64), sha256: sha256)
            }
            #expect(requests[0].url != requests[1].url)
            let random = octets(64)
            let request = try AuthorizationRequest(client, port: 1, random: random, sha256: sha256)
            let verifier = Data(random[32...]).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
            #expect(verifier.count == 43)
            #expect(!request.url.contains(verifier) && !request.url.contains(OAuthPeer.clientSecret))
            #expect(!String(reflecting: request).contains(verifier))
            let challenge = Data(sha256(Array(verifier.utf8))).base64EncodedString()
                .replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
            #expect(request.url.contains("code_challenge=\(challenge)"))
            #expect(request.url.contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A1&"))
        }
    }

    @Test("An answer of another state is refused and does not end the wait for the right one")
    func foreignState() async throws {
        let (grant, state) = try await Self.signIn(#"{"consent": "wrong_state"}"#) { peer, request, port in
            #expect(try await peer.browse(request.url).status == 400)
            for path in ["/?code=forged", "/?code=forged&state=", "/favicon.ico", "/?state=a&state=a&code=b"]
            {
                let (status, _) = try await peer.browse("http://127.0.0.1:\(port)\(path)")
                #expect(status == (path == "/favicon.ico" ? 404 : 400), "\(path)")
            }
            try peer.behave("{}")
            #expect(try await peer.browse(request.url).status == 200)
        }
        _ = try grant.get()
        #expect(state.granted == ["authorization_code": 1] && state.refused.isEmpty)
    }

    @Test("A no comes back with the server's words made harmless")
    func denied() async throws {
        let (grant, state) = try await Self.signIn(#"{"consent": "no"}"#)
        guard case .failure(let error) = grant else {
            Issue.record("it was granted")
            return
        }
        #expect(error.kind == .denied)
        #expect(error.detail == #"it said access_denied: "said [31mno at all""#)
        #expect(state.granted.isEmpty)
    }

    @Test("A code that was taken on the way is worth nothing without the verifier")
    func stolen() async throws {
        try await withOAuthPeer { peer in
            let engine = Engine()
            let client = try client(peer, engine)
            let door = try LoopbackRedirect()
            let request = try AuthorizationRequest(
                client, port: door.port, random: octets(64), sha256: sha256)
            async let page = peer.browse(request.url)
            let code = try await door.code(for: request, within: .seconds(60))
            _ = try await page
            let thief = try AuthorizationRequest(client, port: door.port, random: octets(64), sha256: sha256)
            await #expect(throws: OAuthError.self) { try await client.redeem(code, of: thief) }
            #expect(try peer.state.granted.isEmpty)
            await engine.shutdown()
        }
    }

    @Test("Nobody who comes, and a task that is cancelled, end the wait")
    func ended() async throws {
        let (grant, _) = try await Self.signIn(within: .milliseconds(30)) { _, _, _ in }
        guard case .failure(let error) = grant else {
            Issue.record("it was granted")
            return
        }
        #expect(error.kind == .expired)
        try await withOAuthPeer { peer in
            let request = try AuthorizationRequest(
                try client(peer, Engine()), port: 1, random: octets(64), sha256: sha256)
            let wait = Task { try await LoopbackRedirect().code(for: request, within: .seconds(600)) }
            wait.cancel()
            await #expect(throws: OAuthError.self) { try await wait.value }
        }
    }

    @Test("Connections that say nothing, as browsers open in advance, hold nobody up")
    func silentConnections() async throws {
        let (grant, _) = try await Self.signIn { peer, request, port in
            let silent = (0..<5).map { _ in silentConnection(to: port) }
            let (status, _) = try await peer.browse(request.url)
            #expect(status == 200)
            for line in silent { close(line) }
        }
        _ = try grant.get()
    }
}
