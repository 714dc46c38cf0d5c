import Mail
import Testing

@testable import Store

@Suite("Webhooks: what is queued, claimed and settled")
struct WebhookTests {
    private func webhook(
        _ name: String, events: [SendEvent.Kind] = [], hearing: Webhook.Hearing = .record
    ) -> Webhook {
        Webhook(
            id: "wh_\(name)", url: "https://example.com/\(name)", secret: [1, 2, 3], events: events,
            hearing: hearing, createdAt: Samples.start)
    }

    private func claim(
        _ store: Store, _ name: String = "a", limit: Int = 10, at now: Timestamp = Samples.later
    )
        async throws -> [WebhookClaim]
    {
        try await store.claimDeliveries(of: "wh_\(name)", limit: limit, lease: 30, now: now)
    }

    private func ended(_ next: WebhookSettlement.Next, at: Timestamp = Samples.later) -> WebhookSettlement {
        WebhookSettlement(at: at, status: 503, error: "no", next: next)
    }

    @Test("Every event is queued with it, for each webhook that asks for its kind, under one id")
    func queues() async throws {
        try await withStore { store, _ in
            #expect(try await store.add(webhook("a")) == "wh_a")
            #expect(try await store.add(webhook("b", events: [.accepted, .bounced])) == "wh_b")
            let claim = try await store.claimed()
            try await store.commitAtFinalDot(claim, at: Samples.later)
            try await store.settle(claim, Samples.accepted(claim, at: Samples.later))
            let all = try store.deliveries(of: "wh_a", limit: 10)
            #expect(all.map(\.kind) == [.accepted, .attemptStarted, .created])
            let hex = Samples.id(1).text.replacing("-", with: "")
            #expect(all.map(\.messageID) == ["msg_\(hex)_3", "msg_\(hex)_2", "msg_\(hex)_1"])
            #expect(all.allSatisfy { $0.send == Samples.id(1) && $0.state == .pending && $0.attempts == 0 })
            let some = try store.deliveries(of: "wh_b", limit: 10)
            #expect(some.map(\.messageID) == ["msg_\(hex)_3"])
        }
    }

    @Test("Without a webhook nothing is queued, and one that came later hears of nothing earlier")
    func nobody() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            #expect(try !store.isAnyWebhook())
            #expect(try store.deliveries(limit: 10).isEmpty)
            _ = try await store.add(webhook("a"))
            #expect(try store.isAnyWebhook())
            #expect(
                try store.deliveries(limit: 10).isEmpty && store.nextDeliveries(at: Samples.later).isEmpty)
        }
    }

    @Test("An event that is rolled back is told to nobody")
    func rolledBack() async throws {
        try await withStore { store, _ in
            _ = try await store.add(webhook("a"))
            _ = try await store.insert(try Samples.new(1))
            // The same number again breaks a rule, after its events' statement or before.
            await #expect(throws: (any Error).self) { _ = try await store.insert(try Samples.new(1)) }
            #expect(try store.deliveries(limit: 10).count == 1)
        }
    }

    @Test("A webhook of the settings hears only what processes write that name it")
    func own() async throws {
        try await withStore { store, path in
            let other = try Store.open(at: path)
            _ = try await store.add(webhook("a", hearing: .process))
            try store.hear(for: ["wh_a", "wh_'); DROP TABLE sends; --"])
            _ = try await other.insert(try Samples.new(1))
            #expect(try store.deliveries(limit: 10).isEmpty)
            _ = try await store.insert(try Samples.new(2))
            #expect(try other.deliveries(limit: 10).map(\.send) == [Samples.id(2)])
            try store.hear(for: [])
            _ = try await store.insert(try Samples.new(3))
            #expect(try store.deliveries(limit: 10).count == 1)
            try other.close()
        }
    }

    @Test("A URL is there once; one that was off, or only of the settings, is taken up again under its id")
    func adds() async throws {
        try await withStore { store, _ in
            #expect(try await store.add(webhook("a")) == "wh_a")
            #expect(try await store.add(webhook("a")) == nil)
            _ = try await store.insert(try Samples.new(1))
            let claims = try await claim(store)
            let off = ended(.disable(because: "gone"))
            #expect(try await store.settle(#require(claims.first), payload: "{}", off))
            #expect(try store.webhooks().first?.disabled?.reason == "gone")
            _ = try await store.insert(try Samples.new(2))
            #expect(try store.deliveries(limit: 10).map(\.state) == [.dead])
            #expect(try await store.add(webhook("a", events: [.created])) == "wh_a")
            let again = try #require(try store.webhooks().first)
            #expect(again.disabled == nil && again.events == [.created])
            #expect(try await store.removeWebhook("wh_a"))
            #expect(try await store.removeWebhook("wh_a") == false)
            #expect(try store.deliveries(limit: 10).isEmpty)
        }
    }

    @Test("Two processes never have one delivery; a lease that is over can be had again, and voids the first")
    func leases() async throws {
        try await withStore { store, path in
            let other = try Store.open(at: path)
            _ = try await store.add(webhook("a"))
            for number in 1...20 { _ = try await store.insert(try Samples.new(number)) }
            async let one = claim(store, limit: 20)
            async let two = claim(other, limit: 20)
            let (mine, theirs) = try await (one, two)
            #expect(Set((mine + theirs).map(\.delivery.messageID)).count == 20)
            #expect(mine.count + theirs.count == 20)
            let first = try #require((mine + theirs).first)
            let over = Samples.later.adding(seconds: 30)
            #expect(try await claim(store, limit: 20, at: over.adding(seconds: -0.001)).isEmpty)
            let again = try await claim(store, limit: 20, at: over)
            #expect(again.count == 20 && again.allSatisfy { $0.attempt == 2 })
            #expect(try await store.settle(first, payload: "{}", ended(.delivered)) == false)
            let same = try #require(again.first { $0.delivery.number == first.delivery.number })
            #expect(try await store.settle(same, payload: "{}", ended(.delivered)))
            try other.close()
        }
    }

    @Test("The events of a send come one after the other; one that waits for its retry holds up none")
    func order() async throws {
        try await withStore { store, _ in
            _ = try await store.add(webhook("a"))
            _ = try await store.claimed()
            _ = try await store.insert(try Samples.new(2))
            let first = try await claim(store)
            #expect(first.map(\.delivery.kind) == [.created, .created])
            #expect(Set(first.map(\.delivery.send)) == [Samples.id(1), Samples.id(2)])
            #expect(try await claim(store).isEmpty)
            let one = try #require(first.first { $0.delivery.send == Samples.id(1) })
            let next = Samples.later.adding(seconds: 5)
            #expect(try await store.settle(one, payload: "{\"n\": 1}", ended(.retry(at: next))))
            #expect(try await claim(store).map(\.delivery.kind) == [.attemptStarted])
            #expect(try store.nextDeliveries(at: Samples.later) == ["wh_a": next])
            let retried = try #require(try await claim(store, at: next).first)
            #expect(retried.payload == "{\"n\": 1}" && retried.attempt == 2)
            #expect(retried.delivery.last == .init(at: Samples.later, status: 503, error: "no"))
        }
    }

    @Test("A claim that is given back was no try")
    func releases() async throws {
        try await withStore { store, _ in
            _ = try await store.add(webhook("a"))
            _ = try await store.insert(try Samples.new(1))
            let first = try #require(try await claim(store).first)
            try await store.release(first)
            let second = try #require(try await claim(store).first)
            #expect(second.attempt == 1 && second != first)
        }
    }

    @Test("What is dead is replayed with all its tries, what was delivered only by name")
    func replays() async throws {
        try await withStore { store, _ in
            _ = try await store.add(webhook("a"))
            _ = try await store.add(webhook("b"))
            _ = try await store.insert(try Samples.new(1))
            _ = try await store.insert(try Samples.new(2))
            let claims = try await claim(store)
            #expect(try await store.settle(claims[0], payload: "{}", ended(.dead)))
            #expect(try await store.settle(claims[1], payload: "{}", ended(.delivered)))
            #expect(try await store.replay(messageID: nil, webhook: "wh_b", at: Samples.later) == 0)
            #expect(try await store.replay(messageID: nil, webhook: nil, at: Samples.later) == 1)
            let again = try await claim(store)
            #expect(again.map(\.delivery.messageID) == [claims[0].delivery.messageID])
            #expect(again.map(\.attempt) == [1] && again.map(\.payload) == ["{}"])
            let told = claims[1].delivery.messageID
            #expect(try await store.replay(messageID: told, webhook: "wh_b", at: Samples.later) == 0)
            #expect(try await store.replay(messageID: told, webhook: "wh_a", at: Samples.later) == 1)
            #expect(try await claim(store).map(\.delivery.messageID) == [told])
        }
    }

    @Test("Pruning takes what was settled before a time, and nothing that waits")
    func prunes() async throws {
        try await withStore { store, _ in
            _ = try await store.add(webhook("a"))
            for number in 1...3 { _ = try await store.insert(try Samples.new(number)) }
            let claims = try await claim(store, limit: 2)
            for claim in claims { #expect(try await store.settle(claim, payload: "{}", ended(.dead))) }
            #expect(try await store.pruneDeliveries(before: Samples.later) == 0)
            let end = Samples.later.adding(seconds: 1)
            #expect(try await store.pruneDeliveries(before: end, limit: 1) == 1)
            #expect(try await store.pruneDeliveries(before: end) == 1)
            #expect(try store.deliveries(limit: 10).map(\.state) == [.pending])
        }
    }
}
