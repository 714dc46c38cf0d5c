@testable import Discovery
import Mail
import Testing

@Suite("Finding the server of an address")
struct DiscoveryTests {
    private func found(_ lookups: Scripted, _ address: String, _ source: Candidate.Source) async throws
        -> [String]
    {
        await Discovery(lookups).candidates(for: try Address(parsing: address), from: source).map {
            "\($0.security.rawValue) \($0.username) \($0.host):\($0.port)\($0.isVouchedFor ? "" : " ?")"
        }
    }

    @Test(
        "The big providers are known without a question",
        arguments: [
            ("ada@gmail.com", "tls ada@gmail.com smtp.gmail.com:465"),
            ("ada@hotmail.com", "starttls ada@hotmail.com smtp-mail.outlook.com:587"),
            ("ada@icloud.com", "starttls ada@icloud.com smtp.mail.me.com:587"),
            ("ada@gmx.de", "tls ada@gmx.de mail.gmx.net:465"),
            ("ada@proton.me", "starttls ada@proton.me 127.0.0.1:1025"),
        ])
    func providers(address: String, expected: String) async throws {
        #expect(try await found(Scripted(), address, .provider).first == expected)
    }

    @Test("Services: TLS first, then by priority and weight; one that is not offered is left out")
    func services() async throws {
        let lookups = Scripted(services: [
            "_submissions._tcp.example.org": [
                .service(priority: 10, weight: 1, port: 465, target: "b.example.org"),
                .service(priority: 10, weight: 9, port: 465, target: "a.example.org"),
                .service(priority: 0, weight: 0, port: 0, target: ""),
            ],
            "_submission._tcp.example.org": [
                .service(priority: 0, weight: 0, port: 587, target: "c.example.org")
            ],
        ])
        #expect(
            try await found(lookups, "ada@example.org", .srv) == [
                "tls ada@example.org a.example.org:465", "tls ada@example.org b.example.org:465",
                "starttls ada@example.org c.example.org:587",
            ])
        #expect(try await found(lookups, "ada@other.example", .srv).isEmpty)
    }

    @Test("A service at a stranger's host needs somebody's word; one at a known provider does not")
    func strangers() async throws {
        func services(_ target: String) -> Scripted {
            Scripted(services: [
                "_submissions._tcp.example.org": [.service(priority: 0, weight: 0, port: 465, target: target)]
            ])
        }
        #expect(
            try await found(services("smtp.evil.example"), "ada@example.org", .srv)
                == ["tls ada@example.org smtp.evil.example:465 ?"])
        #expect(
            try await found(services("notexample.org"), "ada@example.org", .srv)
                == ["tls ada@example.org notexample.org:465 ?"])
        #expect(
            try await found(services("smtp.fastmail.com"), "ada@example.org", .srv)
                == ["tls ada@example.org smtp.fastmail.com:465"])
    }

    @Test("An MX leads to a provider of the table, never to the exchange itself")
    func exchanges() async throws {
        let lookups = Scripted(exchanges: [
            "example.org": [
                .exchange(preference: 20, host: "mx.example.net"),
                .exchange(preference: 10, host: "example-org.mail.protection.outlook.com"),
            ],
            "alone.example": [.exchange(preference: 10, host: "mx.alone.example")],
            "trap.example": [.exchange(preference: 10, host: "notgoogle.com")],
        ])
        #expect(
            try await found(lookups, "ada@example.org", .mx)
                == ["starttls ada@example.org smtp.office365.com:587"])
        #expect(try await found(lookups, "ada@alone.example", .mx).isEmpty)
        #expect(try await found(lookups, "ada@trap.example", .mx).isEmpty)
    }

    @Test("Autoconfig: the first document that names an encrypted server, its user name filled in")
    func autoconfig() async throws {
        let document = """
            <?xml version="1.0"?><!-- a comment -->
            <clientConfig version="1.1"><emailProvider id="example.org"><domain>example.org</domain>
              <incomingServer type="imap"><hostname>imap.example.org</hostname><port>993</port></incomingServer>
              <outgoingServer type="smtp"><hostname>plain.example.org</hostname><port>25</port>
                <socketType>plain</socketType></outgoingServer>
              <outgoingServer type="smtp"><hostname>mail.example.org</hostname><port>587</port>
                <socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></outgoingServer>
              <outgoingServer type="smtp"><hostname>Mail.Example.org</hostname><port>465</port>
                <socketType>SSL</socketType><username>%EMAILADDRESS%</username></outgoingServer>
            </emailProvider></clientConfig>
            """
        let url = "https://example.org/.well-known/autoconfig/mail/config-v1.1.xml"
        #expect(
            try await found(
                Scripted(documents: [
                    url: document, "https://autoconfig.example.org/mail/config-v1.1.xml": "<html>",
                ]),
                "ada@example.org", .autoconfig) == [
                    "tls ada@example.org mail.example.org:465", "starttls ada mail.example.org:587",
                ])
    }

    @Test("An address literal has nothing to look up", arguments: Candidate.Source.allCases)
    func literal(source: Candidate.Source) async throws {
        #expect(try await found(Scripted(), "ada@[127.0.0.1]", source).isEmpty)
    }

    @Test(
        "A provider files copies only of what is handed in at its own server",
        arguments: [
            ("smtp.gmail.com", "imap.gmail.com", true), ("SMTP.gmail.com", "IMAP.gmail.com", true),
            ("smtp.sendgrid.net", "imap.gmail.com", false), ("smtp.gmail.com", "imap.example.org", false),
            ("smtp.mail.me.com", "imap.mail.me.com", false), ("127.0.0.1", "127.0.0.1", false),
        ])
    func copies(from: String, to: String, isFiled: Bool) {
        #expect(Provider.filesCopies(from: from, to: to) == isFiled)
    }

    @Test("The table holds together: no domain or name twice, only encrypted servers, lower case")
    func table() {
        #expect(Set(Provider.all.map(\.id)).count == Provider.all.count)
        let domains = Provider.all.flatMap(\.domains)
        #expect(Set(domains).count == domains.count)
        for provider in Provider.all {
            #expect(!provider.servers.isEmpty, "\(provider.id)")
            for text in provider.domains + provider.exchanges + provider.servers.map(\.host) + [provider.id] {
                #expect(text == text.lowercased())
            }
            #expect(provider.help?.hasPrefix("https://") ?? true)
        }
    }
}

@Suite("Finding the mailbox of an address")
struct MailboxDiscoveryTests {
    private func found(
        _ lookups: Scripted, _ address: String, through host: String, ownSecret: Bool = false
    ) async throws -> [String] {
        await Discovery(lookups).mailboxes(
            for: try Address(parsing: address), sendingThrough: host, ownSecret: ownSecret
        ).map {
            "\($0.source.rawValue) \($0.security.rawValue) \($0.username) \($0.host):\($0.port)"
        }
    }

    @Test("A relay's password is shown to no provider of the address, a mailbox's own is")
    func relay() async throws {
        let lookups = Scripted(services: [
            "_imaps._tcp.gmail.com": [
                .service(priority: 0, weight: 0, port: 993, target: "imap.gmail.com")
            ]
        ])
        let guesses = try await found(lookups, "ada@gmail.com", through: "smtp.relay.example")
        #expect(
            guesses == [
                "guess tls ada@gmail.com smtp.relay.example:993",
                "guess tls ada@gmail.com imap.relay.example:993",
            ])
        let own = try await found(lookups, "ada@gmail.com", through: "smtp.relay.example", ownSecret: true)
        #expect(own == ["provider tls ada@gmail.com imap.gmail.com:993"])
        let bridge = try await found(lookups, "ada@proton.me", through: "127.0.0.1")
        #expect(bridge == ["provider starttls ada@proton.me 127.0.0.1:1143"])
    }

    @Test(
        "A known provider says it alone, whatever the domain says",
        arguments: [
            ("ada@gmail.com", "smtp.gmail.com", ["provider tls ada@gmail.com imap.gmail.com:993"]),
            ("ada@example.org", "smtp.gmail.com", ["provider tls ada@example.org imap.gmail.com:993"]),
            ("ada@icloud.com", "smtp.mail.me.com", ["provider tls ada imap.mail.me.com:993"]),
            // Its key is for sending alone.
            ("ada@example.org", "smtp.sendgrid.net", []),
        ])
    func providers(address: String, host: String, expected: [String]) async throws {
        let lookups = Scripted(services: [
            "_imaps._tcp.example.org": [
                .service(priority: 0, weight: 0, port: 993, target: "mail.example.org")
            ]
        ])
        #expect(try await found(lookups, address, through: host) == expected)
    }

    @Test("Else services, then autoconfig, then the same machine and its sibling; strangers never")
    func others() async throws {
        let document = """
            <clientConfig version="1.1"><emailProvider id="example.org">
              <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port>
                <socketType>SSL</socketType></incomingServer>
              <incomingServer type="imap"><hostname>box.example.org</hostname><port>143</port>
                <socketType>STARTTLS</socketType><username>%EMAILLOCALPART%</username></incomingServer>
            </emailProvider></clientConfig>
            """
        let lookups = Scripted(
            services: [
                "_imaps._tcp.example.org": [
                    .service(priority: 9, weight: 0, port: 993, target: "imap.evil.example"),
                    .service(priority: 1, weight: 0, port: 993, target: "mail.example.org"),
                ]
            ], documents: ["https://autoconfig.example.org/mail/config-v1.1.xml": document])
        #expect(
            try await found(lookups, "ada@example.org", through: "smtp.example.org") == [
                "srv tls ada@example.org mail.example.org:993",
                "autoconfig starttls ada box.example.org:143",
                "guess tls ada@example.org smtp.example.org:993",
                "guess tls ada@example.org imap.example.org:993",
            ])
        #expect(
            try await found(Scripted(), "ada@[127.0.0.1]", through: "127.0.0.1")
                == ["guess tls ada@[127.0.0.1] 127.0.0.1:993"])
    }
}
