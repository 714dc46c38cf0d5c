import TestPeers
import Testing

@testable import Store

@Suite("What a statement is given")
struct StatementTests {
    private static let texts = ["", "a", "é\u{0}ü", String(repeating: "0123456789", count: 1_000)]

    @Test("Values come back to the octet, the empty ones too, whatever the statement was given before")
    func values() async throws {
        try await withStore { store, _ in
            for text in Self.texts + Self.texts.reversed() {
                let octets = Array(text.utf8)
                try await store.writer.write { db in
                    let sql = "SELECT ?, ?, ?, ?, typeof(?2), length(?5)"
                    let given: [Parameter] = [
                        .text(text), .octets(octets), .number(-7), .null, .zeros(octets.count),
                    ]
                    let row = try db.first(sql, given) { row in
                        #expect(row.text(0) == text && row.octets(1) == octets)
                        #expect(row.number(2) == -7 && row.isNull(3))
                        #expect(row.text(4) == "blob" && row.int(5) == octets.count)
                        return true
                    }
                    #expect(row == true)
                    // Nothing of it is left behind.
                    try db.first(sql, []) { row in #expect((0..<4).allSatisfy { row.isNull($0) }) }
                }
            }
        }
    }
}
