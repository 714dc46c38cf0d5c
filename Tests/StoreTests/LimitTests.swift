import Mail
import TestPeers
import Testing

@testable import Store

@Suite("Limits, counted where a send is recorded")
struct LimitTests {
    private static let perMinute = [SendLimit(1, per: .minute)]

    /// Why a second was not recorded.
    private func reached(_ insertion: Insertion) -> LimitReached? {
        if case .limited(let reached) = insertion { reached } else { nil }
    }

    @Test(
        "A window is rolling, and ends to the millisecond",
        arguments: [
            (SendLimit.Window.minute, 60), (.hour, 3_600), (.day, 86_400),
        ])
    func rolling(window: SendLimit.Window, seconds: Int) async throws {
        try await withStore { store, _ in
            let limits = [SendLimit(1, per: window)]
            let first = try Samples.new(1, limits: limits)
            #expect(try await store.insert(first) == .inserted)
            let end = first.createdAt.adding(seconds: Double(seconds))
            for (milliseconds, isFree) in [(1, false), (seconds * 1000 - 1, false), (seconds * 1000, true)] {
                let now = Timestamp(milliseconds: first.createdAt.milliseconds + Int64(milliseconds))
                let quota = try store.quotas(of: "env-1", limits, at: now)
                #expect(quota.map(\.remaining) == [isFree ? 1 : 0], "\(milliseconds)")
            }
            let late = try await store.insert(try Samples.new(seconds, limits: limits))
            #expect(reached(late) == LimitReached(limits[0], used: 1, added: 1, freeAt: end))
            #expect(try await store.insert(try Samples.new(1 + seconds, limits: limits)) == .inserted)
            #expect(try store.values("SELECT count(*) FROM sends") == ["2"])
        }
    }

    @Test("There is room again when enough of the oldest have left, not just one")
    func freeAt() async throws {
        try await withStore { store, _ in
            for number in 1...5 { _ = try await store.insert(try Samples.new(number)) }
            // Lowered since: 5 were recorded, and 2 are allowed, so the fourth has to leave as well.
            let new = try Samples.new(6, limits: [SendLimit(2, per: .minute)])
            let reached = try #require(reached(try await store.insert(new)))
            #expect(reached.used == 5)
            #expect(reached.freeAt == Samples.start.adding(seconds: 64))
            #expect(try store.quotas(of: "env-1", new.limits, at: new.createdAt).map(\.remaining) == [0])
        }
    }

    @Test(
        "Recipients are counted whole messages at a time",
        arguments: [
            (4, 1, nil, false), (3, 1, 61, true), (3, 2, 62, true), (3, 3, 62, true), (4, 4, 62, true),
            (3, 4, nil, true),
        ] as [(Int, Int, Double?, Bool)])
    func recipients(limit: Int, added: Int, freeAt: Double?, isRefused: Bool) async throws {
        try await withStore { store, _ in
            func addresses(_ count: Int) -> [String] { (0..<count).map { "a\($0)@example.org" } }
            _ = try await store.insert(try Samples.new(1, to: ["x@example.org"]))
            _ = try await store.insert(try Samples.new(2, to: ["y@example.org"], cc: ["z@example.org"]))
            let limits = [SendLimit(limit, .recipients, per: .minute)]
            let insertion = try await store.insert(try Samples.new(3, to: addresses(added), limits: limits))
            let free = freeAt.map { Samples.start.adding(seconds: $0) }
            let expected = LimitReached(limits[0], used: 3, added: added, freeAt: free)
            #expect(insertion == (isRefused ? .limited(expected) : .inserted))
        }
    }

    @Test("Of several limits the one that holds it up longest is named")
    func several() async throws {
        try await withStore { store, _ in
            let limits = [
                SendLimit(1, per: .minute), SendLimit(1, per: .day), SendLimit(1, .recipients, per: .hour),
            ]
            _ = try await store.insert(try Samples.new(1))
            let one = try await store.insert(try Samples.new(2, limits: limits))
            #expect(reached(one)?.limit == limits[1])
            let two = try await store.insert(
                try Samples.new(3, to: ["a@example.org", "b@example.org"], limits: limits))
            #expect(reached(two)?.limit == limits[2])
            #expect(reached(two)?.freeAt == nil)
            #expect(
                try store.quotas(of: "env-1", limits, at: Samples.start.adding(seconds: 70)).map(\.remaining)
                    == [1, 0, 0])
        }
    }

    @Test(
        "Another account's sends do not count, failed and held ones do, refused ones and repeated keys do not"
    )
    func whatCounts() async throws {
        try await withStore { store, _ in
            let limits = [SendLimit(3, per: .minute)]
            let other = Samples.account("env-2", name: "they")
            for number in 1...9 { _ = try await store.insert(try Samples.new(number, account: other)) }
            _ = try await store.insert(try Samples.new(10, heldBecause: "a person decides", limits: limits))
            _ = try await store.insert(try Samples.new(11, key: "k", limits: limits))
            #expect(
                try await store.insert(try Samples.new(12, key: "k", limits: limits)) == .same(Samples.id(11))
            )
            _ = try await store.cancel(Samples.id(11), at: Samples.start.adding(seconds: 12))
            #expect(try await store.insert(try Samples.new(13, limits: limits)) == .inserted)
            for number in 14...16 {
                #expect(reached(try await store.insert(try Samples.new(number, limits: limits)))?.used == 3)
            }
            // Full, and a key is still answered.
            #expect(
                try await store.insert(try Samples.new(17, key: "k", limits: limits)) == .same(Samples.id(11))
            )
        }
    }

    @Test("Sends from a clock that ran ahead by more than the window do not block the account")
    func clock() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1_000))
            #expect(try await store.insert(try Samples.new(1, limits: Self.perMinute)) == .inserted)
            // A little ahead counts, as a process on the same machine may be.
            _ = try await store.insert(try Samples.new(2_010))
            let reached = try #require(
                reached(try await store.insert(try Samples.new(2_000, limits: Self.perMinute))))
            #expect(reached.freeAt == Samples.start.adding(seconds: 2_070))
        }
    }

    @Test("Sixty callers in two processes race for the last places of a limit: exactly those are taken")
    func race() async throws {
        try await withStore { store, path in
            let other = try Store.open(at: path)
            let limits = [SendLimit(10, per: .hour), SendLimit(9, .recipients, per: .day)]
            for number in 1...3 { _ = try await store.insert(try Samples.new(number, limits: limits)) }
            let answers = try await withThrowingTaskGroup { group in
                for number in 4...63 {
                    group.addTask {
                        let new = try Samples.new(number, limits: limits)
                        return try await (number.isMultiple(of: 2) ? store : other).insert(new)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0 == .inserted } == 6)
            #expect(answers.count { reached($0)?.limit == limits[1] } == 54)
            #expect(try store.values("SELECT count(*) FROM sends") == ["9"])
            try other.close()
        }
    }
}
