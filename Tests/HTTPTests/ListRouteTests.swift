import JSON
import MCP
import Mail
import TestPeers
import Testing
import Tools

@testable import HTTP

@Suite("GET /sends")
struct ListRouteTests {
    @Test("Following `next` gives every send once, newest first, with the same filters")
    func pages() async throws {
        try await withShop(Array(repeating: ScriptedTransport.accepts, count: 5)) { shop in
            for number in 1...5 {
                let answer = await shop.send([
                    "to": "a@example.org", "subject": .string("Number \(number) & more"), "text": "x",
                    "tags": ["a b"],
                ])
                #expect(answer.status == 200, "\(answer.text)")
                shop.clock.advance(by: 1)
            }
            var subjects: [String] = []
            var next: String? = "/sends?limit=2&tag=a%20b&status=sent"
            while let target = next {
                let answer = await shop.ask("GET", target)
                #expect(answer.status == 200, "\(answer.text)")
                subjects += answer["sends"]?.array?.compactMap { $0["subject"]?.string } ?? []
                next = answer.fields.only("Link").flatMap(Self.next)
                #expect((next == nil) == (answer["next_cursor"] == nil))
                #expect(next.map { $0.contains("tag=a%20b") && $0.contains("limit=2") } ?? true)
            }
            #expect(subjects == (1...5).reversed().map { "Number \($0) & more" })
        }
    }

    @Test("The message is the exact octets that were sent")
    func message() async throws {
        try await withShop([ScriptedTransport.accepts]) { shop in
            let id = try #require(await shop.send(Shop.message)["id"]?.string)
            let answer = await shop.ask("GET", "/sends/\(id)/message")
            #expect(answer.status == 200)
            #expect(answer.type == "message/rfc822")
            #expect(answer.bytes == shop.transport.carried.first?.mailData.bytes)
            #expect(answer.fields.only("Content-Disposition") == "attachment; filename=\"\(id).eml\"")
            #expect(answer.fields.only("Content-Security-Policy")?.contains("sandbox") == true)
        }
    }

    @Test("A send is cancelled where the tool for it is served, once, and by no other site's page")
    func cancel() async throws {
        try await withShop(names: MailTools.names) { shop in
            var arguments = try #require(Shop.message.object)
            arguments["send_at"] = "2027-02-01T00:00:00Z"
            let id = try #require(await shop.send(.object(arguments))["id"]?.string)
            let foreign = await shop.ask(
                "POST", "/sends/\(id)/cancel", fields: ["Origin": "https://attacker.example"])
            #expect(foreign.status == 403)
            let answer = await shop.ask("POST", "/sends/\(id)/cancel")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer["state"] == "cancelled")
            let again = await shop.ask("POST", "/sends/\(id)/cancel")
            #expect(again.status == 409, "\(again.text)")
            #expect(again["code"] == "not_cancellable")
        }
        try await withShop { shop in
            #expect(
                await shop.ask("POST", "/sends/019ac0de-0000-7000-8000-000000000000/cancel").status == 404)
        }
    }

    @Test("Accounts are told without secrets")
    func accounts() async throws {
        try await withShop { shop in
            let account = await shop.ask("GET", "/accounts")["accounts"]?[0]
            #expect(account?["name"] == "me")
            #expect(account?["server"] == "smtps://mail.example.com:465")
            #expect(account?["sender"] == "Me <me@example.com>")
            #expect(account?["default"] == true)
        }
    }

    /// The target of `<…>; rel="next"`.
    private static func next(_ link: String) -> String? {
        guard link.hasSuffix(">; rel=\"next\""), link.hasPrefix("<") else { return nil }
        return String(link.dropFirst().prefix { $0 != ">" })
    }
}
