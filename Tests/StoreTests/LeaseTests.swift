import Foundation
import Mail
import Testing

@testable import Store

@Suite("Leases and takeovers")
struct LeaseTests {
    let later = Samples.later

    @Test("A living owner's sends are left alone, a dead one's are taken over at once")
    func locks() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(by: "living")
            var lock: OwnerLock? = try OwnerLock(owner: "living", in: store)
            #expect(try await store.takeOver() == [])
            #expect(lock?.owner == "living")
            lock = nil
            #expect(try await store.takeOver() == [claim.id])
            #expect(try store.values("SELECT id FROM workers") == [])
        }
    }

    @Test("Opened through a symbolic link, the record knows the same living owners")
    func linked() async throws {
        try await withStore { store, path in
            let lock = try OwnerLock(owner: "living", in: store)
            _ = try await store.claimed(by: "living")
            try FileManager.default.createSymbolicLink(atPath: path + ".link", withDestinationPath: path)
            let other = try Store.open(at: path + ".link")
            #expect(try await other.takeOver() == [])
            #expect(lock.owner == "living")
            try other.close()
        }
    }

    @Test("Dead before the gate is due again; dead behind the gate is unconfirmed and never due")
    func takenOver() async throws {
        try await withStore { store, _ in
            try await store.hire("dead")
            for number in [1, 2] { _ = try await store.insert(try Samples.new(number)) }
            let claims = try await store.claim(for: "env-1", owner: "dead", limit: 2, now: later)
            try await store.commitAtFinalDot(claims[1], at: later)
            #expect(try await Set(store.takeOver(at: Samples.beat(2000))) == [Samples.id(1), Samples.id(2)])
            let before = try #require(try await store.history(of: Samples.id(1)))
            #expect(before.send.state == .ready)
            #expect(before.send.nextAttemptAt == Samples.start.adding(seconds: 2000))
            #expect(before.events.map(\.kind) == [.created, .attemptStarted, .released])
            let behind = try #require(try await store.history(of: Samples.id(2)))
            #expect(behind.send.state == .unconfirmed)
            #expect(behind.send.failure?.mayHaveBeenDelivered == true)
            #expect(behind.send.failure?.retryable == false)
            #expect(behind.send.recipients.map(\.outcome) == [.unconfirmed])
            try await store.hire()
            let due = try await store.claim(for: "env-1", owner: "o", limit: 9, now: .latest)
            #expect(due.map(\.id) == [Samples.id(1)])
            // It was given back: the retry schedule begins where it was.
            #expect(due.first?.tries == 0)
        }
    }

    @Test("Dead after a cancel request is cancelled, not due again")
    func takenOverAfterCancelRequest() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            #expect(try await store.cancel(claim.id, at: later) == .requested)
            #expect(try await store.takeOver() == [claim.id])
            #expect(try await store.send(claim.id)?.state == .cancelled)
            #expect(try await store.events().last == .cancelled)
        }
    }

    @Test("Behind the gate and taken for others before: partial, and a warning about the one in doubt")
    func takenOverPartly() async throws {
        try await withStore { store, _ in
            var claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
            claim = try await store.claimAgain()
            try await store.commitAtFinalDot(claim, at: later)
            _ = try await store.takeOver()
            let send = try #require(try await store.send(claim.id))
            #expect(send.state == .partial)
            #expect(send.recipients.map(\.outcome) == [.accepted, .unconfirmed])
            #expect(send.warnings.count == 2)
            #expect(send.warnings.last?.contains("b@example.org may or may not have it") == true)
        }
    }

    struct Silence: CustomTestStringConvertible {
        let testDescription: String
        let bootID: String
        let now: Beat
        let isTaken: Bool

        init(_ description: String, _ bootID: String, _ now: Beat, isTaken: Bool) {
            testDescription = description
            self.bootID = bootID
            self.now = now
            self.isTaken = isTaken
        }
    }

    @Test(
        "A silent owner that still holds its lock loses its sends when its lease is over, by the clock that can be trusted",
        arguments: [
            Silence("same machine, its last second", "boot-1", Samples.beat(60), isTaken: false),
            Silence("same machine, over", "boot-1", Samples.beat(60.001), isTaken: true),
            Silence(
                "the wall clock jumped a day ahead", "boot-1", Samples.beat(86_400, uptime: 10),
                isTaken: false),
            Silence(
                "the wall clock was set back", "boot-1", Samples.beat(-86_400, uptime: 61), isTaken: true),
            Silence(
                "another machine, its last second", "boot-2", Samples.beat(60, uptime: 9000), isTaken: false),
            Silence("another machine, over", "boot-2", Samples.beat(60.001, uptime: -4000), isTaken: true),
        ])
    func silence(_ silence: Silence) async throws {
        try await withStore { store, _ in
            let lock = try OwnerLock(owner: "asleep", in: store)
            let claim = try await store.claimed(by: "asleep")
            let taken = try await store.takeOver(
                from: nil, bootID: silence.bootID, lease: .standard,
                at: silence.now)
            #expect(taken == (silence.isTaken ? [claim.id: .ready] : [:]))
            #expect(try await store.send(claim.id)?.state == (silence.isTaken ? .ready : .sending))
            #expect(lock.owner == "asleep")
        }
    }

    @Test("A renewed lease counts from its renewal; once lost it cannot be renewed")
    func renewed() async throws {
        try await withStore { store, _ in
            let lock = try OwnerLock(owner: "o", in: store)
            let claim = try await store.claimed()
            let worker = Worker(id: "o", pid: 1, host: "here", bootID: "boot-1")
            #expect(try await store.renew(worker, at: Samples.beat(50)))
            #expect(try await store.takeOver(at: Samples.beat(110)) == [])
            #expect(
                try await store.takeOver(
                    from: nil, bootID: "elsewhere", lease: .standard, at: Samples.beat(110))
                    == [:])
            #expect(try await store.takeOver(at: Samples.beat(111)) == [claim.id])
            #expect(try await !store.renew(worker, at: Samples.beat(112)))
            #expect(lock.owner == "o")
        }
    }

    @Test("A worker without sends need not show that it lives, but it is forgotten when it is dead")
    func idle() async throws {
        try await withStore { store, _ in
            var lock: OwnerLock? = try OwnerLock(owner: "o", in: store)
            let worker = try await store.hire()
            #expect(try await store.takeOver(at: Samples.beat(1000)) == [])
            #expect(try await store.renew(worker, at: Samples.beat(1000)))
            let claim = try await store.claimed()
            #expect(try await store.takeOver(at: Samples.beat(1060)) == [])
            #expect(try await store.takeOver(at: Samples.beat(1061)) == [claim.id])
            #expect(lock?.owner == "o")

            try await store.hire("p")
            lock = nil
            #expect(try await store.takeOver() == [])
            #expect(try store.values("SELECT id FROM workers") == [])
        }
    }

    @Test("Nobody takes its own sends, also while it takes another's")
    func own() async throws {
        try await withStore { store, _ in
            let mine = try await store.claimed(1, by: "me")
            let now = Samples.beat(1000)
            #expect(try await store.takeOver(from: "me", bootID: "boot-1", lease: .standard, at: now) == [:])
            let yours = try await store.claimed(2, by: "you")
            #expect(
                try await store.takeOver(from: "me", bootID: "boot-1", lease: .standard, at: now) == [
                    yours.id: .ready
                ])
            #expect(try await store.takeOver(at: now) == [mine.id])
        }
    }

    @Test("A worker without sends is forgotten; one that still has some is not")
    func dismissed() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            let worker = Worker(id: "o", pid: 1, host: "here", bootID: "boot-1")
            try await store.dismiss(worker)
            #expect(try store.values("SELECT id FROM workers") == ["o"])
            try await store.settle(claim, Samples.accepted(claim, at: later))
            try await store.dismiss(worker)
            #expect(try store.values("SELECT id FROM workers") == [])
        }
    }
}
