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

    @Test("The picture in docs/states.md shows the same moves, and its table every state with its status")
    func picture() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/states.md"), encoding: .utf8)
        let lines = page.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let arrows = lines.map { $0.components(separatedBy: " --> ") }.filter { $0.count == 2 }
        let coded = SendState.allCases.flatMap { from in from.moves.map { [from.rawValue, $0.rawValue] } }
        #expect(arrows.count == coded.count)
        #expect(Set(arrows) == Set(coded))
        for state in SendState.allCases {
            #expect(lines.contains { $0.hasPrefix("| \(state.status) | `\(state)` |") }, "\(state)")
        }
        let events = lines.drop { $0 != "## Events" }.joined()
        for kind in SendEvent.Kind.allCases {
            #expect(events.components(separatedBy: "`\(kind.rawValue)`").count > 1, "\(kind)")
        }
    }

    @Test(
        "Every move that is not in the table is refused, every one in it is made",
        arguments: SendState.allCases)
    func everyMove(from: SendState) async throws {
        for to in SendState.allCases where to != from {
            try await withStore { store, _ in
                _ = try await store.insert(try Samples.new(1))
                try await store.hire()
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
        let failure =
            #"{"code":"internal","message":"m","hint":"h","retryable":false,"mayHaveBeenDelivered":false}"#
        let error = state.status == .failed ? "'\(failure)'" : "NULL"
        let sent = state.status == .sent ? "'2027-01-15T08:00:00.000Z'" : "NULL"
        let next = [.ready, .scheduled, .deferred].contains(state) ? "'2027-01-15T08:00:00.000Z'" : "NULL"
        let owner = state == .sending ? "'o'" : "NULL"
        let scheduled = state == .scheduled ? "'2027-01-15T08:00:00.000Z'" : "NULL"
        return """
            state = '\(state.rawValue)', status = '\(state.status.rawValue)', error = \(error), sent_at = \(sent),
            next_attempt_at = \(next), owner = \(owner), scheduled_for = \(scheduled)
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
            "status = 'queued', state = 'scheduled'", "cancel_requested_at = created_at", "tries = 1",
            "tries = -1", "idempotency_key = ''", "is_sandbox = 2", "request = NULL", "give_up_at = NULL",
            "status = 'queued', state = 'sending', owner = 'nobody', next_attempt_at = NULL",
        ])
    func checks(assignment: String) async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            #expect(throws: (any Error).self) { try store.run("UPDATE sends SET \(assignment)") }
        }
    }

    @Test("The words of every closed list are the ones that the database takes")
    func words() async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            try await store.hire()
            _ = try await store.claimAgain()
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
            for table in [
                "recipients SET outcome", "recipients SET kind", "events SET type", "attempts SET phase",
                "accounts SET kind",
            ] {
                #expect(throws: (any Error).self) { try store.run("UPDATE \(table) = 'nonsense'") }
            }
        }
    }
}
