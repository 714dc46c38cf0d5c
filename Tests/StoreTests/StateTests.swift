import Foundation
import GRDB
import Mail
import Testing

@testable import Store

@Suite("States, statuses and moves")
struct StateTests {
    @Test("The database knows the same states with the same statuses as the code")
    func states() async throws {
        try await withStore { store, _ in
            let stored = try store.pairs("SELECT state, status FROM states")
            #expect(stored == Set(SendState.allCases.map { [$0.rawValue, $0.status.rawValue] }))
        }
    }

    @Test("The database knows the same moves as the code")
    func moves() async throws {
        try await withStore { store, _ in
            let stored = try store.pairs("SELECT from_state, to_state FROM moves")
            let coded = SendState.allCases.flatMap { from in from.moves.map { [from.rawValue, $0.rawValue] } }
            #expect(stored == Set(coded))
        }
    }

    @Test(
        "Every move that is not in the table is refused, every one in it is made",
        arguments: SendState.allCases)
    func everyMove(from: SendState) async throws {
        for to in SendState.allCases where to != from {
            try await withStore { store, _ in
                try await store.insert(try Samples.new(1))
                try store.force(from)
                let move = { try store.run("UPDATE sends SET \(Self.columns(of: to))") }
                if from.moves.contains(to) {
                    #expect(throws: Never.self, "\(from) → \(to)") { try move() }
                } else {
                    let error = #expect(throws: DatabaseError.self, "\(from) → \(to)") { try move() }
                    #expect(error?.message == "a send may not make this move")
                }
            }
        }
    }

    /// The columns that must agree with a state.
    static func columns(of state: SendState) -> String {
        let error = state.status == .failed ? "'{}'" : "NULL"
        let sent = state.status == .sent ? "'2027-01-15T08:00:00.000Z'" : "NULL"
        let next = [.ready, .scheduled, .deferred].contains(state) ? "'2027-01-15T08:00:00.000Z'" : "NULL"
        let owner = state == .sending ? "'o'" : "NULL"
        return """
            state = '\(state.rawValue)', status = '\(state.status.rawValue)', error = \(error), sent_at = \(sent),
            next_attempt_at = \(next), owner = \(owner)
            """
    }

    @Test(
        "The database refuses what the code would never write",
        arguments: [
            "status = 'sent'", "status = 'queue'", "state = 'unknown'", "state = 'sending'", "owner = 'x'",
            "status = 'failed', state = 'rejected', next_attempt_at = NULL", "next_attempt_at = NULL",
            "sent_at = created_at", "created_at = 'yesterday'", "next_attempt_at = '2027-01-15'", "size = 0",
            "attempts = -1", "message_id = 'no brackets'", "delivery = 'maybe'", "account_id = 'nobody'",
            "id = upper(id) || 'x'", "size = 'many'", "subject = NULL",
        ])
    func checks(assignment: String) async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            #expect(throws: (any Error).self) { try store.run("UPDATE sends SET \(assignment)") }
        }
    }

    @Test("The words of every closed list are the ones that the database takes")
    func words() async throws {
        try await withStore { store, _ in
            try await store.insert(try Samples.new(1))
            let claims = try await store.claim(
                for: ["env-1"], owner: "o", limit: 1, now: Samples.start.adding(seconds: 9))
            #expect(claims.count == 1)
            for delivery in Delivery.allCases {
                try store.run("UPDATE sends SET delivery = '\(delivery.rawValue)'")
            }
            for outcome in Outcome.allCases {
                try store.run("UPDATE recipients SET outcome = '\(outcome.rawValue)'")
            }
            for kind in RecipientKind.allCases {
                try store.run("UPDATE recipients SET kind = '\(kind.rawValue)'")
            }
            for event in SendEvent.Kind.allCases {
                try store.run("UPDATE events SET type = '\(event.rawValue)'")
            }
            for phase in Phase.allCases { try store.run("UPDATE attempts SET phase = '\(phase.rawValue)'") }
            for table in ["recipients SET outcome", "events SET type", "attempts SET phase"] {
                #expect(throws: (any Error).self) { try store.run("UPDATE \(table) = 'nonsense'") }
            }
        }
    }
}

extension Store {
    /// Puts the one send into a state, past the table of moves.
    fileprivate func force(_ state: SendState) throws {
        try pool.write { db in
            let trigger =
                try String.fetchOne(db, sql: "SELECT sql FROM sqlite_master WHERE name = 'sends_move'") ?? ""
            try db.execute(sql: "DROP TRIGGER sends_move")
            try db.execute(sql: "UPDATE sends SET \(StateTests.columns(of: state))")
            try db.execute(sql: trigger)
        }
    }
}
