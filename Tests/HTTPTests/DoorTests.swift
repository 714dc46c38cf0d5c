import FoundationEssentials
import JSON
import MCP
import TestPeers
import Testing

@testable import HTTP

@Suite("The door")
struct DoorTests {
    static let token = "0123456789abcdef0123456789abcdef"

    @Test(
        "Only this server's own names are answered: a name that was made to lead here is not one",
        arguments: [
            ("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("LOCALHOST", 200),
            ("localhost:9000", 200), ("attacker.example", 421), ("localhost.attacker.example:8000", 421),
            ("localhost:8000.attacker.example", 400), ("127.0.0.1.attacker.example", 421),
            ("user@localhost", 400), ("", 400),
        ])
    func hosts(host: String, status: Int) async throws {
        try await withShop { shop in
            let answer = await shop.ask("GET", "/", fields: ["Host": host])
            #expect(answer.status == status, "\(answer.text)")
            #expect(status == 200 || answer.isProblem)
        }
    }

    @Test(
        "A page of another site is refused, whatever it asks for",
        arguments: [
            ("http://localhost:8000", 200), ("http://localhost:3000", 403), ("https://attacker.example", 403),
            ("null", 403), ("http://localhost.attacker.example:8000", 403), ("file://", 403),
        ])
    func origins(origin: String, status: Int) async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let answer = await shop.send(Shop.message, fields: ["Origin": origin])
            #expect(answer.status == status, "\(answer.text)")
            #expect(shop.transport.carried.count == (status == 200 ? 1 : 0))
        }
    }

    @Test(
        "With a token, only who shows it gets anything but the probes",
        arguments: [
            ("/sends", "", 401), ("/sends", "Bearer \(token)", 200), ("/sends", "bearer \(token)", 200),
            ("/sends", "Bearer \(token)x", 401), ("/sends", "Bearer \(token.dropLast())", 401),
            ("/sends", "Basic \(token)", 401), ("/sends", "Bearer", 401), ("/nothing", "", 401),
            ("/openapi.json", "", 401), ("/mcp", "", 401), ("/metrics", "", 401), ("/healthz", "", 200),
            ("/readyz", "", 200),
        ])
    func tokens(target: String, authorization: String, status: Int) async throws {
        try await withShop(settings: try HTTPSettings(token: Self.token)) { shop in
            let answer = await shop.ask("GET", target, fields: ["Authorization": authorization])
            #expect(answer.status == status, "\(answer.text)")
            #expect((answer.fields.only("WWW-Authenticate")?.hasPrefix("Bearer") == true) == (status == 401))
            #expect(!answer.text.contains(Self.token))
        }
    }

    /// `name:password` in base64.
    private static func basic(_ pair: String) -> String { "Basic \(Data(pair.utf8).base64EncodedString())" }

    @Test(
        "A person gives the token as a password, for what a browser shows and for nothing else",
        arguments: [
            ("GET", "/", basic("me:\(token)"), 200), ("GET", "/", basic(":\(token)"), 200),
            ("GET", "/", "basic \(Data("me:\(token)".utf8).base64EncodedString())", 200),
            ("GET", "/", basic("me:\(token)x"), 401), ("GET", "/", basic("\(token):me"), 401),
            ("GET", "/", basic(token), 401), ("GET", "/", basic("me:"), 401), ("GET", "/", "Basic", 401),
            ("GET", "/", "Basic ~~~", 401), ("GET", "/sends", basic("me:\(token)"), 401),
            ("POST", "/send", basic("me:\(token)"), 401), ("POST", "/mcp", basic("me:\(token)"), 401),
            ("GET", "/nothing", basic("me:\(token)"), 401),
        ])
    func passwords(method: String, target: String, authorization: String, status: Int) async throws {
        try await withShop(settings: try HTTPSettings(token: Self.token)) { shop in
            let answer = await shop.ask(method, target, fields: ["Authorization": authorization])
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test("Only a browser is asked for a password: a program that got the challenge would ask a person")
    func challenges() async throws {
        try await withShop(settings: try HTTPSettings(token: Self.token)) { shop in
            for (target, accept, asks) in [
                ("/", "text/html,*/*", true), ("/", "*/*", false), ("/sends", "text/html", false),
            ] {
                let answer = await shop.ask("GET", target, fields: ["Accept": accept])
                let challenges = answer.fields.values(of: "WWW-Authenticate")
                #expect(answer.status == 401)
                #expect(challenges.contains { $0.hasPrefix("Basic realm=") } == asks, "\(target) \(accept)")
                #expect(challenges.contains { $0.hasPrefix("Bearer") })
            }
        }
    }

    @Test("A token in the query is none")
    func tokenInQuery() async throws {
        try await withShop(settings: try HTTPSettings(token: Self.token)) { shop in
            #expect(await shop.ask("GET", "/sends?access_token=\(Self.token)").status == 401)
        }
    }

    @Test(
        "Beyond loopback it does not start without a token",
        arguments: ["0.0.0.0", "::", "192.0.2.1", "example.com", "127.attacker.example", "1270.0.0.1"])
    func needsToken(host: String) throws {
        #expect(throws: HTTPSettings.SettingsFault.self) { try HTTPSettings(host: host) }
        _ = try HTTPSettings(host: host, token: Self.token)
    }

    @Test("On loopback it does", arguments: ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
    func needsNone(host: String) throws { _ = try HTTPSettings(host: host) }

    @Test(
        "A token that can be guessed is refused, and never repeated",
        arguments: [
            "", "secret", "0123456789abcdef", String(repeating: "a", count: 64),
            "with space and more and more and",
            String(repeating: "ab", count: 40), "0123456789abcdef0123456789abcde",
        ])
    func weakTokens(token: String) {
        let fault = #expect(throws: HTTPSettings.SettingsFault.self) { try HTTPSettings(token: token) }
        #expect(token.isEmpty || fault?.description.contains(token) == false)
    }

    @Test(
        "Names of a proxy can be added, and then only those count",
        arguments: [("mail.example.org", 200), ("localhost", 200), ("other.example.org", 421)])
    func furtherNames(host: String, status: Int) async throws {
        let settings = try HTTPSettings(host: "0.0.0.0", token: Self.token, hosts: ["mail.example.org"])
        try await withShop(settings: settings) { shop in
            let fields = ["Host": host, "Authorization": "Bearer \(Self.token)"]
            #expect(await shop.ask("GET", "/sends", fields: fields).status == status)
        }
    }

    @Test("A name that is none is refused with the settings, and the address that was chosen is one")
    func names() async throws {
        for name in ["https://mail.example.org", "mail.example.org/x", "a b", ""] {
            let fault = #expect(throws: HTTPSettings.SettingsFault.self) { try HTTPSettings(hosts: [name]) }
            #expect(fault?.description.contains("ENVELOPE_HTTP_HOSTS") == true)
        }
        try await withShop(settings: try HTTPSettings(host: "127.0.0.2")) { shop in
            #expect(await shop.ask("GET", "/sends", fields: ["Host": "127.0.0.2:8000"]).status == 200)
            #expect(await shop.ask("GET", "/sends", fields: ["Host": "127.0.0.3:8000"]).status == 421)
        }
    }

    @Test(
        "A target in absolute form is read where it names the same host",
        arguments: [
            ("http://localhost:8000/sends?limit=1", 200), ("HTTP://LOCALHOST:8000/sends", 200),
            ("http://localhost:8000", 200), ("http://attacker.example/sends", 400),
            ("https://localhost:8000/sends", 400),
        ])
    func absolute(target: String, status: Int) async throws {
        try await withShop { shop in
            #expect(await shop.ask("GET", target, fields: ["Host": "localhost:8000"]).status == status)
        }
    }
}
