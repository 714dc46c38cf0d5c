import JSON
import Logging
import MCP
import Mail
import Sending
import Store
import TestPeers
import Testing
import Tools

@testable import HTTP

@Suite("Pages")
struct PageRouteTests {
    private static let token = Gallery.token
    private static let form = Gallery.form

    /// A send that waits for its time.
    private func scheduled(_ shop: Shop, _ more: JSON.Object = [:]) async throws -> String {
        var message: JSON.Object = ["to": ["a@example.org"], "subject": "Later", "text": "Hello"]
        for (name, value) in more { message[name] = value }
        message["send_at"] = .string(shop.clock.now.adding(seconds: 3_600).rfc3339)
        return try #require(await shop.send(.object(message))["id"]?.string)
    }

    @Test("A browser gets the list, a program gets JSON, both at /")
    func root() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(shop, ["subject": "<script>alert(1)</script>"])
            let page = await gallery.page("/")
            #expect(page.status == 200)
            #expect(page.type == "text/html; charset=utf-8")
            #expect(page.text.contains("href=\"/ui/sends/\(id)\""))
            #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(!page.text.contains("<script>"))
            let policy = page.fields.only("Content-Security-Policy") ?? ""
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(Answer(await gallery.reply("GET", "/", "", [:])).json["name"] == "envelope")
        }
    }

    @Test(
        "A filter narrows the list, and what is wrong with one is said",
        arguments: [
            ("/?query=Later", 200, true), ("/?query=Sooner", 200, false), ("/?to=a@example.org", 200, true),
            ("/?to=b@example.org", 200, false), ("/?status=queued", 200, true), ("/?status=sent", 200, false),
            ("/?state=held", 200, false), ("/?account=me", 200, true), ("/?account=you", 422, false),
            ("/?within=1h", 200, true), ("/?until=2000-01-01T00:00", 200, false),
            ("/?to=nonsense", 422, false),
            ("/?cursor=nonsense", 422, false), ("/?since=yesterday", 422, false),
        ])
    func filters(target: String, status: Int, isThere: Bool) async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(shop)
            let page = await gallery.page(target)
            #expect(page.status == status)
            #expect(page.text.contains("s-\(id)") == isThere)
            #expect(page.text.contains("role=\"alert\"") == (status != 200))
        }
    }

    @Test("Pages follow each other without gap or repetition")
    func keyset() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            var ids: [String] = []
            for number in 0..<55 {
                ids.append(try await scheduled(shop, ["subject": .string("Number \(number)")]))
            }
            var seen: [String] = []
            var target: String? = "/?within=1h"
            while let next = target, seen.count < 200 {
                let page = await gallery.page(next).text
                seen += page.split(separator: "id=\"s-").dropFirst().map { String($0.prefix(36)) }
                target = page.split(separator: "rel=\"next\" href=\"").dropFirst().first.map {
                    $0.prefix { $0 != "\"" }.split(separator: "&amp;").joined(separator: "&")
                }
            }
            #expect(seen == ids.reversed())
        }
    }

    @Test("An action needs the token of this process, a form, and a page of this server")
    func forgery() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(shop)
            let path = "/ui/sends/\(id)/cancel"
            let body = "token=\(Self.token)"
            for (fields, body) in [
                (Self.form, ""), (Self.form, "token="), (Self.form, "token=the-token-of-this-procesS"),
                (Self.form, "\(body)&\(body)"),
                (Self.form.merging(["Sec-Fetch-Site": "cross-site"]) { $1 }, body),
                (Self.form.merging(["Sec-Fetch-Site": "same-site"]) { $1 }, body),
                (Self.form.merging(["Origin": "https://evil.example"]) { $1 }, body),
                (Self.form.merging(["Origin": "null"]) { $1 }, body),
                (Self.form.merging(["Content-Type": "text/plain"]) { $1 }, body),
            ] {
                #expect(await gallery.post(path, body, fields).status == 403, "\(fields) \(body)")
                #expect(await shop.ask("GET", "/track/\(id)")["state"] == "scheduled")
            }
            let answer = await gallery.post(path, body)
            #expect(answer.status == 303)
            #expect(answer.fields.only("Location") == "/ui/sends/\(id)")
            #expect(await shop.ask("GET", "/track/\(id)")["state"] == "cancelled")
        }
    }

    @Test("What does not work any more is said on the page of the send")
    func tooLate() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(shop)
            for action in ["approve", "deny", "retry"] {
                let answer = await gallery.post("/ui/sends/\(id)/\(action)", "token=\(Self.token)")
                #expect(answer.status == 422, "\(action)")
                #expect(answer.text.contains("role=\"alert\"") && answer.text.contains("<h1><bdi>Later"))
                // Its own address does nothing but refuse.
                #expect(answer.text.contains("data-page=\"/ui/sends/\(id)\""), "\(action)")
            }
            #expect(await gallery.post("/ui/sends/\(id)/dance", "token=\(Self.token)").status == 404)
        }
    }

    @Test("One send: its standing, its message and what can be done; an unknown one is refused as a page")
    func send() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(
                shop, ["html": "<p>Hello</p><script>1</script>", "text": nil as JSON])
            let page = await gallery.page("/ui/sends/\(id)")
            #expect(page.text.contains("action=\"/ui/sends/\(id)/cancel\""))
            #expect(page.text.contains("sandbox=\"\" src=\"/ui/sends/\(id)/html\""))
            let frame = await gallery.page("/ui/sends/\(id)/html")
            #expect(frame.text.contains("<p>Hello</p><x-script>1</x-script>"))
            let policy = frame.fields.only("Content-Security-Policy") ?? ""
            #expect(policy.hasPrefix("sandbox; default-src 'none'") && !policy.contains("script"))
            let source = await gallery.page("/ui/sends/\(id)/parts/source")
            #expect(source.fields.only("Content-Disposition")?.hasPrefix("attachment") == true)
            #expect(await gallery.page("/ui/sends/\(id)/parts/0").status == 404)
            #expect(!(await gallery.page("/ui/sends/\(id)?live=1")).text.contains("id=\"message\""))
            #expect(await gallery.page("/ui/sends/00000000-0000-7000-8000-000000000000").status == 404)
            #expect(await gallery.page("/ui/sends/nonsense").status == 422)
            #expect(await gallery.page("/ui/sandbox").status == 404)
        }
    }

    @Test("The stream tells at once how things stand, and again when they change")
    func live() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(shop)
            for target in ["/ui/events", "/ui/events?id=\(id)"] {
                guard case .stream(_, let fields, let body) = await gallery.reply("GET", target, "", [:])
                else {
                    Issue.record("\(target) is no stream")
                    continue
                }
                #expect(fields.only("Content-Type") == "text/event-stream")
                var lines = body.makeAsyncIterator()
                #expect(await lines.next().map { String(decoding: $0, as: UTF8.self) } == "retry: 2000\n\n")
                let first = await lines.next().map { String(decoding: $0, as: UTF8.self) } ?? ""
                let page = await gallery.page(target == "/ui/events" ? "/" : "/ui/sends/\(id)").text
                let mark = first.dropFirst("event: changed\ndata: ".count).prefix { $0 != "\n" }
                #expect(page.contains("data-mark=\"\(mark)\""))
            }
        }
    }

    @Test("A list of the last hour stays the same while nothing of it changes, whatever the time")
    func standing() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            // More than a page: there is a cursor, which begins with the hour.
            var ids: [String] = []
            for number in 0..<51 {
                ids.append(try await scheduled(shop, ["subject": .string("Number \(number)")]))
            }
            func mark() async -> String {
                let page = await gallery.page("/?within=1h").text
                return page.split(separator: "data-mark=\"").dropFirst().first.map {
                    String($0.prefix { $0 != "\"" })
                } ?? "none"
            }
            let before = await mark()
            shop.clock.jump(by: 5)
            #expect(await mark() == before)
            #expect(await gallery.post("/ui/sends/\(ids[50])/cancel", "token=\(Self.token)").status == 303)
            #expect(await mark() != before)
        }
    }

    @Test("An empty list has a place for what follows it, too")
    func emptyList() async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let page = await gallery.page("/").text
            #expect(page.contains("id=\"sends\"") && page.contains("id=\"more\" hidden"))
        }
    }

    @Test("What some have already is not said to be cancelled for all, nor to wait for all")
    func partly() async throws {
        try await withShop([ScriptedTransport.replies(rcpt: [250, 450], finalDot: 250)]) { shop in
            let gallery = try Gallery(shop)
            let answer = await shop.send([
                "to": ["a@example.org", "b@example.org"], "subject": "Half", "text": "Hello",
            ])
            #expect(answer["state"] == "deferred", "\(answer.text)")
            let page = await gallery.page("/ui/sends/\(answer["id"]?.string ?? "")").text
            #expect(page.contains("Those who have it keep it") && !page.contains("sent again later"))
            #expect(page.contains("The server took it for some") && !page.contains("did not take it yet"))
        }
    }

    @Test("A send whose message was deleted is not offered to be sent again", arguments: ["", "?live=1"])
    func pruned(query: String) async throws {
        try await withShop { shop in
            let gallery = try Gallery(shop)
            let id = try await scheduled(shop)
            #expect(await gallery.post("/ui/sends/\(id)/cancel", "token=\(Self.token)").status == 303)
            #expect(await gallery.page("/ui/sends/\(id)\(query)").text.contains("/\(id)/retry\""))
            shop.clock.jump(by: 10)
            #expect(try await shop.service.prune(olderThan: .zero).sends == 1)
            let page = await gallery.page("/ui/sends/\(id)\(query)").text
            #expect(page.contains("its message was deleted") && !page.contains("/\(id)/retry\""))
        }
    }

    @Test("For what belongs to a page the browser is asked for the password, also where it asks for no HTML")
    func challenges() async throws {
        let settings = try HTTPSettings(token: DoorTests.token)
        try await withShop(settings: settings) { shop in
            let gallery = try Gallery(shop, settings: settings)
            for (target, accept) in [
                ("/ui/style.css", "text/css,*/*;q=0.1"), ("/ui/script.js", "*/*"),
                ("/ui/events", "text/event-stream"),
            ] {
                let answer = Answer(await gallery.reply("GET", target, "", ["Accept": accept]))
                #expect(answer.status == 401)
                let challenges = answer.fields.values(of: "WWW-Authenticate")
                #expect(challenges.contains { $0.hasPrefix("Basic realm=") }, "\(target)")
            }
        }
    }

    @Test("Only so many pages are kept up to date at a time")
    func visitors() {
        let visitors = Visitors(most: 2)
        #expect(visitors.enter() && visitors.enter() && !visitors.enter())
        visitors.leave()
        #expect(visitors.enter())
    }
}
