import Mail
import Testing

@testable import Store

@Suite("Cancelling and trying again")
struct CancelTests {
    let later = Samples.later
    let end = Samples.later.adding(seconds: 90_000)

    @Test("What waits ends as cancelled, what has ended stays", arguments: SendState.allCases)
    func everyState(state: SendState) async throws {
        if state == .sending { return }
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            try store.force(state)
            let isWaiting = state.status == .queued
            #expect(try await store.cancel(Samples.id(1), at: later) == (isWaiting ? .done : .tooLate(state)))
            let history = try #require(try await store.history(of: Samples.id(1)))
            #expect(history.send.state == (isWaiting ? .cancelled : state))
            #expect(history.events.map(\.kind) == (isWaiting ? [.created, .cancelled] : [.created]))
            if isWaiting {
                #expect(history.send.failure?.code == .cancelled)
                #expect(history.send.nextAttemptAt == nil)
                #expect(history.events.last?.at == later)
            }
        }
    }

    @Test("What is being sent is asked to stop before the gate, and behind it cannot be stopped")
    func sending() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            #expect(try await store.cancel(claim.id, at: later) == .requested)
            #expect(try await store.cancel(claim.id, at: later) == .requested)
            #expect(try await store.send(claim.id)?.state == .sending)
            try await store.settle(claim, Samples.ended(claim, .ready))
            #expect(try await store.events() == [.created, .attemptStarted, .cancelled])

            let second = try await store.claimed(2)
            try await store.commitAtFinalDot(second, at: later)
            #expect(try await store.cancel(second.id, at: later) == .tooLate(.sending))
            try await store.settle(second, Samples.ended(second, .deferred, [.deferred]))
            // Nobody remembers the wish that came too late.
            #expect(try await store.send(second.id)?.state == .deferred)
            let third = try await store.claimAgain()
            // The gate of the first attempt is not the second's.
            #expect(try await store.cancel(third.id, at: later) == .requested)
            #expect(try await store.cancel(Samples.id(99), at: later) == .unknown)
        }
    }

    @Test(
        "Cancelled where some have it already, a send is partial and says so",
        arguments: [SendState.deferred, .ready])
    func partly(state: SendState) async throws {
        try await withStore { store, _ in
            var claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
            if state == .ready {
                claim = try await store.claimAgain()
                try await store.settle(claim, Samples.ended(claim, .ready, isTry: false))
            }
            #expect(try await store.cancel(claim.id, at: later.adding(seconds: 9)) == .done)
            let history = try #require(try await store.history(of: claim.id))
            #expect(history.send.state == .partial)
            #expect(history.send.failure == nil)
            #expect(history.send.recipients.map(\.outcome) == [.accepted, .notAttempted])
            #expect(history.send.warnings.last == "b@example.org did not get it: it was cancelled.")
            #expect(history.send.sentAt == later)
            #expect(history.events.last?.kind == .partial)
            #expect(history.events.last?.detail?.contains("give-up") == false)
        }
    }

    @Test(
        "A failed send is due again when somebody asks; any other is left alone",
        arguments: SendState.allCases)
    func requeued(state: SendState) async throws {
        for isAllowed in [false, true] {
            try await withStore { store, _ in
                _ = try await store.insert(try Samples.new(1))
                try await store.hire()
                try store.force(state)
                let expected: Requeueing =
                    switch state {
                    case .rejected, .expired, .cancelled, .denied: .done
                    case .unconfirmed: isAllowed ? .done : .needsConsent
                    default: .notFailed(state)
                    }
                #expect(
                    try await store.requeue(
                        Samples.id(1), evenIfUnconfirmed: isAllowed, giveUpAt: end, at: later) == expected)
                let send = try #require(try await store.send(Samples.id(1)))
                #expect(send.state == (expected == .done ? .ready : state))
                #expect(try await store.events() == (expected == .done ? [.created, .retried] : [.created]))
                if expected == .done {
                    #expect(send.nextAttemptAt == later)
                    #expect(send.failure == nil)
                }
            }
        }
    }

    @Test(
        "Tried again, a send goes to all who do not have it, from the first try on, with a new give-up time")
    func requeuedFresh() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            _ = try await store.cancel(claim.id, at: later)
            try await store.settle(claim, Samples.ended(claim, .rejected, [.rejected, .notAttempted]))
            #expect(
                try await store.requeue(claim.id, evenIfUnconfirmed: false, giveUpAt: end, at: later) == .done
            )
            let again = try await store.claimAgain()
            #expect(again.forwardPaths.count == 2)
            #expect((again.attempt, again.tries) == (2, 0))
            #expect(again.giveUpAt == end)
            // The cancel request of the time before is forgotten.
            try await store.commitAtFinalDot(again, at: later)
        }
    }

    @Test("Of one that may have arrived, whoever has it for certain does not get it again")
    func requeuedPartly() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .unconfirmed, [.accepted, .unconfirmed]))
            _ = try await store.requeue(claim.id, evenIfUnconfirmed: true, giveUpAt: end, at: later)
            #expect(try await store.claimAgain().forwardPaths.map(\.text) == ["b@example.org"])
        }
    }

    @Test("What is not recorded cannot be tried again")
    func requeuedUnknown() async throws {
        try await withStore { store, _ in
            let answer = try await store.requeue(
                Samples.id(1), evenIfUnconfirmed: true, giveUpAt: end, at: later)
            #expect(answer == .unknown)
        }
    }
}
