import Mail
import Testing

@testable import Store

@Suite("Pruning")
struct PruneTests {
    let later = Samples.later

    @Test("Only the mail data of what has ended goes", arguments: SendState.allCases)
    func everyState(state: SendState) async throws {
        try await withStore { store, _ in
            let new = try Samples.new(1)
            _ = try await store.insert(new)
            try await store.hire()
            try store.force(state)
            let isOver = state.status != .queued
            #expect(try store.isAnythingToPrune(before: later) == isOver)
            let pruning = try await store.prune(before: later)
            #expect(pruning.sends == (isOver ? 1 : 0))
            #expect(pruning.octets == (isOver ? new.mailData.size : 0))
            #expect(try await store.mailData(of: new.id) == (isOver ? nil : new.mailData))
            #expect(try !store.isAnythingToPrune(before: later))
            #expect(try await store.prune(before: later) == Pruning())
        }
    }

    @Test("The record and its events stay; only trying again is over")
    func kept() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed()
            try await store.settle(claim, Samples.ended(claim, .rejected, [.rejected]))
            let before = try await store.history(of: claim.id)
            _ = try await store.prune(before: later.adding(seconds: 1))
            #expect(try await store.history(of: claim.id) == before)
            #expect(try await store.sends(matching: SendFilter(), limit: 9).map(\.id) == [claim.id])
            #expect(
                try await store.requeue(claim.id, evenIfUnconfirmed: true, giveUpAt: later, at: later)
                    == .withoutMailData)
            #expect(try await store.send(claim.id)?.state == .rejected)
        }
    }

    @Test("What ended at the time or later stays, however long ago it was recorded")
    func longRecorded() async throws {
        try await withStore { store, _ in
            let end = later.adding(seconds: 86_400)
            _ = try await store.insert(try Samples.new(1, scheduledFor: end.adding(seconds: 60)))
            _ = try await store.cancel(Samples.id(1), at: end)
            for time in [later, end] {
                #expect(try !store.isAnythingToPrune(before: time))
                #expect(try await store.prune(before: time).sends == 0)
            }
            #expect(try await store.prune(before: end.adding(seconds: 1)).sends == 1)
        }
    }

    @Test("What was recorded at the time or later stays, and no more than the limit goes at once")
    func bounds() async throws {
        try await withStore { store, _ in
            for number in 1...6 { _ = try await store.insert(try Samples.new(number)) }
            for number in 1...6 {
                let at = Samples.start.adding(seconds: Double(number))
                #expect(try await store.cancel(Samples.id(number), at: at) == .done)
            }
            let time = Samples.start.adding(seconds: 5)
            #expect(try store.isAnythingToPrune(before: time))
            var counts: [Int] = []
            repeat {
                counts.append(try await store.prune(before: time, limit: 3).sends)
            } while counts.last != 0
            #expect(counts == [3, 1, 0])
            #expect(try !store.isAnythingToPrune(before: time))
            #expect(
                try store.values("SELECT send FROM mail_data ORDER BY 1")
                    == [5, 6].map { "\(Samples.floor($0))" })
        }
    }
}
