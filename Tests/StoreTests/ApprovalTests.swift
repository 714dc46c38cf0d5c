import Mail
import Testing

@testable import Store

@Suite("A held send, and a person's yes or no")
struct ApprovalTests {
    let later = Samples.later

    private func held(_ number: Int = 1, scheduledFor: Timestamp? = nil) throws -> NewSend {
        try Samples.new(number, scheduledFor: scheduledFor, heldBecause: "somebody must look")
    }

    private func claim(_ store: Store) async throws -> [Claim] {
        let owner = try await store.hire().id
        return try await store.claim(for: Samples.account.id, owner: owner, limit: 10, now: later)
    }

    @Test("It is recorded as held with the reason, due at no time, and no process claims it")
    func waits() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try held())
            let history = try #require(try await store.history(of: Samples.id(1)))
            #expect(history.send.state == .held)
            #expect(history.send.nextAttemptAt == nil)
            #expect(history.events.map(\.kind) == [.created, .held])
            #expect(history.events.last?.detail == "somebody must look")
            #expect(try await claim(store).isEmpty)
        }
    }

    @Test("A yes makes it due at once, a second yes or a no after it counts for nothing")
    func approved() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try held())
            let id = Samples.id(1)
            #expect(try await store.approve(id, content: nil, by: "Ada", at: later) == .done)
            #expect(try await store.approve(id, content: nil, by: "Ada", at: later) == .notHeld(.ready))
            #expect(try await store.deny(id, by: "Ada", reason: nil, at: later) == .notHeld(.ready))
            let history = try #require(try await store.history(of: id))
            #expect(history.send.nextAttemptAt == later)
            #expect(history.events.map(\.kind) == [.created, .held, .approved])
            #expect(history.events.last?.detail == "by Ada")
            #expect(try await claim(store).map(\.id) == [id])
        }
    }

    @Test(
        "A yes to a send that was to go later leaves it scheduled; when its time has passed it goes at once")
    func scheduled() async throws {
        try await withStore { store, _ in
            let time = later.adding(seconds: 500)
            for (number, now, state, due) in [
                (1, later, SendState.scheduled, time),
                (2, time.adding(seconds: 9), .ready, time.adding(seconds: 9)),
            ] {
                _ = try await store.insert(try held(number, scheduledFor: time))
                #expect(
                    try await store.approve(Samples.id(number), content: nil, by: "Ada", at: now) == .done)
                let send = try #require(try await store.send(Samples.id(number)))
                #expect(send.state == state)
                #expect(send.nextAttemptAt == due)
            }
        }
    }

    @Test("A yes to something else than is recorded counts for nothing")
    func otherContent() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try held())
            let id = Samples.id(1)
            let digest = try #require(try store.contentDigest(of: id))
            #expect(try await store.approve(id, content: "other", by: "Ada", at: later) == .otherContent)
            #expect(try await store.send(id)?.state == .held)
            #expect(try await store.approve(id, content: digest, by: "Ada", at: later) == .done)
            #expect(try await store.approve(Samples.id(9), content: nil, by: "Ada", at: later) == .unknown)
        }
    }

    @Test("A no ends it for good, with who said so and why")
    func denied() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try held())
            let id = Samples.id(1)
            #expect(try await store.deny(id, by: "Ada", reason: "wrong person", at: later) == .done)
            let history = try #require(try await store.history(of: id))
            #expect(history.send.state == .denied)
            #expect(history.send.failure?.code == .denied)
            #expect(history.send.failure?.message.contains("Ada did not approve it: wrong person") == true)
            #expect(history.events.last?.kind == .denied)
            #expect(try await store.approve(id, content: nil, by: "Ada", at: later) == .notHeld(.denied))
            #expect(try await claim(store).isEmpty)
        }
    }

    @Test("One that nobody decides on expires when its give-up time is over")
    func expires() async throws {
        try await withStore { store, _ in
            let new = try held()
            _ = try await store.insert(new)
            #expect(try await store.givenUp(now: new.giveUpAt).isEmpty)
            #expect(try await store.givenUp(now: new.giveUpAt.adding(seconds: 1)) == [new.id])
            #expect(try await store.send(new.id)?.state == .expired)
        }
    }

    @Test("The mark of a send is another one after each change, and the same when nothing changed")
    func marks() async throws {
        try await withStore { store, _ in
            let id = Samples.id(1)
            #expect(try store.mark(of: id) == nil)
            _ = try await store.insert(try held())
            let first = try store.mark(of: id)
            #expect(first != nil)
            #expect(try store.mark(of: id) == first)
            _ = try await store.approve(id, content: nil, by: "Ada", at: later)
            let second = try store.mark(of: id)
            #expect(second != first)
            _ = try await claim(store)
            #expect(try store.mark(of: id) != second)
        }
    }

    @Test("Ids are found by their beginning, newest first, so many at most")
    func ids() async throws {
        try await withStore { store, _ in
            for number in 1...4 { _ = try await store.insert(try Samples.new(number)) }
            let all = (1...4).reversed().map(Samples.id)
            #expect(try store.ids(beginningWith: "", limit: 10) == all)
            #expect(try store.ids(beginningWith: "", limit: 2) == Array(all.prefix(2)))
            #expect(try store.ids(beginningWith: all[1].text, limit: 10) == [all[1]])
            #expect(try store.ids(beginningWith: "ffff", limit: 10).isEmpty)
        }
    }
}
