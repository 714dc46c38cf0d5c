import GRDB
import Mail
import Synchronization
import Testing

@testable import Store

/// What a large record must not cost: each question is asked of an index that also gives the order.
@Suite("Query plans")
struct PlanTests {
    @Test(
        "A page of a list is read in the order of an index, from its place on",
        arguments: [
            ("nothing", "SCAN s"),
            ("position", "SEARCH s USING INTEGER PRIMARY KEY (rowid<?)"),
            ("since", "SEARCH s USING INTEGER PRIMARY KEY (rowid>?)"),
            ("status", "SEARCH s USING INDEX sends_by_status (status=?)"),
            ("status position", "SEARCH s USING INDEX sends_by_status (status=? AND rowid<?)"),
            ("state position", "SEARCH s USING INDEX sends_by_status (status=? AND rowid<?)"),
            ("account", "SEARCH s USING INDEX sends_by_account (account_id=?)"),
            ("account position", "SEARCH s USING INDEX sends_by_account (account_id=? AND rowid<?)"),
            ("to", "SEARCH r USING COVERING INDEX recipients_by_address (address=?)"),
            ("to position", "SEARCH r USING COVERING INDEX recipients_by_address (address=? AND send<?)"),
            ("to since", "SEARCH r USING COVERING INDEX recipients_by_address (address=? AND send>?)"),
            ("to status account position", "recipients_by_address (address=? AND send<?)"),
            ("query tag from position", "SEARCH s USING INTEGER PRIMARY KEY (rowid<?)"),
        ])
    func lists(words: String, expected: String) async throws {
        try await withStore { store, _ in
            _ = try await store.insert(try Samples.new(1))
            var filter = SendFilter()
            let words = words.split(separator: " ")
            if words.contains("status") { filter.status = .sent }
            if words.contains("state") { filter.state = .accepted }
            if words.contains("account") { filter.account = "me" }
            if words.contains("to") { filter.to = try Address(parsing: "a@example.org") }
            if words.contains("since") { filter.since = Samples.start }
            if words.contains("query") { filter.query = "hello" }
            if words.contains("tag") { filter.tag = "red" }
            if words.contains("from") { filter.from = try Address(parsing: "me@example.com") }
            let position = words.contains("position") ? ListPosition(after: Samples.id(9)) : nil
            let plans = try await store.plans {
                _ = try await store.sends(matching: filter, limit: 20, after: position)
            }
            try check(plans, of: "s.subject", has: expected)
        }
    }

    @Test("The queue's own questions are answered by indexes")
    func queue() async throws {
        try await withStore { store, _ in
            let later = Samples.later
            let claim = try await store.claimed(1)
            try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred]))
            let end = Samples.start.adding(seconds: 100_000)
            let plans = try await store.plans {
                _ = try store.nextDue(for: ["env-1"])
                _ = try store.isAnyDue(beyond: end, for: "env-1")
                let claim = try await store.claimAgain()
                try await store.commitAtFinalDot(claim, at: later)
                try await store.settle(claim, Samples.ended(claim, .deferred, [.deferred]))
                _ = try await store.bringForward(beyond: end, for: "env-1", at: later)
                _ = try await store.claimAgain()
                _ = try await store.takeOver()
                _ = try await store.giveUp(now: end)
                _ = try store.isAnythingToPrune(before: end)
                _ = try await store.prune(before: end)
                _ = try await store.insert(try Samples.new(2, key: "k"))
                _ = try await store.insert(try Samples.new(3, duplicatesSince: Samples.start))
                let limits = [SendLimit(9, per: .day), SendLimit(9, .recipients, per: .hour)]
                _ = try await store.insert(try Samples.new(4, limits: limits))
                _ = try await store.insert(
                    try Samples.new(
                        5, limits: [SendLimit(1, per: .day), SendLimit(1, .recipients, per: .hour)]))
                let dead = Suppression(byHand: try Address(parsing: "x@example.org"), reason: "", at: later)
                try await store.suppress(dead)
                _ = try await store.lift(dead.address)
                _ = try await store.history(of: Samples.id(1))
                _ = try await store.history(of: "k", isSandbox: false)
                _ = try await store.cancel(Samples.id(2), at: later)
                _ = try await store.requeue(Samples.id(2), evenIfUnconfirmed: false, giveUpAt: end, at: later)
            }
            try check(plans, of: "AS due", has: "sends_due (account_id=? AND next_attempt_at>?)")
            try check(
                plans, of: "AS octets",
                has: "sends_due (account_id=? AND next_attempt_at<?)")
            try check(
                plans, of: "give_up_at <",
                has: "COVERING INDEX sends_due (account_id=? AND next_attempt_at<?)")
            try check(plans, of: "give_up_at <", has: "sends_held (give_up_at<?)")
            try check(plans, of: "WHERE s.owner =", has: "sends_owned (owner=?)")
            try check(plans, of: "content_digest =", has: "sends_by_content (content_digest=? AND rowid>?)")
            try check(
                plans, of: "AND idempotency_key =", has: "sends_by_key (is_sandbox=? AND idempotency_key=?)")
            try check(plans, of: "FROM mail_data m", has: "m USING INTEGER PRIMARY KEY (rowid<?)")
            let counted = "COVERING INDEX sends_by_account (account_id=? AND rowid>? AND rowid<?)"
            try check(plans, of: "SELECT count(*) FROM sends s WHERE", has: counted)
            try check(plans, of: "count(*) FROM sends s CROSS JOIN", has: counted)
            try check(plans, of: "s.number, 1 FROM", has: counted)
            try check(plans, of: "FROM recipients r WHERE r.send = s.number", has: counted)
            try check(plans, of: "= lower(r.address)", has: "x USING PRIMARY KEY (address=?)")
            for plan in plans { check(plan) }
        }
    }

    @Test("The mailbox's questions begin at a time, and never read all that an account has sent")
    func mailbox() async throws {
        try await withStore { store, _ in
            _ = try await store.claimed(1)
            let plans = try await store.plans {
                _ = try store.newestUnsettled(of: "env-1", since: Samples.later)
                _ = try store.soughtCopies(of: "env-1", since: Samples.later, limit: 9)
            }
            for part in ["UNION ALL", "mark = 'copy'"] {
                let plan = try #require(plans.first { $0.sql.contains(part) })
                for bound in [
                    "sends_by_account (account_id=? AND rowid>?)",
                    "sends_scheduled (account_id=? AND scheduled_for>?)",
                ] {
                    #expect(plan.steps.contains { $0.contains(bound) }, "\(plan)")
                }
                #expect(!plan.steps.contains { $0.hasSuffix("(account_id=?)") }, "\(plan)")
            }
        }
    }

    private func check(_ plans: [Plan], of part: String, has expected: String) throws {
        let plan = try #require(plans.first { $0.sql.contains(part) })
        #expect(plan.steps.contains { $0.contains(expected) }, "\(plan)")
        check(plan)
    }

    /// A scan is right only where it follows an index and stops at a limit, or of a list in memory; `accounts` and
    /// `workers` are short.
    private func check(_ plan: Plan) {
        for step in plan.steps {
            #expect(!step.contains("TEMP B-TREE"), "\(plan)")
            let isShort = ["json_each", "accounts", "workers", "CONSTANT ROW"].contains { step.contains($0) }
            if step.hasPrefix("SCAN"), !isShort {
                #expect(
                    step == "SCAN s" && plan.sql.contains("ORDER BY s.number") && plan.sql.contains("LIMIT"),
                    "\(plan)")
            }
        }
    }
}

/// A statement that ran, with what SQLite says it does for it.
private struct Plan: CustomStringConvertible {
    let sql: String
    let steps: [String]

    var description: String { ([sql] + steps).joined(separator: "\n") }
}

extension Store {
    /// The plans of all statements that `body` runs on this store, which nobody else uses meanwhile.
    fileprivate func plans(of body: () async throws -> Void) async throws -> [Plan] {
        let ran = Ran()
        // One after the other, so that all reads are on the first reader.
        try await pool.unsafeRead { db in db.trace { ran.add($0) } }
        try await pool.writeWithoutTransaction { db in db.trace { ran.add($0) } }
        try await body()
        try await pool.unsafeRead { db in db.trace() }
        try await pool.writeWithoutTransaction { db in db.trace() }
        let statements = ran.statements.withLock { $0 }.filter { sql in
            ["SELECT", "UPDATE", "DELETE", "INSERT"].contains { sql.hasPrefix($0) }
        }
        return try await pool.read { db in
            try statements.map { sql in
                let rows = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql)
                return Plan(sql: sql, steps: rows.map { $0["detail"] })
            }
        }
    }

    private final class Ran: Sendable {
        let statements = Mutex<[String]>([])

        func add(_ event: Database.TraceEvent) {
            if case .statement(let statement) = event {
                statements.withLock { $0.append(statement.expandedSQL) }
            }
        }
    }
}
