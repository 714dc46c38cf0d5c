import Foundation
import Mail
import Testing

@testable import Store

@Suite("Claims, the gate and settling")
struct ClaimTests {
    let later = Samples.start.adding(seconds: 100)

    @Test("Two processes on one file never claim the same send")
    func twoProcesses() async throws {
        try await withStore { store, path in
            for number in 1...60 { try await store.insert(try Samples.new(number)) }
            let other = try Store.open(at: path)
            async let mine = claimAll(store, "mine")
            async let theirs = claimAll(other, "theirs")
            let (first, second) = try await (mine, theirs)
            #expect(first.count + second.count == 60)
            #expect(Set(first).isDisjoint(with: second))
        }
    }

    private func claimAll(_ store: Store, _ owner: String) async throws -> [SendID] {
        var ids: [SendID] = []
        while true {
            let claims = try await store.claim(for: ["env-1"], owner: owner, limit: 3, now: later)
            if claims.isEmpty { return ids }
            ids += claims.map(\.id)
        }
    }

    @Test("The oldest due send goes first; others' accounts and later times are left alone")
    func order() async throws {
        try await withStore { store, _ in
            let theirs = AccountRecord(
                id: "env-2", name: "they", kind: .smtp, server: "smtps://x:465", username: nil,
                sender: try Address(parsing: "they@example.com"))
            try await store.insert(try Samples.new(1, account: theirs))
            for number in [3, 2, 200] { try await store.insert(try Samples.new(number)) }
            let claims = try await store.claim(for: ["env-1"], owner: "o", limit: 9, now: later)
            #expect(claims.map(\.id) == [Samples.id(2), Samples.id(3)])
            #expect(try store.nextDue(for: ["env-1"]) == Samples.start.adding(seconds: 200))
            #expect(try store.nextDue(for: ["env-2"]) == Samples.start.adding(seconds: 1))
            #expect(try store.nextDue(for: []) == nil)
        }
    }

    @Test("An attempt is begun with the claim, and its end moves send, recipients and events together")
    func settled() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1, to: ["a@example.org", "b@example.org"]))
            let claim = try #require(
                try await store.claim(for: ["env-1"], owner: "o", limit: 1, now: later).first)
            #expect(claim.attempt == 1)
            #expect(claim.forwardPaths.map(\.text) == ["a@example.org", "b@example.org"])
            #expect(try await store.send(claim.id)?.state == .sending)
            try await store.commitAtFinalDot(claim, at: later)
            try await store.settle(claim, Samples.accepted(claim, at: later))
            let history = try #require(try await store.history(of: claim.id))
            #expect(history.send.status == .sent)
            #expect(history.send.sentAt == later)
            #expect(history.send.recipients.allSatisfy { $0.outcome == .accepted && $0.reply?.code == 250 })
            #expect(history.events.map(\.kind) == [.created, .attemptStarted, .accepted])
            let attempt = try #require(history.attempts.first)
            #expect(attempt.phase == .done)
            #expect(attempt.atFinalDotAt == later)
            #expect(attempt.conversation == ["C: MAIL", "S: 250"])
        }
    }

    @Test("Who lost the send may neither pass the gate nor settle it")
    func lost() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            let claim = try #require(
                try await store.claim(for: ["env-1"], owner: "asleep", limit: 1, now: later).first)
            // Its lock file does not exist: dead for everybody else.
            #expect(try await store.takeOver(from: nil, now: later) == [claim.id])
            await #expect(throws: StoreError.notOwner(claim.id)) {
                try await store.commitAtFinalDot(claim, at: later)
            }
            await #expect(throws: StoreError.notOwner(claim.id)) {
                try await store.settle(claim, Samples.accepted(claim, at: later))
            }
            #expect(try await store.send(claim.id)?.state == .ready)
            // The same owner with a newer claim does not make the old claim good again.
            let again = try #require(
                try await store.claim(for: ["env-1"], owner: "asleep", limit: 1, now: later).first)
            #expect(again.attempt == 2)
            await #expect(throws: StoreError.notOwner(claim.id)) {
                try await store.commitAtFinalDot(claim, at: later)
            }
            try await store.commitAtFinalDot(again, at: later)
        }
    }

    @Test("A living owner's sends are left alone, a dead one's are taken over at once")
    func ownerLocks() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            var lock: OwnerLock? = try OwnerLock(owner: "living", in: store)
            let claims = try await store.claim(for: ["env-1"], owner: "living", limit: 1, now: later)
            #expect(claims.count == 1)
            #expect(try await store.takeOver(from: nil, now: later) == [])
            #expect(lock?.owner == "living")
            lock = nil
            #expect(try await store.takeOver(from: nil, now: later) == [Samples.id(1)])
        }
    }

    @Test("Dead before the gate is due again; dead behind the gate is unconfirmed and never due")
    func takenOver() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            try await store.insert(try Samples.new(2))
            let claims = try await store.claim(for: ["env-1"], owner: "dead", limit: 2, now: later)
            try await store.commitAtFinalDot(claims[1], at: later)
            _ = try await store.takeOver(from: nil, now: later)
            let before = try #require(try await store.history(of: Samples.id(1)))
            #expect(before.send.state == .ready)
            #expect(before.send.nextAttemptAt == later)
            #expect(before.events.map(\.kind) == [.created, .attemptStarted, .released])
            let behind = try #require(try await store.history(of: Samples.id(2)))
            #expect(behind.send.state == .unconfirmed)
            #expect(behind.send.status == .failed)
            #expect(behind.send.failure?.mayHaveBeenDelivered == true)
            #expect(behind.send.failure?.retryable == false)
            #expect(behind.send.recipients.map(\.outcome) == [.unconfirmed])
            #expect(
                try await store.claim(for: ["env-1"], owner: "o", limit: 9, now: later).map(\.id) == [
                    Samples.id(1)
                ])
        }
    }

    @Test("Only recipients that are still open are in the next claim")
    func openRecipients() async throws {
        try await withStore { store, _ in
            try await store.insert(
                try Samples.new(1, to: ["a@example.org", "b@example.org", "c@example.org"]))
            let claim = try #require(
                try await store.claim(for: ["env-1"], owner: "o", limit: 1, now: later).first)
            let outcomes: [Outcome] = [.accepted, .deferred, .rejected]
            try await store.settle(
                claim,
                Settlement(
                    state: .deferred, at: later, phase: .done,
                    recipients: zip(claim.forwardPaths, outcomes).map {
                        .init(address: $0, outcome: $1, reply: nil)
                    },
                    failure: nil, nextAttemptAt: later, event: .deferred))
            let next = try #require(
                try await store.claim(for: ["env-1"], owner: "o", limit: 1, now: later).first)
            #expect(next.forwardPaths.map(\.text) == ["b@example.org"])
            #expect(next.settledOutcomes == [.accepted, .rejected])
        }
    }

    @Test("A damaged row fails alone and holds up no other")
    func damaged() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            try await store.insert(try Samples.new(2))
            try store.run("UPDATE recipients SET outcome = 'accepted' WHERE send_id = '\(Samples.id(1))'")
            let claims = try await store.claim(for: ["env-1"], owner: "o", limit: 9, now: later)
            #expect(claims.map(\.id) == [Samples.id(2)])
            let damaged = try #require(try await store.history(of: Samples.id(1)))
            #expect(damaged.send.status == .failed)
            #expect(damaged.send.failure?.code == .internal)
            #expect(damaged.events.last?.kind == .rejected)
        }
    }

    @Test(
        "Past its give-up time a waiting send is expired, or partial where somebody has it, and never claimed"
    )
    func givenUp() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            try await store.insert(try Samples.new(2, to: ["a@example.org", "b@example.org"]))
            let claims = try await store.claim(for: ["env-1"], owner: "o", limit: 9, now: later)
            let first = Samples.start.adding(seconds: 50)
            try await store.settle(
                claims[1],
                Settlement(
                    state: .deferred, at: first, phase: .done,
                    recipients: [
                        .init(address: claims[1].forwardPaths[0], outcome: .accepted, reply: nil),
                        .init(address: claims[1].forwardPaths[1], outcome: .deferred, reply: nil),
                    ], failure: nil, nextAttemptAt: later, event: .deferred))
            try await store.settle(
                claims[0],
                Settlement(
                    state: .ready, at: first, phase: .connect, recipients: [], failure: nil,
                    nextAttemptAt: later,
                    event: .released))
            let tooLate = Samples.start.adding(seconds: 100_000)
            #expect(try await store.giveUp(now: later) == [])
            #expect(try await Set(store.giveUp(now: tooLate)) == [Samples.id(1), Samples.id(2)])
            #expect(try await store.claim(for: ["env-1"], owner: "o", limit: 9, now: tooLate) == [])
            let expired = try #require(try await store.history(of: Samples.id(1)))
            #expect(expired.send.state == .expired)
            #expect(expired.send.failure?.code == .expired)
            #expect(expired.events.last?.kind == .expired)
            let partial = try #require(try await store.send(Samples.id(2)))
            #expect(partial.state == .partial)
            // When the server first took it for somebody, not when the rest was given up.
            #expect(partial.sentAt == first)
        }
    }

    @Test("Opened through a symbolic link, the record knows the same living owners")
    func linked() async throws {
        try await withStore { store, path in
            try await store.insert(try Samples.new(1))
            let lock = try OwnerLock(owner: "living", in: store)
            _ = try await store.claim(for: ["env-1"], owner: "living", limit: 1, now: later)
            try FileManager.default.createSymbolicLink(atPath: path + ".link", withDestinationPath: path)
            let other = try Store.open(at: path + ".link")
            #expect(try await other.takeOver(from: nil, now: later) == [])
            #expect(lock.owner == "living")
        }
    }
}
