import Mail
import Testing

@testable import Store

@Suite("The gate and settling")
struct GateTests {
    let later = Samples.later

    @Test("An attempt is begun with the claim, and its end moves send, recipients and events together")
    func settled() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            #expect(claim.attempt == 1)
            #expect(try await store.send(claim.id)?.state == .sending)
            try await store.commitAtFinalDot(claim, at: later)
            let end = later.adding(seconds: 1)
            try await store.settle(claim, Samples.accepted(claim, at: end))
            let history = try #require(try await store.history(of: claim.id))
            #expect(history.send.status == .sent)
            #expect(history.send.sentAt == end)
            #expect(history.send.failure == nil)
            #expect(history.send.recipients.allSatisfy { $0.outcome == .accepted && $0.reply?.code == 250 })
            #expect(history.events.map(\.kind) == [.created, .attemptStarted, .accepted])
            let attempt = try #require(history.attempts.first)
            #expect(attempt.phase == .done)
            #expect(attempt.startedAt == later)
            #expect(attempt.atFinalDotAt == later)
            #expect(attempt.endedAt == end)
            #expect(attempt.conversation == ["C: MAIL", "S: 250"])
        }
    }

    /// What happens between a claim and its gate.
    enum Between: String, CaseIterable {
        case nothing, cancelRequest, takeover, newerAttempt, attemptLeftOpen, otherOwner, settlement
    }

    @Test("The gate lets only the attempt through that is under way and wanted", arguments: Between.allCases)
    func gate(between: Between) async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            switch between {
            case .nothing: break
            case .cancelRequest: #expect(try await store.cancel(claim.id, at: later) == .requested)
            // Its lock file does not exist: dead for everybody else.
            case .takeover: #expect(try await store.takeOver() == [claim.id])
            case .newerAttempt:
                try await store.settle(claim, Samples.ended(claim, .ready))
                #expect(try await store.claimAgain().attempt == 2)
            case .attemptLeftOpen:
                try await store.settle(claim, Samples.ended(claim, .ready))
                _ = try await store.claimAgain()
                try store.run("UPDATE attempts SET ended_at = NULL")
            case .otherOwner:
                try await store.hire("p")
                try store.run("UPDATE sends SET owner = 'p'")
            case .settlement: try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred]))
            }
            switch between {
            case .nothing:
                try await store.commitAtFinalDot(claim, at: later)
                #expect(try await store.history(of: claim.id)?.attempts.first?.atFinalDotAt == later)
            case .cancelRequest:
                await #expect(throws: StoreError.cancelRequested(claim.id)) {
                    try await store.commitAtFinalDot(claim, at: later)
                }
            default:
                await #expect(throws: StoreError.notOwner(claim.id)) {
                    try await store.commitAtFinalDot(claim, at: later)
                }
                await #expect(throws: StoreError.notOwner(claim.id)) {
                    try await store.settle(claim, Samples.accepted(claim, at: later))
                }
            }
            if between != .nothing {
                let attempts = try #require(try await store.history(of: claim.id)).attempts
                #expect(attempts.allSatisfy { $0.atFinalDotAt == nil })
            }
        }
    }

    @Test("A cancelled attempt that could not be finished is cancelled, one that was finished is what it is")
    func settledAfterCancelRequest() async throws {
        for (ended, outcomes, becomes) in [
            (SendState.ready, [], SendState.cancelled),
            (.deferred, [.deferred, .deferred], .cancelled),
            (.deferred, [.accepted, .deferred], .partial),
            (.rejected, [.rejected, .rejected], .rejected),
            (.accepted, [.accepted, .accepted], .accepted),
            (.unconfirmed, [.unconfirmed, .unconfirmed], .unconfirmed),
        ] as [(SendState, [Outcome], SendState)] {
            try await withStore { store, _ in
                let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
                #expect(try await store.cancel(claim.id, at: later) == .requested)
                try await store.settle(claim, Samples.ended(claim, ended, outcomes))
                let history = try #require(try await store.history(of: claim.id))
                #expect(history.send.state == becomes, "\(ended) \(outcomes)")
                #expect(history.events.last?.kind.rawValue == becomes.rawValue)
                #expect(!history.send.recipients.contains { $0.outcome == .deferred })
                #expect(try await store.claim(for: "env-1", owner: "o", limit: 1, now: later) == [])
                if becomes == .cancelled { #expect(history.send.failure?.code == .cancelled) }
                if becomes == .partial {
                    #expect(history.events.last?.detail?.contains("nothing was delivered") != true)
                }
            }
        }
    }

    @Test("What the server said about the account holds, also when the send was cancelled meanwhile")
    func pausedAfterCancelRequest() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            _ = try await store.cancel(claim.id, at: later)
            let pause = AccountPause(since: later, until: later.adding(seconds: 60), failure: Samples.failure)
            try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred], pause: pause))
            #expect(try await store.send(claim.id)?.state == .cancelled)
            #expect(try store.latestPause(of: "env-1") == pause)
        }
    }

    @Test("Warnings of an attempt are added to those there are, each once")
    func warnings() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            let settlement = Settlement(
                state: .accepted, at: later, phase: .done,
                recipients: Samples.accepted(claim, at: later).recipients,
                failure: nil, event: .accepted, warnings: ["careful", "late"])
            try await store.settle(claim, settlement)
            #expect(try await store.send(claim.id)?.warnings == ["careful", "late"])
        }
    }
}
