import Mail
import Testing

@testable import Store

@Suite("Account pauses")
struct PauseTests {
    let later = Samples.later
    let pause = AccountPause(
        since: Samples.later, until: Samples.later.adding(seconds: 60), failure: Samples.failure)

    /// A store whose account `env-1` was paused by the settlement of send 1.
    private func withPause(_ body: (Store) async throws -> Void) async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            try await store.settle(
                claim, Samples.ended(claim, .deferred, [.deferred], next: later, isTry: false, pause: pause))
            try await body(store)
        }
    }

    @Test("A settlement pauses its account; nothing of it is due until the pause is over, to the millisecond")
    func paused() async throws {
        try await withPause { store in
            let theirs = Samples.account("env-2", name: "they")
            _ = try await store.insert(try Samples.new(2, account: theirs))
            #expect(try store.latestPause(of: "env-1") == pause)
            #expect(try store.latestPause(of: "env-2") == nil)
            #expect(try store.nextDue(for: ["env-1", "env-2"])["env-1"] == pause.until)
            for (seconds, isPaused) in [(0, true), (59.999, true), (60, false)] {
                let now = later.adding(seconds: seconds)
                #expect(try store.pause(of: "env-1", at: now) == (isPaused ? pause : nil))
                let claims = try await store.claim(for: "env-1", owner: "o", limit: 9, now: now)
                #expect(claims.count == (isPaused ? 0 : 1), "\(seconds)")
            }
            #expect(try await store.claim(for: "env-2", owner: "o", limit: 9, now: later).count == 1)
            // Over, but remembered: a next pause may be longer.
            #expect(try store.latestPause(of: "env-1") == pause)
        }
    }

    @Test(
        "What waits for the end of a pause says until when and why; its own error and its later time come first"
    )
    func shown() async throws {
        try await withPause { store in
            let own = Failure(.mailboxFull, "Full.", hint: "Wait.")
            _ = try await store.insert(try Samples.new(2))
            _ = try await store.insert(try Samples.new(3))
            let farAway = later.adding(seconds: 3600)
            _ = try await store.insert(try Samples.new(4, scheduledFor: farAway))
            try store.run("UPDATE sends SET error = '\(try Coding.text(own))' WHERE id = '\(Samples.id(3))'")
            for (number, next, error) in [
                (2, pause.until, Samples.failure), (3, pause.until, own), (4, farAway, nil),
            ] {
                let send = try #require(try await store.send(Samples.id(number)))
                #expect(send.nextAttemptAt == next, "\(number)")
                #expect(send.failure == error, "\(number)")
            }
        }
    }

    @Test("Resumed, an account is due at once")
    func resumed() async throws {
        try await withPause { store in
            try await store.resume("env-1")
            #expect(try store.latestPause(of: "env-1") == nil)
            #expect(try store.nextDue(for: ["env-1"]) == ["env-1": later])
            #expect(try await store.claimAgain().id == Samples.id(1))
        }
    }

    @Test(
        "What is too far away to be true is due now, but not what a caller chose or another account waits for"
    )
    func broughtForward() async throws {
        try await withStore { store, _ in
            let far = later.adding(seconds: 1_000_000)
            let limit = later.adding(seconds: 40_000)
            let claim = try await store.claimed(1)
            try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred], next: far))
            _ = try await store.insert(try Samples.new(2))
            try store.run("UPDATE sends SET next_attempt_at = '\(far.rfc3339)' WHERE state = 'ready'")
            _ = try await store.insert(try Samples.new(3, scheduledFor: far))
            let second = try await store.claimed(4)
            try await store.settle(second, Samples.ended(second, .deferred, [.deferred], next: limit))
            let theirs = Samples.account("env-2", name: "they")
            _ = try await store.insert(try Samples.new(5, account: theirs))
            try store.run("UPDATE sends SET next_attempt_at = '\(far.rfc3339)' WHERE account_id = 'env-2'")
            #expect(try store.isAnyDue(beyond: limit, for: "env-1"))
            #expect(try !store.isAnyDue(beyond: far, for: "env-1"))

            #expect(try await store.bringForward(beyond: limit, for: "env-1", at: later) == 2)
            var times: [Int: Timestamp?] = [:]
            for number in 1...5 { times[number] = try await store.send(Samples.id(number))?.nextAttemptAt }
            #expect(times == [1: later, 2: later, 3: far, 4: limit, 5: far])
            #expect(try !store.isAnyDue(beyond: limit, for: "env-1"))
            #expect(try store.isAnyDue(beyond: limit, for: "env-2"))
        }
    }

    @Test(
        "A pause that is too long to be true ends, another does not",
        arguments: [(59.999, true), (60, false)])
    func pauseBroughtForward(limit: Double, isEnded: Bool) async throws {
        try await withPause { store in
            let theirs = Samples.account("env-2", name: "they")
            _ = try await store.insert(try Samples.new(2, account: theirs))
            let claim = try await store.claim(for: "env-2", owner: "o", limit: 1, now: later)[0]
            try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred], pause: pause))
            let bound = later.adding(seconds: limit)
            #expect(try store.isAnyDue(beyond: bound, for: "env-1") == isEnded)
            _ = try await store.bringForward(beyond: bound, for: "env-1", at: later)
            #expect(try store.latestPause(of: "env-1") == (isEnded ? nil : pause))
            #expect(try store.latestPause(of: "env-2") == pause)
        }
    }

    @Test("What is unfinished is counted by state, for the accounts asked for")
    func waiting() async throws {
        try await withPause { store in
            _ = try await store.insert(try Samples.new(2))
            _ = try await store.insert(try Samples.new(3))
            _ = try await store.insert(try Samples.new(4, scheduledFor: later))
            _ = try await store.insert(try Samples.new(5, account: Samples.sandbox))
            _ = try await store.cancel(Samples.id(3), at: later)
            #expect(
                try store.waiting(for: ["env-1"], at: Samples.start) == [
                    .deferred: 1, .ready: 1, .scheduled: 1,
                ])
            #expect(try store.waiting(for: ["env-1", "env-sandbox"], at: Samples.start)[.ready] == 2)
            #expect(try store.waiting(for: [], at: Samples.start) == [:])
        }
    }
}
