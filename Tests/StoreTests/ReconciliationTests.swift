import Mail
import Testing

@testable import Store

@Suite("Owners that were only stopped")
struct ReconciliationTests {
    let later = Samples.later

    @Test(
        "Woken behind the gate after its sends were taken: what it reads then counts only where it is good news",
        arguments: [SendState.accepted, .partial, .rejected, .deferred, .ready, .unconfirmed])
    func woken(reads state: SendState) async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.commitAtFinalDot(claim, at: later)
            #expect(try await store.takeOver() == [claim.id])
            #expect(try await store.send(claim.id)?.state == .unconfirmed)
            await #expect(throws: StoreError.notOwner(claim.id)) {
                try await store.commitAtFinalDot(claim, at: later)
            }
            let outcomes: [Outcome] =
                switch state {
                case .accepted: [.accepted, .accepted]
                case .partial: [.accepted, .rejected]
                default: [.rejected, .rejected]
                }
            let settlement = Samples.ended(claim, state, outcomes, at: later.adding(seconds: 90))
            if state.status == .sent {
                try await store.settle(claim, settlement)
                let history = try #require(try await store.history(of: claim.id))
                #expect(history.send.state == state)
                #expect(history.send.failure == nil)
                #expect(history.send.sentAt == later.adding(seconds: 90))
                #expect(history.send.recipients.map(\.outcome) == outcomes)
                #expect(history.events.suffix(2).map(\.kind) == [.unconfirmed, .reconciled])
                #expect(history.attempts.first?.endedAt == later.adding(seconds: 90))
                #expect(try store.values("SELECT tries FROM sends") == ["1"])
            } else {
                await #expect(throws: StoreError.notOwner(claim.id)) {
                    try await store.settle(claim, settlement)
                }
                let send = try #require(try await store.send(claim.id))
                #expect(send.state == .unconfirmed)
                #expect(send.recipients.map(\.outcome) == [.unconfirmed, .unconfirmed])
                #expect(try await store.events().last == .unconfirmed)
            }
        }
    }

    @Test(
        "Good news of an attempt that a person has already sent for again comes too late",
        arguments: [false, true])
    func wokenAfterRetry(isClaimedAgain: Bool) async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            try await store.commitAtFinalDot(claim, at: later)
            _ = try await store.takeOver()
            let end = later.adding(seconds: 5000)
            #expect(
                try await store.requeue(claim.id, evenIfUnconfirmed: true, giveUpAt: end, at: later) == .done)
            if isClaimedAgain {
                try await store.hire()
                let second = try await store.claimAgain()
                try await store.settle(second, Samples.ended(second, .unconfirmed, [.unconfirmed]))
            }
            await #expect(throws: StoreError.notOwner(claim.id)) {
                try await store.settle(claim, Samples.accepted(claim, at: later))
            }
            #expect(try await store.send(claim.id)?.state == (isClaimedAgain ? .unconfirmed : .ready))
        }
    }
}
