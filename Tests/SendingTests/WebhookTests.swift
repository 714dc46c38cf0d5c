import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("Webhooks: told, tried again, given up")
struct WebhookTests {
    static let url = "https://example.com/hook"

    private func withDesk(
        _ endpoint: ScriptedEndpoint, own: [WebhookOutlet.Own] = [], retention: Duration? = nil,
        _ body: (Desk) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let desk = try Desk(
                Array(repeating: ScriptedTransport.accepts, count: 20), path: folder + "/envelope.db",
                retention: retention, webhooks: endpoint.outlet(own: own))
            try await body(desk)
            await finish(desk)
        }
    }

    /// Its waits are by the clock, which has to move for them.
    private func finish(_ desk: Desk) async {
        let moving = desk.clock.moving(by: 0.01)
        _ = await desk.service.finish(within: .seconds(1))
        moving.cancel()
    }

    @Test("Every event of a send is told in order, signed, under ids of its own")
    func tells() async throws {
        let endpoint = ScriptedEndpoint()
        try await withDesk(endpoint) { desk in
            let (webhook, secret) = try await desk.service.addWebhook(Self.url, events: [], secret: nil)
            let send = try await desk.send()
            try await eventually { endpoint.posts.count == 3 }
            #expect(endpoint.posts.map(\.payload.first) == ["c", "a", "a"])
            let hex = send.send.id.text.replacing("-", with: "")
            #expect(endpoint.posts.map { $0.fields["webhook-id"] } == (1...3).map { "msg_\(hex)_\($0)" })
            for post in endpoint.posts {
                let id = try #require(post.fields["webhook-id"])
                let timestamp = try #require(Int64(post.fields["webhook-timestamp"] ?? ""))
                #expect(timestamp == desk.clock.now.milliseconds / 1000)
                let signature = secret.signature(of: Array(post.payload.utf8), id: id, timestamp: timestamp)
                #expect(post.fields["webhook-signature"] == signature)
                #expect(post.fields["content-type"] == "application/json")
            }
            try await eventually {
                try desk.service.webhookDeliveries(of: webhook.id, state: .delivered, limit: 9).count == 3
            }
        }
    }

    @Test("What is not taken is tried ten times in all, then dead, then told again by replay under its id")
    func retries() async throws {
        let endpoint = ScriptedEndpoint()
        endpoint.answer(Self.url, .status(500, retryAfter: nil))
        try await withDesk(endpoint, retention: .seconds(90 * 86_400)) { desk in
            let added = try await desk.service.addWebhook(Self.url, events: [.accepted], secret: nil)
            _ = try await desk.send()
            let start = desk.clock.now
            try await eventually { endpoint.posts.count == 1 }
            var times: [Double] = []
            for pause in RetrySchedule.webhooks.pauses {
                let before = desk.clock.now
                let count = endpoint.posts.count
                try await eventually {
                    if endpoint.posts.count > count { return true }
                    desk.clock.advance(by: pause / 20)
                    return false
                }
                let wait = Double(desk.clock.now.milliseconds - before.milliseconds) / 1000
                times.append(wait)
                #expect(wait >= pause * 0.8)
            }
            try await eventually {
                try desk.service.webhookDeliveries(of: nil, state: .dead, limit: 9).count == 1
            }
            #expect(endpoint.posts.count == 10 && desk.clock.now > start.adding(seconds: 2.5 * 86_400))
            let dead = try #require(
                try desk.service.webhookDeliveries(of: added.webhook.id, state: .dead, limit: 9).first)
            #expect(dead.attempts == 10 && dead.last?.status == 500)
            endpoint.answer(Self.url, .status(204, retryAfter: nil))
            let moving = desk.clock.moving(by: 0.01)
            #expect(try await desk.service.replay(messageID: nil, webhook: nil) == 1)
            moving.cancel()
            #expect(endpoint.posts.count == 11)
            #expect(Set(endpoint.posts.map { $0.fields["webhook-id"] }).count == 1)
            #expect(Set(endpoint.posts.map(\.payload)).count == 1)
            #expect(try desk.service.webhookDeliveries(of: nil, state: .delivered, limit: 9).count == 1)
        }
    }

    @Test(
        "Retry-After is kept where it counts, in seconds or as a date, a day at most",
        arguments: [
            (429, "1000", 1000.0), (503, "Fri, 15 Jan 2027 08:16:40 GMT", 1000), (502, "999999999", 86_400),
            (504, "100", 100), (500, "1000", 6), (429, "soon", 6), (429, "-5", 6),
        ])
    func retryAfter(_ status: Int, _ field: String, _ expected: Double) async throws {
        let endpoint = ScriptedEndpoint()
        endpoint.answer(Self.url, .status(status, retryAfter: field))
        try await withDesk(endpoint) { desk in
            _ = try await desk.service.addWebhook(Self.url, events: [.accepted], secret: nil)
            let start = desk.clock.now
            _ = try await desk.send()
            try await eventually {
                try desk.service.webhookDeliveries(of: nil, state: nil, limit: 9).first?.last != nil
            }
            let delivery = try #require(
                try desk.service.webhookDeliveries(of: nil, state: nil, limit: 9).first)
            let wait = Double(try #require(delivery.dueAt).milliseconds - start.milliseconds) / 1000
            #expect(expected > 10 ? abs(wait - expected) <= 1 : wait <= expected, "\(wait)")
        }
    }

    @Test("410 switches the webhook off; adding it again switches it on")
    func gone() async throws {
        let endpoint = ScriptedEndpoint()
        endpoint.answer(Self.url, .status(410, retryAfter: nil))
        try await withDesk(endpoint) { desk in
            let added = try await desk.service.addWebhook(Self.url, events: [.accepted], secret: nil)
            _ = try await desk.send()
            try await eventually { try desk.service.webhookList().first?.disabled != nil }
            _ = try await desk.send(subject: "second")
            #expect(try desk.service.webhookDeliveries(of: nil, state: nil, limit: 9).map(\.state) == [.dead])
            let again = try await desk.service.addWebhook(Self.url, events: [.accepted], secret: nil)
            #expect(again.webhook.id == added.webhook.id && again.secret != added.secret)
            await #expect(throws: Failure.self) {
                try await desk.service.addWebhook(Self.url, events: [], secret: nil)
            }
        }
    }

    @Test("A webhook that hangs holds up neither the others nor the mail, and the end gives its claims back")
    func hangs() async throws {
        let endpoint = ScriptedEndpoint()
        let slow = "https://slow.example.com/"
        endpoint.silence(slow)
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let desk = try Desk(
                Array(repeating: ScriptedTransport.accepts, count: 20), path: path,
                webhooks: endpoint.outlet())
            _ = try await desk.service.addWebhook(slow, events: [.accepted], secret: nil)
            _ = try await desk.service.addWebhook(Self.url, events: [.accepted], secret: nil)
            for number in 1...9 {
                #expect(try await desk.send(subject: "\(number)").send.state == .accepted)
            }
            try await eventually { endpoint.posts(to: Self.url).count == 9 }
            #expect(endpoint.posts(to: slow).count == WebhookDispatcher.places)
            await finish(desk)
            let store = try desk.looker()
            let claims = try await store.claimDeliveries(
                of: WebhookDispatcher.id(of: slow), limit: 20, lease: 30, now: desk.clock.now)
            #expect(claims.count == 9 && claims.allSatisfy { $0.attempt == 1 })
            try store.close()
        }
    }

    @Test("A webhook of the settings hears what this process writes, with the settings' secret")
    func own() async throws {
        let endpoint = ScriptedEndpoint()
        let secret = try #require(WebhookSecret(octets: [UInt8](repeating: 9, count: 32)))
        try await withDesk(endpoint, own: [.init(url: Self.url, secret: secret)]) { desk in
            _ = try await desk.send()
            try await eventually { endpoint.posts.count == 3 }
            let post = try #require(endpoint.posts.first)
            let id = try #require(post.fields["webhook-id"])
            let timestamp = try #require(Int64(post.fields["webhook-timestamp"] ?? ""))
            #expect(
                post.fields["webhook-signature"]
                    == secret.signature(of: Array(post.payload.utf8), id: id, timestamp: timestamp))
            #expect(try desk.service.webhookList().map(\.hearing) == [.process])
        }
    }

    @Test("With another key nothing is signed, the reason is recorded, and mail goes on")
    func otherKey() async throws {
        let endpoint = ScriptedEndpoint()
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let first = try Desk([], path: path, webhooks: endpoint.outlet())
            let added = try await first.service.addWebhook(Self.url, events: [.accepted], secret: nil)
            await finish(first)
            let second = try Desk(
                [ScriptedTransport.accepts], path: path, webhooks: endpoint.outlet(key: 2))
            #expect(try await second.send().send.state == .accepted)
            try await eventually {
                try second.service.webhookDeliveries(of: nil, state: nil, limit: 9).first?.last != nil
            }
            let delivery = try second.service.webhookDeliveries(of: nil, state: nil, limit: 9).first
            #expect(delivery?.last?.error?.contains("another key") == true && delivery?.state == .pending)
            #expect(endpoint.posts.isEmpty)
            await #expect(throws: Failure.self) { try await second.service.testWebhook(added.webhook.id) }
            await finish(second)
        }
    }

    @Test("A test message is posted at once and not recorded")
    func test() async throws {
        let endpoint = ScriptedEndpoint()
        endpoint.answer(Self.url, .failed("nobody there"))
        try await withDesk(endpoint) { desk in
            let added = try await desk.service.addWebhook(Self.url, events: [], secret: nil)
            #expect(try await desk.service.testWebhook(added.webhook.id) == .failed("nobody there"))
            #expect(endpoint.posts.map(\.payload) == ["test"])
            #expect(try desk.service.webhookDeliveries(of: nil, state: nil, limit: 9).isEmpty)
            await #expect(throws: Failure.self) { try await desk.service.testWebhook("wh_none") }
            await #expect(throws: Failure.self) {
                try await desk.service.addWebhook("http://example.com", events: [], secret: nil)
            }
        }
    }
}
