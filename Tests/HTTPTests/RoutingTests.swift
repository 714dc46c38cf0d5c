import JSON
import MCP
import TestPeers
import Testing
import Tools

@testable import HTTP

@Suite("Routes")
struct RoutingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        let status: Int
        var allow: String?
        var testDescription: String { "\(method) \(target)" }
    }

    @Test(
        "Each method of each path has its answer",
        arguments: [
            Case(method: "GET", target: "/", status: 200),
            Case(method: "GET", target: "/?utm=1", status: 200),
            Case(method: "GET", target: "/accounts", status: 200),
            Case(method: "GET", target: "/schemas", status: 200),
            Case(method: "GET", target: "/schemas/send_email", status: 200),
            Case(method: "GET", target: "/schemas/nothing", status: 404),
            Case(method: "GET", target: "/openapi.json", status: 200),
            Case(method: "GET", target: "/healthz", status: 200),
            Case(method: "GET", target: "/readyz", status: 200),
            Case(method: "GET", target: "/metrics", status: 200),
            Case(method: "GET", target: "/sends", status: 200),
            Case(method: "GET", target: "/sends?", status: 200),
            Case(method: "GET", target: "/sends/", status: 404),
            Case(method: "GET", target: "/track/", status: 404),
            Case(method: "GET", target: "/track", status: 404),
            Case(method: "GET", target: "/track/nonsense", status: 422),
            Case(method: "GET", target: "/track/019ac0de-0000-7000-8000-000000000000", status: 404),
            Case(method: "GET", target: "/sends/019ac0de-0000-7000-8000-000000000000/message", status: 404),
            Case(method: "GET", target: "/sends/nonsense/message", status: 422),
            Case(method: "GET", target: "//sends", status: 404),
            Case(method: "GET", target: "/%73ends", status: 200),
            Case(method: "GET", target: "/sends/%2e%2e/message", status: 422),
            Case(method: "GET", target: "/../sends", status: 404),
            Case(method: "GET", target: "/%zz", status: 400),
            Case(method: "GET", target: "/%ff", status: 400),
            Case(method: "GET", target: "sends", status: 400),
            Case(method: "GET", target: "http://elsewhere/sends", status: 400),
            Case(method: "GET", target: "/.well-known/oauth-protected-resource", status: 404),
            Case(method: "GET", target: "/send", status: 405, allow: "POST, OPTIONS"),
            Case(method: "DELETE", target: "/sends", status: 405, allow: "GET, HEAD, OPTIONS"),
            Case(method: "PUT", target: "/mcp", status: 405, allow: "POST, GET, HEAD, DELETE, OPTIONS"),
            Case(method: "TRACE", target: "/", status: 405, allow: "GET, HEAD, OPTIONS"),
            Case(method: "BREW", target: "/", status: 405, allow: "GET, HEAD, OPTIONS"),
            Case(method: "OPTIONS", target: "/send", status: 204, allow: "POST, OPTIONS"),
            Case(method: "OPTIONS", target: "/nothing", status: 404),
            Case(method: "OPTIONS", target: "*", status: 204, allow: "GET, HEAD, POST, DELETE, OPTIONS"),
        ])
    func cases(each: Case) async throws {
        try await withShop { shop in
            let answer = await shop.ask(each.method, each.target)
            #expect(answer.status == each.status, "\(answer.text)")
            #expect(answer.fields.only("Allow") == each.allow)
            #expect(answer.status < 400 || answer.isProblem, "\(answer.text)")
            // No other site's pages are allowed anything.
            #expect(answer.fields.lines.allSatisfy { !$0.name.hasPrefix("Access-Control") })
        }
    }

    @Test(
        "HEAD is GET without the body",
        arguments: ["/", "/sends", "/accounts", "/openapi.json", "/healthz", "/nothing"])
    func head(target: String) async throws {
        try await withShop { shop in
            let get = await shop.ask("GET", target)
            let head = await shop.ask("HEAD", target)
            #expect(head.status == get.status)
            #expect(head.type == get.type)
            #expect(head.bytes.isEmpty)
            #expect(head.fields.only("Content-Length") == String(get.bytes.count))
        }
    }

    @Test(
        "The protocol's endpoint refuses in problems too, and answers in its own way",
        arguments: [
            ("GET", "", 405), ("HEAD", "", 405), ("DELETE", "", 405), ("POST", "text/plain", 415),
            ("POST", "application/json", 400),
        ])
    func protocolEndpoint(method: String, type: String, status: Int) async throws {
        try await withShop { shop in
            let answer = await shop.ask(
                method, "/mcp", method == "POST" ? "{" : nil, fields: ["Content-Type": type, "Accept": "*/*"])
            #expect(answer.status == status, "\(method) \(answer.status) \(answer.text)")
            #expect(
                answer.isProblem || method == "HEAD" || answer["error"]?["code"]?.integer == -32700,
                "\(answer.text)")
        }
    }

    @Test("GET / names the program and where its parts are, on lines that a person can read")
    func root() async throws {
        try await withShop { shop in
            let answer = await shop.ask("GET", "/")
            #expect(answer["name"] == "envelope")
            #expect(answer["links"]?["send"] == "POST /send")
            #expect(answer.text.split(separator: "\n").first == "{")
        }
    }

    @Test("What is not served has no route")
    func notServed() async throws {
        try await withShop(names: ["track_send"]) { shop in
            #expect(await shop.send(Shop.message).status == 404)
            #expect(await shop.ask("GET", "/sends").status == 404)
            #expect(await shop.ask("GET", "/track/nonsense").status == 422)
            #expect(await shop.ask("GET", "/")["links"]?["send"] == nil)
            #expect(await shop.ask("GET", "/openapi.json")["paths"]?["/send"] == nil)
        }
    }

    @Test("A schema is the tool as tools/list gives it")
    func schemas() async throws {
        try await withShop { shop in
            for tool in shop.offer.tools {
                #expect(await shop.ask("GET", "/schemas/\(tool.name)").json == .object(tool.definition))
            }
            #expect(await shop.ask("GET", "/schemas")["tools"]?.array?.count == 3)
        }
    }

    @Test("A browser gets the page where there is one, a program JSON")
    func page() async throws {
        try await withShop { shop in
            let offer = Face.Offer(
                version: "0", isSandbox: false, tools: shop.offer.tools, operations: shop.offer.operations,
                pages: Pages(
                    operations: shop.offer.operations,
                    listSends: try #require(shop.offer.tools.first { $0.name == "list_sends" }), version: "0",
                    isSandbox: false, token: "token", sleep: { _ in }))
            let face = Face(offer, settings: try HTTPSettings(), logger: Shop.logger)
            func type(_ accept: String) async -> String? {
                let fields: HTTPFields = ["Host": "localhost", "Accept": accept]
                let reply = await face.respond("GET", "/", fields) { _ throws(Face.BodyFault) in [] }
                return reply.fields.only("Content-Type")
            }
            #expect(await type("text/html,application/xhtml+xml,*/*;q=0.8") == "text/html; charset=utf-8")
            #expect(await type("*/*") == "application/json")
            #expect(await type("application/json") == "application/json")
        }
    }

    @Test(
        "A query's parameters are known, given once, and right",
        arguments: [
            ("/sends?status=lost", "status"), ("/sends?colour=red", "colour"),
            ("/sends?limit=0", "limit"), ("/sends?limit=ten", "limit"), ("/sends?limit=1&limit=2", "limit"),
            ("/sends?since=yesterday", "since"), ("/sends?cursor=x", "cursor"), ("/sends?to=nobody", "to"),
            ("/track/019ac0de-0000-7000-8000-000000000000?wait_seconds=61", "wait_seconds"),
            ("/track/019ac0de-0000-7000-8000-000000000000?id=1", "id"), ("/accounts?x", "x"),
        ])
    func parameters(target: String, field: String) async throws {
        try await withShop { shop in
            let answer = await shop.ask("GET", target)
            #expect(answer.status == 422, "\(answer.text)")
            #expect(answer.isProblem)
            #expect(answer["field"]?.string == field)
        }
    }
}
