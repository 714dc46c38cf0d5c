import Mail
import Testing

@testable import Store

@Suite("Claims")
struct ClaimTests {
    let later = Samples.later

    @Test("Four claimers in two processes never take the same send, and leave none")
    func race() async throws {
        try await withStore { store, path in
            for number in 1...200 { _ = try await store.insert(try Samples.new(number)) }
            let other = try Store.open(at: path)
            for owner in ["a", "b", "c", "d"] { try await store.hire(owner) }
            let taken = try await withThrowingTaskGroup { group in
                for (owner, store) in [("a", store), ("b", other), ("c", store), ("d", other)] {
                    group.addTask { try await claimAll(store, owner) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(taken.count == 200)
            #expect(Set(taken).count == 200)
            #expect(try store.values("SELECT count(*) FROM attempts WHERE number = 1") == ["200"])
            #expect(
                try store.values(
                    "SELECT count(*) FROM sends s JOIN attempts a ON a.send = s.number AND a.owner = s.owner")
                    == ["200"])
            try other.close()
        }
    }

    private func claimAll(_ store: Store, _ owner: String) async throws -> [SendID] {
        var ids: [SendID] = []
        while true {
            let claims = try await store.claim(for: "env-1", owner: owner, limit: 3, now: later)
            if claims.isEmpty { return ids }
            ids += claims.map(\.id)
        }
    }

    @Test("The oldest due send goes first; others' accounts and later times are left alone")
    func order() async throws {
        try await withStore { store, _ in
            try await store.hire()
            let theirs = Samples.account("env-2", name: "they")
            _ = try await store.insert(try Samples.new(1, account: theirs))
            for number in [3, 2, 5, 4, 2000] { _ = try await store.insert(try Samples.new(number)) }
            let first = try await store.claim(for: "env-1", owner: "o", limit: 2, now: later)
            #expect(first.map(\.id) == [2, 3].map(Samples.id))
            #expect(try await store.claim(for: "env-1", owner: "o", limit: 0, now: later) == [])
            #expect(try await store.claim(for: "env-1", owner: "o", limit: -1, now: later) == [])
            let rest = try await store.claim(for: "env-1", owner: "o", limit: 9, now: later)
            #expect(rest.map(\.id) == [4, 5].map(Samples.id))
            let due = try store.nextDue(for: ["env-1", "env-2", "env-3"])
            #expect(
                due == [
                    "env-1": Samples.start.adding(seconds: 2000), "env-2": Samples.start.adding(seconds: 1),
                ])
            #expect(try store.nextDue(for: []) == [:])
        }
    }

    @Test("The longest due goes first, not the first recorded")
    func longestDue() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(1)
            try await store.settle(
                claim, Samples.ended(claim, .deferred, [.deferred], next: Samples.start.adding(seconds: 30)))
            _ = try await store.insert(try Samples.new(20))
            _ = try await store.insert(try Samples.new(40))
            #expect(try store.nextDue(for: ["env-1"]) == ["env-1": Samples.start.adding(seconds: 20)])
            #expect(try await store.claimAgain().id == Samples.id(20))
            #expect(try store.nextDue(for: ["env-1"]) == ["env-1": Samples.start.adding(seconds: 30)])
            #expect(try await store.claimAgain().id == Samples.id(1))
            #expect(try await store.claimAgain().id == Samples.id(40))
        }
    }

    @Test(
        "A scheduled send is due from its time on, to the millisecond",
        arguments: [(1.999, false), (2, true), (2.001, true)])
    func scheduled(after seconds: Double, isTaken: Bool) async throws {
        try await withStore { store, _ in
            try await store.hire()
            let at = later.adding(seconds: 2)
            _ = try await store.insert(try Samples.new(1, scheduledFor: at))
            #expect(try await store.send(Samples.id(1))?.state == .scheduled)
            #expect(try store.nextDue(for: ["env-1"]) == ["env-1": at])
            let claims = try await store.claim(
                for: "env-1", owner: "o", limit: 1, now: later.adding(seconds: seconds))
            #expect(claims.count == (isTaken ? 1 : 0))
        }
    }

    @Test("A worker that nobody knows any more can claim nothing, and spoils no other's write")
    func unknownWorker() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            await #expect(throws: (any Error).self) { _ = try await store.claimAgain(by: "forgotten") }
            #expect(try await store.send(Samples.id(1))?.state == .ready)
            #expect(try await store.send(Samples.id(1))?.attempts == 0)
        }
    }

    @Test("Only recipients that are still open are in the next claim")
    func openRecipients() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org", "c@example.org"])
            #expect(claim.forwardPaths.map(\.text) == ["a@example.org", "b@example.org", "c@example.org"])
            #expect(claim.settledOutcomes == [])
            try await store.settle(
                claim, Samples.ended(claim, .deferred, [.accepted, .deferred, .rejected]))
            let next = try await store.claimAgain()
            #expect(next.forwardPaths.map(\.text) == ["b@example.org"])
            #expect(next.settledOutcomes == [.accepted, .rejected])
            #expect(next.attempt == 2)
        }
    }

    @Test("An attempt that was given back or met a pause is an attempt, but no try")
    func tries() async throws {
        try await withStore { store, _ in
            var claim = try await store.claimed()
            #expect((claim.attempt, claim.tries) == (1, 0))
            for (isTry, attempt, tries) in [(false, 2, 0), (true, 3, 1), (false, 4, 1), (true, 5, 2)] {
                try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred], isTry: isTry))
                claim = try await store.claimAgain()
                #expect(claim.attempt == attempt)
                #expect(claim.tries == tries)
            }
        }
    }

    @Test("A damaged row fails alone and holds up no other")
    func damaged() async throws {
        try await withStore { store, _ in
            try await store.hire()
            _ = try await store.insert(try Samples.new(1))
            _ = try await store.insert(try Samples.new(2))
            try store.run("UPDATE recipients SET outcome = 'accepted' WHERE send = \(Samples.floor(1))")
            let claims = try await store.claim(for: "env-1", owner: "o", limit: 9, now: later)
            #expect(claims.map(\.id) == [Samples.id(2)])
            let damaged = try #require(try await store.history(of: Samples.id(1)))
            // Nobody is left to send it to, and nobody knows when the server took it.
            #expect(damaged.send.state == .partial && damaged.send.sentAt == later)
            #expect(damaged.events.last?.kind == .partial)
            #expect(damaged.events.last?.detail?.contains("cannot be read") == true)
        }
    }

    @Test("Past its give-up time a waiting send is expired, and never claimed")
    func givenUp() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(9)
            for number in [1, 2] { _ = try await store.insert(try Samples.new(number)) }
            // Not before the time is over, and not what is being sent.
            #expect(try await store.givenUp(now: Samples.start.adding(seconds: 86_401)) == [])
            #expect(
                try await store.givenUp(now: Samples.start.adding(seconds: 86_401.001)) == [Samples.id(1)])
            let tooLate = Samples.start.adding(seconds: 100_000)
            #expect(try await store.givenUp(now: tooLate).count == 1)
            #expect(try await store.givenUp(now: tooLate) == [])
            #expect(try await store.claim(for: "env-1", owner: "o", limit: 9, now: tooLate) == [])
            let expired = try #require(try await store.history(of: Samples.id(1)))
            #expect(expired.send.state == .expired)
            #expect(expired.send.failure?.code == .expired)
            #expect(expired.events.last?.kind == .expired)
            #expect(try await store.send(claim.id)?.state == .sending)
        }
    }

    @Test("However many are over, all are given up before anything is claimed")
    func givenUpAll() async throws {
        try await withStore { store, _ in
            for number in 1...230 { _ = try await store.insert(try Samples.new(number)) }
            let tooLate = Samples.start.adding(seconds: 100_000)
            // One of them is damaged, and holds up no other.
            let noID = String(repeating: "x", count: 36)
            try store.run(
                "UPDATE sends SET id = '\(noID)', message_id = '<\(noID)@example.com>' WHERE number = \(Samples.floor(7))"
            )
            let moved = try await store.giveUp(now: tooLate)
            #expect(moved.count == 229 && Set(moved.values) == [.expired])
            #expect(try await store.claim(for: "env-1", owner: "o", limit: 9, now: tooLate) == [])
        }
    }

    @Test("What waits for a later time is given up when that has come, not before")
    func givenUpWhenDue() async throws {
        try await withStore { store, _ in
            let end = Samples.start.adding(seconds: 200_000)
            _ = try await store.insert(try Samples.new(1, scheduledFor: end))
            #expect(try await store.givenUp(now: Samples.start.adding(seconds: 199_999)) == [])
            #expect(try await store.givenUp(now: end) == [Samples.id(1)])
        }
    }

    @Test(
        "Given up where somebody has it, a send is partial since the server took it, also when it was given back last",
        arguments: [SendState.deferred, .ready])
    func givenUpPartly(state: SendState) async throws {
        try await withStore { store, _ in
            let first = Samples.start.adding(seconds: 50)
            var claim = try await store.claimed(to: ["a@example.org", "b@example.org", "c@example.org"])
            try await store.settle(
                claim, Samples.ended(claim, .deferred, [.accepted, .deferred, .deferred], at: first))
            claim = try await store.claimAgain()
            try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
            if state == .ready {
                claim = try await store.claimAgain()
                try await store.settle(claim, Samples.ended(claim, .ready, isTry: false))
            }
            #expect(try await store.send(claim.id)?.state == state)
            #expect(try await store.givenUp(now: Samples.start.adding(seconds: 100_000)) == [claim.id])
            let partial = try #require(try await store.history(of: claim.id))
            #expect(partial.send.state == .partial)
            #expect(partial.send.recipients.map(\.outcome) == [.accepted, .accepted, .notAttempted])
            #expect(partial.send.warnings.last == "c@example.org did not get it: the give-up time passed.")
            // When the server first took it for somebody, not when the rest was given up.
            #expect(partial.send.sentAt == first)
            #expect(partial.events.last?.kind == .partial)
        }
    }
}
