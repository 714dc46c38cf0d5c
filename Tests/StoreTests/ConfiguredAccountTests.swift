import GRDB
import Mail
import Testing

@testable import Store

@Suite("Accounts that a person set up")
struct ConfiguredAccountTests {
    private func account(
        _ id: String, name: String? = nil,
        login: ConfiguredAccount.Login? = .init(username: "me", proof: .password, place: .sealed),
        isDefault: Bool = false, second: Double = 0
    ) throws -> ConfiguredAccount {
        ConfiguredAccount(
            id: id, name: name ?? id, sender: try Mailbox(parsing: "\"Lee, Ann\" <\(id)@example.com>"),
            host: "mail.example.com", port: 465, security: .tls, login: login, isDefault: isDefault,
            imapURL: "imaps://mail.example.com", caFile: "/ca.pem",
            publicKey: "sha256//" + String(repeating: "A", count: 43) + "=",
            createdAt: Samples.later.adding(seconds: second))
    }

    private func sealed(_ id: String) -> SealedSecret {
        SealedSecret(owner: id, kind: "smtp", octets: [UInt8](repeating: 9, count: 40))
    }

    static let logins: [ConfiguredAccount.Login?] = [
        nil, .init(username: "me", proof: .password, place: .sealed),
        .init(username: "me", proof: .token, place: .command("echo it's")),
        .init(username: "me", proof: .password, place: .file("/secret")),
    ]

    @Test("What is kept is read back as it was", arguments: logins)
    func roundTrip(login: ConfiguredAccount.Login?) async throws {
        try await withStore { store, _ in
            let account = try account("a", login: login, isDefault: true)
            try await store.keep(account, secrets: [sealed("a")])
            #expect(try store.configuredAccounts() == [account])
            #expect(try store.secret(of: "a", "smtp") == sealed("a"))
            #expect(try store.secret(of: "a", "imap") == nil)
        }
    }

    static let inboxes: [ConfiguredAccount.Inbox] = {
        var own = ConfiguredAccount.Inbox()
        own.username = "box"
        own.proof = .token
        own.place = .command("echo it's")
        own.caFile = "/imap.pem"
        own.publicKey = "sha256//" + String(repeating: "B", count: 43) + "="
        own.sentCopy = "always"
        var sealed = own
        sealed.proof = .password
        sealed.place = .sealed
        var filed = own
        filed.place = .file("/box")
        return [own, sealed, filed]
    }()

    @Test(
        "A mailbox of its own is read back too, goes again, and each change of the accounts is counted",
        arguments: inboxes)
    func inbox(inbox: ConfiguredAccount.Inbox) async throws {
        try await withStore { store, _ in
            var account = try account("a", isDefault: true)
            account.inbox = inbox
            let own = SealedSecret(owner: "a", kind: "imap", octets: [UInt8](repeating: 8, count: 40))
            var numbers = [try store.accountChanges()]
            func note() throws { numbers.append(try store.accountChanges()) }
            try await store.keep(account, secrets: [sealed("a"), own])
            try note()
            #expect(try store.configuredAccounts() == [account])
            #expect(try store.secret(of: "a", "imap") == own)
            account.inbox = .init()
            try await store.keep(account, secrets: [sealed("a")])
            try note()
            #expect(try store.configuredAccounts() == [account])
            #expect(try store.secret(of: "a", "imap") == nil)
            _ = try await store.makeDefault("a")
            try note()
            _ = try await store.removeConfiguredAccount("a")
            try note()
            #expect(numbers == numbers.sorted() && Set(numbers).count == 5, "\(numbers)")
        }
    }

    @Test("One is the default: the first, then who asks for it, then the oldest that is left")
    func defaults() async throws {
        try await withStore { store, _ in
            func names() throws -> [String] {
                try store.configuredAccounts().map { $0.name + ($0.isDefault ? "*" : "") }
            }
            try await store.keep(try account("a"), secrets: [])
            try await store.keep(try account("b", second: 1), secrets: [])
            #expect(try names() == ["a*", "b"])
            try await store.keep(try account("c", isDefault: true, second: 2), secrets: [sealed("c")])
            #expect(try names() == ["c*", "a", "b"])
            #expect(try await store.makeDefault("b"))
            #expect(try await !store.makeDefault("z"))
            #expect(try names() == ["b*", "a", "c"])
            #expect(try await store.removeConfiguredAccount("b") == 0)
            #expect(try names() == ["a*", "c"])
            #expect(try await store.removeConfiguredAccount("b") == nil)
            #expect(try await store.removeConfiguredAccount("c") == 0)
            #expect(try store.secrets().isEmpty)
        }
    }

    @Test("Two cannot have one name, and nothing of the second is kept")
    func names() async throws {
        try await withStore { store, _ in
            try await store.keep(try account("a"), secrets: [])
            await #expect(throws: DatabaseError.self) {
                try await store.keep(try account("b", name: "a", isDefault: true), secrets: [sealed("b")])
            }
            #expect(try store.configuredAccounts().map(\.isDefault) == [true])
            #expect(try store.secrets().isEmpty)
        }
    }

    @Test("Removing one says how many of its sends wait")
    func waiting() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            try await store.keep(try account("env-1"), secrets: [])
            #expect(try await store.removeConfiguredAccount("env-1") == 1)
        }
    }

    @Test("Resealing changes all or nothing")
    func reseal() async throws {
        try await withStore { store, _ in
            for id in ["a", "b"] { try await store.keep(try account(id), secrets: [sealed(id)]) }
            struct Lost: Error {}
            await #expect(throws: Lost.self) {
                try await store.reseal { secret in
                    if secret.owner == "b" { throw Lost() }
                    return [UInt8](repeating: 1, count: 40)
                }
            }
            #expect(try store.secrets() == [sealed("a"), sealed("b")])
            #expect(try await store.reseal { $0.octets.reversed() + [1] } == 2)
            #expect(try store.secrets().allSatisfy { $0.octets.count == 41 })
        }
    }

    @Test("Resealing covers what signs webhooks")
    func webhooks() async throws {
        try await withStore { store, _ in
            let webhook = Webhook(
                id: "wh_1", url: "https://example.com/hook", secret: [7, 7], events: [], hearing: .record,
                createdAt: Samples.later)
            _ = try await store.add(webhook)
            #expect(try store.secrets().map(\.purpose) == ["webhook\0wh_1"])
            #expect(try await store.reseal { $0.octets + [1] } == 1)
            #expect(try store.webhooks().map(\.secret) == [[7, 7, 1]])
        }
    }

    @Test(
        "The tables refuse what the code never writes",
        arguments: [
            "UPDATE configured_accounts SET port = 0", "UPDATE configured_accounts SET security = 'none'",
            "UPDATE configured_accounts SET username = NULL",
            "UPDATE configured_accounts SET secret_reference = '/x'",
            "UPDATE configured_accounts SET secret_place = 'file'",
            "UPDATE configured_accounts SET public_key = 'md5//x'",
            "UPDATE secrets SET sealed = x'00'", "UPDATE configured_accounts SET imap_place = 'sealed'",
            "UPDATE configured_accounts SET imap_proof = 'password'",
            "UPDATE configured_accounts SET imap_reference = '/x'",
            "UPDATE configured_accounts SET imap_proof = 'password', imap_place = 'file'",
            "UPDATE configured_accounts SET sent_copy = 'sometimes'",
        ])
    func checks(sql: String) async throws {
        try await withStore { store, _ in
            try await store.keep(try account("a"), secrets: [sealed("a")])
            #expect(throws: DatabaseError.self) { try store.run(sql) }
        }
    }
}
