import Mail
import Testing

@testable import Store

@Suite("Insertion: keys and duplicates")
struct InsertionTests {
    @Test("The answer that is made without reading says what the record says", arguments: [false, true])
    func recorded(isScheduled: Bool) async throws {
        try await withStore { store, _ in
            let new = try Samples.new(1, scheduledFor: isScheduled ? Samples.later : nil)
            #expect(try await store.insert(new) == .inserted)
            let history = try #require(try await store.history(of: new.id))
            #expect(SendHistory(recorded: new) == history)
            #expect(history.events.map(\.kind) == (isScheduled ? [.created, .scheduled] : [.created]))
            #expect(history.send.nextAttemptAt == (isScheduled ? Samples.later : new.createdAt))
        }
    }

    @Test(
        "The same key with the same request is the same send; with another request the differing fields are named",
        arguments: [
            (["to": "1", "subject": "2"], []),
            (["subject": "2", "to": "1"], []),
            (["to": "1", "subject": "3"], ["subject"]),
            (["to": "9", "subject": "9"], ["subject", "to"]),
            (["to": "1"], ["subject"]),
            (["to": "1", "subject": "2", "html": "5"], ["html"]),
        ])
    func sameKey(fields: [String: String], differing: [String]) async throws {
        try await withStore { store, _ in
            #expect(try await store.insert(Samples.new(1, key: "k")) == .inserted)
            let again = try await store.insert(try Samples.new(2, key: "k", fields: fields))
            let first = Samples.id(1)
            #expect(again == (differing.isEmpty ? .same(first) : .conflict(first, fields: differing)))
            #expect(try await store.send(Samples.id(2)) == nil)
            let events: [SendEvent.Kind] = differing.isEmpty ? [.created, .deduplicated] : [.created]
            #expect(try await store.events() == events)
            #expect(try await store.history(of: "k", isSandbox: false)?.send.id == first)
        }
    }

    @Test("A key counts once among real sends, whatever their account, and once among sandbox sends")
    func worlds() async throws {
        try await withStore { store, _ in
            let other = Samples.account("env-2", name: "they")
            _ = try await store.insert(try Samples.new(1, key: "k"))
            #expect(try await store.insert(Samples.new(2, account: Samples.sandbox, key: "k")) == .inserted)
            #expect(
                try await store.insert(Samples.new(3, account: other, key: "k")) == .same(Samples.id(1)))
            #expect(
                try await store.insert(Samples.new(4, account: Samples.sandbox, key: "k"))
                    == .same(Samples.id(2)))
            #expect(try await store.history(of: "k", isSandbox: true)?.send.id == Samples.id(2))
            #expect(try await store.history(of: "other", isSandbox: true) == nil)
        }
    }

    @Test("Fifty callers in two processes race with one key: one send is recorded and all hear of it")
    func race() async throws {
        try await withStore { store, path in
            let other = try Store.open(at: path)
            let answers = try await withThrowingTaskGroup { group in
                for number in 1...50 {
                    group.addTask {
                        let new = try Samples.new(number, key: "k")
                        return (number, try await (number.isMultiple(of: 2) ? store : other).insert(new))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let winners = answers.filter { $0.value == .inserted }.keys
            let winner = try #require(winners.first)
            #expect(winners.count == 1)
            #expect(answers.values.count { $0 == .same(Samples.id(winner)) } == 49)
            #expect(try store.values("SELECT id FROM sends") == [Samples.id(winner).text])
            #expect(try store.values("SELECT count(*) FROM events WHERE type = 'deduplicated'") == ["49"])
            try other.close()
        }
    }

    @Test(
        "The same content is a duplicate from the first millisecond of the window on",
        arguments: [(10.0, true), (9.999, true), (10.001, false), (0, true), (1000, false)])
    func window(since: Double, isDuplicate: Bool) async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(10, content: "c"))
            let again = try Samples.new(
                11, content: "c", duplicatesSince: Samples.start.adding(seconds: since))
            #expect(
                try await store.insert(again) == (isDuplicate ? .duplicate(of: Samples.id(10)) : .inserted))
        }
    }

    @Test("Other content, another world, a key of its own or no guard: not a duplicate")
    func notDuplicates() async throws {
        try await withStore { store, _ in
            let start = Samples.start
            _ = try await store.insert(try Samples.new(1, content: "c"))
            for new in [
                try Samples.new(2, content: "d", duplicatesSince: start),
                try Samples.new(3, account: Samples.sandbox, content: "c", duplicatesSince: start),
                try Samples.new(4, key: "k", content: "c", duplicatesSince: start),
                try Samples.new(5, content: "c"),
            ] { #expect(try await store.insert(new) == .inserted) }
            // The latest of several is named.
            let again = try Samples.new(6, content: "c", duplicatesSince: start)
            #expect(try await store.insert(again) == .duplicate(of: Samples.id(5)))
        }
    }

    @Test(
        "What failed may be sent again; what is under way, was taken or may have arrived may not",
        arguments: SendState.allCases)
    func states(state: SendState) async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1, content: "c"))
            try await store.hire()
            try store.force(state)
            let again = try Samples.new(2, content: "c", duplicatesSince: Samples.start)
            let isOver = [.rejected, .expired, .cancelled, .denied].contains(state)
            #expect(try await store.insert(again) == (isOver ? .inserted : .duplicate(of: Samples.id(1))))
        }
    }

    @Test("An account is kept under its id; its new name shows on older sends too")
    func renamed() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            _ = try await store.insert(try Samples.new(2, account: Samples.account("env-1", name: "work")))
            #expect(try await store.send(Samples.id(1))?.accountName == "work")
            #expect(try store.values("SELECT count(*) FROM accounts") == ["1"])
        }
    }

    @Test("No number of a send that is made at a time or later is below the time's, every earlier one is")
    func floors() {
        for (made, time, isBefore) in [(999, 1000, true), (1000, 1000, false), (1001, 1000, false)] {
            for random in [UInt64.min, .max] {
                let id = SendID(milliseconds: Int64(made), random: (random, random))
                #expect(id.milliseconds == Int64(made))
                let last = SendNumber.last(of: id)
                let floor = SendNumber.floor(of: Timestamp(milliseconds: Int64(time)))
                #expect((SendNumber.floor(of: id) < floor) == isBefore, "\(made) \(time) \(random)")
                #expect((last < floor) == isBefore, "\(made) \(time) \(random)")
            }
        }
        let end = SendID(milliseconds: Timestamp.latest.milliseconds, random: (.max, .max))
        #expect(end.milliseconds == Timestamp.latest.milliseconds)
        #expect(SendNumber.last(of: end) == .max)
    }

    @Test("Mail data comes back as it was, whatever its size", arguments: [0, 65_000, 66_000, 3_000_000])
    func octets(size: Int) async throws {
        try await withStore { store, _ in
            let new = try Samples.new(1, octets: size)
            _ = try await store.insert(new)
            #expect(try store.readMailData(of: new.id) == new.mailData)
            try await store.hire()
            let claim = try await store.claimAgain()
            #expect(claim.mailData == (size <= 65_000 ? new.mailData : nil))
            #expect(claim.size == new.mailData.size)
        }
    }

    @Test("Sends of one millisecond are listed in the order in which they were recorded")
    func sameMillisecond() async throws {
        try await withStore { store, _ in
            // One millisecond later, recorded before: the time decides, whoever was recorded first.
            _ = try await store.insert(try Samples.new(2))
            let news = try (0..<20).map { try Samples.new(1, random: UInt64(19 - $0)) }
            for new in news { _ = try await store.insert(new) }
            let expected = [Samples.id(2)] + news.reversed().map(\.id)
            #expect(try await store.sends(matching: SendFilter(), limit: 50).map(\.id) == expected)
            let rest = try await store.sends(
                matching: SendFilter(), limit: 50, after: ListPosition(after: news[10].id))
            #expect(rest.map(\.id) == news[..<10].reversed().map(\.id))
        }
    }
}
