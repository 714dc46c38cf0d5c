import Mail
import Testing

@testable import Store

/// A send that ended unconfirmed was tried again because a person took the risk: then it is not known to be undelivered.
@Suite("What may have arrived")
struct DoubtTests {
    let later = Samples.later
    let end = Samples.start.adding(seconds: 90_000)

    enum End: CaseIterable, Sendable { case cancelled, cancelledDuringAttempt, expired, refused, suppressed }

    /// Unconfirmed, and due again.
    private func retried(
        _ store: Store, to: [String] = ["a@example.org"], _ outcomes: [Outcome] = [.unconfirmed]
    ) async throws -> SendID {
        let claim = try await store.claimed(to: to)
        try await store.commitAtFinalDot(claim, at: later)
        try await store.settle(claim, Samples.ended(claim, .unconfirmed, outcomes))
        #expect(
            try await store.requeue(claim.id, evenIfUnconfirmed: true, giveUpAt: end, at: later) == .done)
        return claim.id
    }

    private func finish(_ end: End, _ id: SendID, _ store: Store) async throws {
        switch end {
        case .cancelled: #expect(try await store.cancel(id, at: later) == .done)
        case .cancelledDuringAttempt:
            let claim = try await store.claimAgain()
            #expect(try await store.cancel(id, at: later) == .requested)
            try await store.settle(claim, Samples.ended(claim, .ready, isTry: false))
        case .expired:
            #expect(try await store.giveUp(now: self.end.adding(seconds: 1)) == [id: .unconfirmed])
        case .refused:
            let claim = try await store.claimAgain()
            try await store.settle(claim, Samples.ended(claim, .rejected, [.rejected]))
        case .suppressed:
            try await store.suppress(
                Suppression(byHand: try Address(parsing: "a@example.org"), reason: "", at: later))
            #expect(try await store.claim(for: "env-1", owner: "o", limit: 1, now: later).isEmpty)
        }
    }

    @Test("Tried again and not sent then, it is unconfirmed as before", arguments: End.allCases)
    func stays(end: End) async throws {
        try await withStore { store, _ in
            let id = try await retried(store)
            try await finish(end, id, store)
            let send = try #require(try await store.send(id))
            #expect(send.state == .unconfirmed)
            #expect(send.failure?.code == .unconfirmed)
            #expect(send.failure?.mayHaveBeenDelivered == true)
            #expect(send.failure?.message.contains("nothing was delivered") == false)
            #expect(send.recipients.map(\.outcome) == [.unconfirmed])
            #expect(try await store.events().last == .unconfirmed)
            #expect(
                try await store.requeue(id, evenIfUnconfirmed: false, giveUpAt: self.end, at: later)
                    == .needsConsent)
            let again = try Samples.new(
                2, content: "content of 1", duplicatesSince: Samples.start)
            #expect(try await store.insert(again) == .duplicate(of: id))
        }
    }

    @Test("Sent then, nothing is left of it")
    func ends() async throws {
        try await withStore { store, _ in
            let id = try await retried(store)
            let claim = try await store.claimAgain()
            try await store.settle(claim, Samples.accepted(claim, at: later))
            #expect(try await store.send(id)?.state == .accepted)
            #expect(try await store.send(id)?.recipients.map(\.outcome) == [.accepted])
        }
    }

    @Test("It is each recipient's: sent to one then, the other may have it")
    func partly() async throws {
        try await withStore { store, _ in
            let all = ["a@example.org", "b@example.org", "c@example.org"]
            let id = try await retried(store, to: all, [.unconfirmed, .unconfirmed, .rejected])
            let claim = try await store.claimAgain()
            try await store.settle(
                claim, Samples.ended(claim, .partial, [.accepted, .rejected, .rejected]))
            let send = try #require(try await store.send(id))
            #expect(send.state == .partial)
            #expect(send.recipients.map(\.outcome) == [.accepted, .unconfirmed, .rejected])
            #expect(send.warnings.contains { $0.hasPrefix("b@example.org may or may not have it") })
            #expect(!send.warnings.contains { $0.hasPrefix("c@example.org may") })
        }
    }

    @Test(
        "A damaged row whose owner died behind the gate may have arrived; where somebody has it, it is partial"
    )
    func damaged() async throws {
        for outcome in [nil, Outcome.accepted] {
            try await withStore { store, _ in
                var claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
                if let outcome {
                    try await store.settle(claim, Samples.ended(claim, .deferred, [outcome, .deferred]))
                    claim = try await store.claimAgain()
                }
                try await store.commitAtFinalDot(claim, at: later)
                try store.run("UPDATE sends SET give_up_at = 'xxxx-11-23T11:00:00.000Z'")
                let expected: SendState = outcome == nil ? .unconfirmed : .partial
                #expect(
                    try await store.takeOver(
                        from: nil, bootID: "boot-1", lease: .standard, at: Samples.beat(1))
                        == [claim.id: expected])
                #expect(
                    try store.values("SELECT outcome FROM recipients ORDER BY position")
                        == [outcome?.rawValue ?? "unconfirmed", "unconfirmed"])
            }
        }
    }

    @Test("Also a row with a damaged address comes to its end, and holds up no other")
    func damagedAddress() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
            _ = try await store.insert(try Samples.new(2))
            try store.run("UPDATE recipients SET address = 'no address' WHERE outcome = 'deferred'")
            let claims = try await store.claim(for: "env-1", owner: "o", limit: 9, now: later)
            #expect(claims.map(\.id) == [Samples.id(2)])
            #expect(
                try store.values("SELECT state FROM sends ORDER BY number") == ["partial", "sending"])
        }
    }

    /// Both may have it; then the first has it for certain and the second is put off.
    private func halfTaken(_ store: Store) async throws -> SendID {
        let id = try await retried(
            store, to: ["a@example.org", "b@example.org"], [.unconfirmed, .unconfirmed])
        let claim = try await store.claimAgain()
        try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
        return id
    }

    @Test("Of who may have it nothing says that he did not get it", arguments: [true, false])
    func saysOneThing(isSuppressed: Bool) async throws {
        try await withStore { store, _ in
            let id = try await halfTaken(store)
            if isSuppressed {
                try await store.suppress(
                    Suppression(byHand: try Address(parsing: "b@example.org"), reason: "", at: later))
                #expect(try await store.claim(for: "env-1", owner: "o", limit: 1, now: later).isEmpty)
            } else {
                let claim = try await store.claimAgain()
                #expect(try await store.cancel(id, at: later) == .requested)
                try await store.settle(claim, Samples.ended(claim, .ready, isTry: false))
            }
            let send = try #require(try await store.send(id))
            #expect(send.state == .partial)
            #expect(send.recipients.map(\.outcome) == [.accepted, .unconfirmed])
            let about = send.warnings.filter { $0.hasPrefix("b@example.org") }
            #expect(about.count == 1 && about[0].contains("may or may not have it"), "\(send.warnings)")
        }
    }

    @Test("Unconfirmed once more, whoever was refused then may have it from before")
    func again() async throws {
        try await withStore { store, _ in
            _ = try await retried(
                store, to: ["a@example.org", "b@example.org"], [.unconfirmed, .unconfirmed])
            let claim = try await store.claimAgain()
            try await store.commitAtFinalDot(claim, at: later)
            try await store.settle(claim, Samples.ended(claim, .unconfirmed, [.rejected, .unconfirmed]))
            #expect(
                try store.values("SELECT outcome FROM recipients ORDER BY position")
                    == ["unconfirmed", "unconfirmed"])
        }
    }

    @Test("Warnings that cannot be read keep no send from its end")
    func damagedWarnings() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
            try store.run("UPDATE sends SET warnings = '[\"x'")
            #expect(try await store.giveUp(now: end) == [claim.id: .partial])
        }
    }

    @Test("What was attempted ahead of its time, by a wrong clock, is due when it is tried again")
    func aheadOfItsTime() async throws {
        try await withStore { store, _ in
            _ = try await retried(store)
            let claim = try await store.claimAgain()
            try await store.settle(claim, Samples.ended(claim, .unconfirmed, [.unconfirmed]))
            try store.run("UPDATE sends SET scheduled_for = '\(end.rfc3339)'")
            #expect(
                try await store.requeue(claim.id, evenIfUnconfirmed: true, giveUpAt: end, at: later) == .done)
            #expect(try await store.send(claim.id)?.state == .ready)
        }
    }

    @Test("A send that was stopped before its time keeps that time when it is tried again")
    func keepsItsTime() async throws {
        try await withStore { store, _ in
            let time = later.adding(seconds: 5_000)
            _ = try await store.insert(try Samples.new(1, scheduledFor: time))
            _ = try await store.cancel(Samples.id(1), at: later)
            #expect(
                try await store.requeue(Samples.id(1), evenIfUnconfirmed: false, giveUpAt: end, at: later)
                    == .done)
            let send = try #require(try await store.send(Samples.id(1)))
            #expect(send.state == .scheduled && send.nextAttemptAt == time)
        }
    }
}
