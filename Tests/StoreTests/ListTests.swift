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
            for number in 1...23 { try await store.insert(try Samples.new(number)) }
            var seen: [SendID] = []
            var position: ListPosition?
            repeat {
                let page = try await store.sends(matching: SendFilter(), limit: 5, after: position)
                seen += page.map(\.id)
                position = page.last.map { ListPosition(createdAt: $0.createdAt, id: $0.id) }
                if seen.count == 5 { try await store.insert(try Samples.new(99)) }
            } while position != nil
            #expect(seen == (1...23).reversed().map(Samples.id))
        }
    }

    @Test(
        "Each filter keeps what matches and nothing else",
        arguments: [
            ("status sent", [2]), ("state ready", [1, 3, 4]), ("account me", [1, 2, 3, 4]),
            ("account nobody", []),
            ("to c@example.org", [3]), ("from me@example.com", [1, 2, 3, 4]), ("from x@example.com", []),
            ("query 100%", [4]), ("query HELLO", [1, 2]), ("tag blue", [3]), ("since 3", [3, 4]),
            ("until 3", [1, 2]),
        ])
    func filters(text: String, expected: [Int]) async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            try await store.insert(try Samples.new(2))
            try await store.insert(
                try Samples.new(
                    3, to: ["a@example.org"], cc: ["c@example.org"], subject: "Other", tags: ["red", "blue"]))
            try await store.insert(try Samples.new(4, subject: "100% sure"))
            let later = Samples.start.adding(seconds: 2)
            let claims = try await store.claim(for: ["env-1"], owner: "o", limit: 9, now: later)
            for claim in claims where claim.id == Samples.id(2) {
                try await store.settle(claim, Samples.accepted(claim, at: later))
            }
            for claim in claims where claim.id != Samples.id(2) {
                try await store.settle(
                    claim,
                    Settlement(
                        state: .ready, at: later, phase: .connect, recipients: [], failure: nil,
                        nextAttemptAt: later,
                        event: .released))
            }
            let found = try await store.sends(matching: try filter(text), limit: 50)
            #expect(found.map(\.id) == expected.reversed().map(Samples.id))
        }
    }

    private func filter(_ text: String) throws -> SendFilter {
        var filter = SendFilter()
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        switch words[0] {
        case "status": filter.status = SendStatus(rawValue: words[1])
        case "state": filter.state = SendState(rawValue: words[1])
        case "account": filter.account = words[1]
        case "from": filter.from = try Address(parsing: words[1])
        case "to": filter.to = try Address(parsing: words[1])
        case "query": filter.query = words[1]
        case "tag": filter.tag = words[1]
        case "since": filter.since = Samples.start.adding(seconds: Double(words[1]) ?? 0)
        default: filter.until = Samples.start.adding(seconds: Double(words[1]) ?? 0)
        }
        return filter
    }

    @Test("Ids sort by time and read back; anything else is no id")
    func ids() throws {
        let earlier = SendID(milliseconds: 1_800_000_000_000, random: (.max, .max))
        let later = SendID(milliseconds: 1_800_000_000_001, random: (0, 0))
        #expect(earlier < later)
        #expect(earlier.text.count == 36)
        #expect(Array(earlier.text)[14] == "7")
        #expect("89ab".contains(Array(earlier.text)[19]))
        #expect(SendID(earlier.text.uppercased()) == earlier)
        for text in ["", "x", "../../etc/passwd", earlier.text + "0", String(earlier.text.dropLast()) + "g"] {
            #expect(SendID(text) == nil)
        }
    }
}
