import Mail
import TestPeers
import Testing

@testable import Store

@Suite("Logins by OAuth in the record")
struct OAuthLoginTests {
    private static let time = Timestamp(milliseconds: 1_790_000_000_000)

    private static let first = 1_790_000_000

    private static func account(_ place: ConfiguredAccount.Login.Place = .oauth) throws -> ConfiguredAccount {
        ConfiguredAccount(
            id: "env-1", name: "work", sender: try Mailbox(parsing: "me@example.com"),
            host: "smtp.example.com",
            port: 465, security: .tls, login: .init(username: "me@example.com", proof: .token, place: place),
            isDefault: true, imapURL: nil, caFile: nil, publicKey: nil, createdAt: time)
    }

    private static func secrets(_ mark: UInt8) -> [SealedSecret] {
        [OAuthLogin.access, OAuthLogin.refresh, OAuthLogin.client].map { secret($0, mark) }
    }

    private static func secret(_ kind: String, _ mark: UInt8) -> SealedSecret {
        SealedSecret(owner: "env-1", kind: kind, octets: [UInt8](repeating: mark, count: 40))
    }

    private static func login(_ scope: String = "mail") -> OAuthLogin {
        OAuthLogin(
            provider: "microsoft", clientID: "id", authorizationURL: "https://a.example/auth",
            deviceURL: "https://a.example/device", tokenURL: "https://a.example/token", scope: scope,
            caFile: "/ca", generation: first,
            issuedAt: time, expiresAt: time.adding(seconds: 3_600))
    }

    private static func signedIn(_ body: (Store) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/envelope.db")
            try await store.keep(try account(), secrets: secrets(1), oauth: login())
            try await body(store)
            try store.close()
        }
    }

    @Test("It is read as it was kept, and says so of its account")
    func kept() async throws {
        try await Self.signedIn { store in
            let login = try store.oauthLogin(of: "env-1")
            #expect(login == Self.login())
            let accounts = [try Self.account()]
            #expect(try store.configuredAccounts() == accounts)
            #expect(try store.secrets().count == 3)
            #expect(try store.oauthLogin(of: "env-2") == nil)
        }
    }

    @Test("A new sign-in is heard of by processes that run, and ends the rest of a mailbox that was refused")
    func wakes() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org"])
            try await store.settle(claim, Samples.accepted(claim, at: Samples.later))
            try await store.keep(try Self.account(), secrets: Self.secrets(1), oauth: Self.login())
            func lease() async throws -> MailboxLease? {
                try await store.leaseMailbox(
                    of: "env-1", token: "t", for: 60, at: Samples.later, despiteRefusal: false)
            }
            for change in 1...3 {
                let first = try #require(try await lease(), "\(change)")
                try await store.rest(first, for: 3_600, at: Samples.later)
                #expect(try await lease() == nil)
                let number = try store.accountChanges()
                switch change {
                case 1:
                    #expect(
                        try await store.signedInAgain("env-1", Self.login(), secrets: Self.secrets(2)))
                case 2: try await store.resume("env-1")
                default:
                    try await store.keep(try Self.account(), secrets: Self.secrets(3), oauth: Self.login())
                }
                #expect(try store.accountChanges() > number)
            }
            #expect(try await lease() != nil)
        }
    }

    @Test("New tokens take the place of the generation that they follow, and of no other")
    func renewed() async throws {
        try await Self.signedIn { store in
            let later = Self.time.adding(seconds: 60)
            func renew(_ generation: Int, _ mark: UInt8) async throws -> Bool {
                try await store.renewed(
                    "env-1", generation: generation, secrets: [Self.secret(OAuthLogin.access, mark)],
                    issuedAt: later, expiresAt: later.adding(seconds: 60))
            }
            #expect(try await store.beginRenewal(of: "env-1", generation: Self.first, at: later))
            #expect(try store.oauthLogin(of: "env-1")?.renewingSince == later)
            #expect(
                try await store.beginRenewal(
                    of: "env-1", generation: Self.first, at: later.adding(seconds: 9)))
            // The first one without an answer counts.
            #expect(try store.oauthLogin(of: "env-1")?.renewingSince == later)
            #expect(try await renew(Self.first, 2))
            #expect(try await renew(Self.first, 3) == false)
            #expect(try await store.beginRenewal(of: "env-1", generation: Self.first, at: later) == false)
            let login = try #require(try store.oauthLogin(of: "env-1"))
            #expect(
                login.generation == Self.first + 1 && login.renewingSince == nil && login.issuedAt == later)
            #expect(try store.secret(of: "env-1", OAuthLogin.access)?.octets.first == 2)
            #expect(try store.secret(of: "env-1", OAuthLogin.refresh)?.octets.first == 1)
            try await store.lose("env-1", generation: Self.first, because: "too late")
            #expect(try store.oauthLogin(of: "env-1")?.lost == nil)
            try await store.lose("env-1", generation: Self.first + 1, because: "revoked")
            #expect(try store.oauthLogin(of: "env-1")?.lost == "revoked")
            let isRenewed = try await store.renewed(
                "env-2", generation: 1, secrets: [], issuedAt: later, expiresAt: later)
            #expect(!isRenewed)
        }
    }

    @Test("A sign-in takes the place of the last one whole, and a renewal that was under way finds it gone")
    func signedInAgain() async throws {
        try await Self.signedIn { store in
            try await store.lose("env-1", generation: Self.first, because: "revoked")
            #expect(
                try await store.signedInAgain(
                    "env-1", Self.login("more"), secrets: Array(Self.secrets(7).prefix(2))))
            let login = try #require(try store.oauthLogin(of: "env-1"))
            #expect(login.generation == Self.first + 1 && login.lost == nil && login.scope == "more")
            // The new client has no secret.
            #expect(try store.secrets().map(\.kind) == [OAuthLogin.access, OAuthLogin.refresh])
            #expect(
                try await store.renewed(
                    "env-1", generation: Self.first, secrets: [], issuedAt: Self.time, expiresAt: Self.time)
                    == false)
            #expect(try await store.signedInAgain("env-2", Self.login(), secrets: []) == false)
        }
    }

    @Test("It goes with its account, and with another kind of login; its number never goes back")
    func gone() async throws {
        try await Self.signedIn { store in
            try await store.keep(try Self.account(), secrets: Self.secrets(2), oauth: Self.login())
            #expect(try store.oauthLogin(of: "env-1")?.generation == Self.first + 1)
            try await store.keep(try Self.account(.file("/token")), secrets: [])
            #expect(try (store.oauthLogin(of: "env-1") == nil && store.secrets().isEmpty))
            #expect(try store.configuredAccounts().first?.login?.place == .file("/token"))
            try await store.keep(try Self.account(), secrets: Self.secrets(2), oauth: Self.login())
            #expect(try await store.removeConfiguredAccount("env-1") == 0)
            #expect(try (store.oauthLogin(of: "env-1") == nil && store.secrets().isEmpty))
        }
    }
}
