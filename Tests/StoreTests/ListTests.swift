import Mail
import Store
import Testing

@Suite("Lists")
struct ListTests {
    @Test(
        "Pages follow each other without a gap or a repeat, newest first, also when new sends arrive between them"
    )
    func pages() async throws {
        try await withStore { store, _ in
            for number in 1...23 { _ = try await store.insert(try Samples.new(number)) }
            var seen: [SendID] = []
            var position: ListPosition?
            repeat {
                let page = try await store.sends(matching: SendFilter(), limit: 5, after: position)
                seen += page.map(\.id)
                position = page.last.map { ListPosition(after: $0.id) }
                if seen.count == 5 { _ = try await store.insert(try Samples.new(99)) }
            } while position != nil && seen.count < 50
            #expect(seen == (1...23).reversed().map(Samples.id))
        }
    }

    /// One send of each sort; 2 is sent, 5 is in the sandbox.
    private func withSends(_ body: (Store) async throws -> Void) async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            _ = try await store.insert(try Samples.new(2))
            // An address that is in one send twice.
            _ = try await store.insert(
                try Samples.new(
                    3, to: ["a@example.org", "c@example.org"], cc: ["c@example.org"], subject: "Other",
                    tags: ["red", "blue"]))
            _ = try await store.insert(try Samples.new(4, subject: "100% sure_thing \\ done"))
            _ = try await store.insert(
                try Samples.new(5, to: ["c@example.org"], subject: "Test", account: Samples.sandbox))
            try await store.hire()
            let later = Samples.start.adding(seconds: 2)
            for claim in try await store.claim(for: "env-1", owner: "o", limit: 9, now: later) {
                let isSecond = claim.id == Samples.id(2)
                try await store.settle(
                    claim,
                    isSecond ? Samples.accepted(claim, at: later) : Samples.ended(claim, .ready, at: later))
            }
            try await body(store)
        }
    }

    /// Filters in words, with the sends that match.
    static let table: [(String, Set<Int>)] = [
        ("status sent", [2]), ("status queued", [1, 3, 4, 5]), ("state ready", [1, 3, 4, 5]),
        ("state accepted", [2]), ("state held", []), ("account me", [1, 2, 3, 4]),
        ("account env-1", [1, 2, 3, 4]),
        ("account sandbox", [5]), ("account nobody", []), ("to c@example.org", [3, 5]),
        ("to a@example.org", [1, 2, 3, 4]), ("to x@example.org", []),
        ("to C@example.org", [3, 5]), ("from me@example.com", [1, 2, 3, 4, 5]),
        ("from ME@example.com", [1, 2, 3, 4, 5]),
        ("from x@example.com", []), ("query 100%", [4]), ("query 00_", []), ("query e_t", [4]),
        ("query \\", [4]), ("query HELLO", [1, 2]), ("query c@EXAMPLE", [3, 5]),
        ("query me <me", [1, 2, 3, 4, 5]),
        ("tag blue", [3]), ("tag blu", []), ("since 3", [3, 4, 5]), ("since 3.001", [4, 5]),
        ("since 2.999", [3, 4, 5]), ("until 3", [1, 2]), ("until 3.001", [1, 2, 3]), ("until 2.999", [1, 2]),
    ]

    @Test("Each filter alone and each two together keep what matches and nothing else, page by page")
    func filters() async throws {
        try await withSends { store in
            for (first, expected) in Self.table {
                for (second, others) in Self.table + [("", Set(1...5))] {
                    let words = [first, second].map { $0.split(separator: " ").first }
                    if words[0] == words[1] { continue }
                    var filter = SendFilter()
                    try narrow(&filter, by: first)
                    try narrow(&filter, by: second)
                    let wanted = expected.intersection(others).sorted(by: >).map(Samples.id)
                    #expect(try await all(of: store, filter, pagesOf: 50) == wanted, "\(first) + \(second)")
                    #expect(try await all(of: store, filter, pagesOf: 1) == wanted, "\(first) + \(second)")
                }
            }
        }
    }

    @Test("Accounts of one name are listed together")
    func namesakes() async throws {
        try await withSends { store in
            _ = try await store.insert(try Samples.new(6, account: Samples.account("env-9", name: "me")))
            var filter = SendFilter()
            filter.account = "me"
            #expect(try await all(of: store, filter, pagesOf: 2) == [6, 4, 3, 2, 1].map(Samples.id))
        }
    }

    @Test("A send in a list has all its recipients, whichever of them was looked for")
    func recipients() async throws {
        try await withSends { store in
            var filter = SendFilter()
            filter.to = try Address(parsing: "c@example.org")
            let page = try await store.sends(matching: filter, limit: 9)
            #expect(page.map(\.recipients.count) == [1, 3])
            #expect(page.last == (try await store.send(Samples.id(3))))
        }
    }

    private func all(of store: Store, _ filter: SendFilter, pagesOf limit: Int) async throws -> [SendID] {
        var seen: [SendID] = []
        while true {
            let position = seen.last.map { ListPosition(after: $0) }
            let page = try await store.sends(matching: filter, limit: limit, after: position)
            if page.isEmpty || seen.count > 99 { return seen }
            seen += page.map(\.id)
        }
    }

    private func narrow(_ filter: inout SendFilter, by text: String) throws {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch words.first {
        case "status": filter.status = SendStatus(rawValue: words[1])
        case "state": filter.state = SendState(rawValue: words[1])
        case "account": filter.account = words[1]
        case "from": filter.from = try Address(parsing: words[1])
        case "to": filter.to = try Address(parsing: words[1])
        case "query": filter.query = words[1]
        case "tag": filter.tag = words[1]
        case "since": filter.since = Samples.start.adding(seconds: Double(words[1]) ?? 0)
        case "until": filter.until = Samples.start.adding(seconds: Double(words[1]) ?? 0)
        default: break
        }
    }
}
