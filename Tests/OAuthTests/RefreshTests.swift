import Curl
import OAuth
import TestPeers
import Testing

@Suite("A refresh token")
struct RefreshTests {
    /// A refresh token that the server has just given.
    private static func signedIn(
        _ body: (OAuthPeer, OAuthClient, _ refreshToken: String) async throws -> Void
    ) async throws {
        let engine = Engine()
        try await withOAuthPeer { peer in
            let client = try client(peer, engine)
            let grant = try await DeviceAuthorization.begin(client).grant(client) { _ in }
            try await body(peer, client, try #require(grant.refreshToken))
            await engine.shutdown()
        }
    }

    @Test("It is good once, and its successor comes with the new access token")
    func rotation() async throws {
        try await Self.signedIn { peer, client, first in
            let second = try await client.renew(first)
            #expect(second.refreshToken != nil && second.refreshToken != first)
            await #expect { try await client.renew(first) } throws: { error in
                (error as? OAuthError)?.kind == .signInAgain
                    && (error as? OAuthError)?.code == "invalid_grant"
            }
            // The whole family is gone then, which is why two processes must never show the same one.
            await #expect(throws: OAuthError.self) { try await client.renew(second.refreshToken ?? "") }
            #expect(try peer.state.reused == 1)
        }
    }

    @Test("A server that keeps the old one names none")
    func noRotation() async throws {
        try await Self.signedIn { peer, client, first in
            try peer.behave(#"{"rotate": false, "expires_in": "120"}"#.replacing("\"120\"", with: "120"))
            for _ in 1...2 {
                let grant = try await client.renew(first)
                #expect(grant.refreshToken == nil && grant.seconds == 120)
            }
        }
    }

    @Test(
        "A time that is none is not taken for one",
        arguments: [("nan", 1_800), ("inf", 86_400), ("-5", 0), ("1e999", 86_400), ("soon", 1_800)])
    func strangeTimes(_ text: String, _ seconds: Int) async throws {
        try await Self.signedIn { peer, client, first in
            try peer.behave("{\"expires_in\": \"\(text)\"}")
            #expect(try await client.renew(first).seconds == seconds)
        }
    }

    static let faults: [(fault: String, kind: OAuthError.Kind, words: String)] = [
        ("invalid_grant", .signInAgain, "as was asked"), ("interaction_required", .signInAgain, ""),
        ("invalid_client", .clientRefused, ""), ("unauthorized_client", .clientRefused, ""),
        ("invalid_scope", .refused, ""), ("temporarily_unavailable", .unavailable, ""),
        ("500", .unavailable, "500"), ("503", .unavailable, "503"), ("429", .unavailable, "429"),
        ("404", .strange, "404"), ("200", .strange, "type"), ("malformed", .strange, "JSON"),
        ("html", .strange, "JSON"), ("huge", .strange, "too long"), ("redirect", .strange, "not followed"),
        ("close", .unavailable, "reached"), ("no_type", .strange, "Bearer"),
        ("crlf", .strange, "cannot be sent|can be sent"),
        ("echo", .refused, "•••"),
    ]

    @Test(
        "What a server says instead of a token is told apart, and none of it is a secret", arguments: faults)
    func fault(fault: String, kind: OAuthError.Kind, words: String) async throws {
        try await Self.signedIn { peer, client, token in
            try peer.behave(#"{"fault": "\#(fault)"}"#)
            do {
                _ = try await client.renew(token)
                Issue.record("it was granted")
            } catch let error as OAuthError {
                #expect(error.kind == kind, "\(error)")
                #expect(
                    words.split(separator: "|").contains { error.detail.contains($0) } || words.isEmpty,
                    "\(error)")
                #expect(error.mayHaveBeenHeard)
                #expect(error.detail.utf8.count < 500)
                #expect(error.detail.unicodeScalars.allSatisfy { $0.value >= 0x20 })
                for secret in [token, OAuthPeer.clientSecret, "access-of-nobody"] {
                    #expect(!"\(error)".contains(secret))
                }
            }
            // Nothing of it was done: the token is good afterwards.
            try peer.behave("{}")
            _ = try await client.renew(token)
        }
    }

    @Test("A server that nobody can reach has certainly not heard it")
    func unreachable() async throws {
        try await Self.signedIn { peer, _, token in
            let engine = Engine()
            let other = try client(peer, engine, tokenURL: "http://127.0.0.1:1/token")
            await #expect { try await other.renew(token) } throws: { error in
                guard let error = error as? OAuthError else { return false }
                return error.kind == .unavailable && !error.mayHaveBeenHeard && error.isTemporary
            }
            await engine.shutdown()
        }
    }

    @Test("A server that says nothing is waited for until the deadline, and may have heard it")
    func silent() async throws {
        try await Self.signedIn { peer, _, token in
            try peer.behave(#"{"fault": "silent"}"#)
            let engine = Engine()
            let hurried = try client(peer, engine, deadline: .milliseconds(300))
            await #expect { try await hurried.renew(token) } throws: { error in
                guard let error = error as? OAuthError else { return false }
                return error.kind == .unavailable && error.mayHaveBeenHeard
                    && error.detail.contains("did not answer")
            }
            await engine.shutdown()
        }
    }

    @Test(
        "Endpoints are https, or on this machine",
        arguments: [
            ("https://login.example.com/token", true), ("http://127.0.0.1:8080/t", true),
            ("http://localhost/t", true),
            ("http://[::1]:1/t", true), ("http://login.example.com/token", false),
            ("http://127.0.0.1.example.com/", false),
            ("http://localhost:x@example.com/", false), ("ftp://localhost/", false),
            ("https://user@example.com/", false),
            ("https://example.com/$(id)", false), ("https://example.com/a b", false), ("", false),
            ("https://example.com/#f", false), ("http://localhost.example.com", false),
        ])
    func endpoints(url: String, isFit: Bool) {
        let made = Result { () throws -> OAuthProvider in
            try .custom(authorizationURL: nil, deviceURL: nil, tokenURL: url, scope: "mail")
        }
        #expect(((try? made.get()) != nil) == isFit)
    }

    @Test(
        "The known providers: a tenant is no way to another host",
        arguments: [
            ("common", true), ("contoso.onmicrosoft.com", true),
            ("8eaef023-2b34-4da1-9baa-8bc8c9d6a490", true),
            ("a/../b", false), ("evil.example/?", false), ("", false), ("a@b", false), ("%2e", false),
        ])
    func providers(tenant: String, isFit: Bool) throws {
        let made = Result { () throws -> OAuthProvider in try .microsoft(tenant: tenant) }
        #expect(((try? made.get()) != nil) == isFit)
        if let provider = try? made.get() {
            #expect(provider.tokenURL == "https://login.microsoftonline.com/\(tenant)/oauth2/v2.0/token")
        }
        #expect(OAuthProvider.google.deviceURL == nil)
    }
}
