import Mail
import Store
import TestPeers
import Testing

@testable import Sending

@Suite("What a send becomes by a transaction", .timeLimit(.minutes(5)))
struct SettlementTests {
    static let now = Timestamp(milliseconds: 1_800_000_000_000)

    struct Row: Sendable, CustomTestStringConvertible {
        let rcpt: [Int]
        let dot: Int?
        var earlier: [Outcome] = []
        var left: Double = 3_600
        let state: SendState
        let outcomes: [Outcome]
        var testDescription: String { "RCPT \(rcpt), dot \(dot ?? -1), earlier \(earlier) → \(state)" }
    }

    @Test(
        "State and outcomes follow from the replies",
        arguments: [
            Row(rcpt: [250], dot: 250, state: .accepted, outcomes: [.accepted]),
            Row(rcpt: [250], dot: 250, earlier: [.rejected], state: .partial, outcomes: [.accepted]),
            Row(rcpt: [250], dot: 250, earlier: [.accepted], state: .accepted, outcomes: [.accepted]),
            Row(rcpt: [250, 550], dot: 250, state: .partial, outcomes: [.accepted, .rejected]),
            Row(rcpt: [250, 451], dot: 250, state: .deferred, outcomes: [.accepted, .deferred]),
            Row(rcpt: [250, 451], dot: 250, left: 1, state: .partial, outcomes: [.accepted, .notAttempted]),
            Row(rcpt: [550], dot: nil, state: .rejected, outcomes: [.rejected]),
            Row(rcpt: [550], dot: nil, earlier: [.accepted], state: .partial, outcomes: [.rejected]),
            Row(rcpt: [550, 451], dot: nil, state: .deferred, outcomes: [.rejected, .deferred]),
            Row(rcpt: [451], dot: nil, state: .deferred, outcomes: [.deferred]),
            Row(rcpt: [451], dot: nil, left: 1, state: .expired, outcomes: [.deferred]),
            Row(
                rcpt: [451], dot: nil, earlier: [.accepted], left: 1, state: .partial,
                outcomes: [.notAttempted]),
            Row(rcpt: [250], dot: 451, state: .deferred, outcomes: [.deferred]),
            Row(rcpt: [250], dot: 554, state: .rejected, outcomes: [.rejected]),
            Row(rcpt: [250], dot: 0, state: .unconfirmed, outcomes: [.unconfirmed]),
            Row(rcpt: [250], dot: 0, earlier: [.accepted], state: .partial, outcomes: [.unconfirmed]),
            Row(rcpt: [250, 451], dot: 0, state: .unconfirmed, outcomes: [.unconfirmed, .notAttempted]),
            Row(rcpt: [250, 550], dot: 0, state: .unconfirmed, outcomes: [.unconfirmed, .rejected]),
        ])
    func table(row: Row) async throws {
        let paths = try row.rcpt.indices.map { try Address(parsing: "r\($0)@example.org") }
        let envelope = try #require(
            Envelope(reversePath: try Address(parsing: "me@example.com"), forwardPaths: paths))
        let transaction = await ScriptedTransport.replies(rcpt: row.rcpt, finalDot: row.dot)(envelope, {})
        let claim = Claim(
            id: SendID(milliseconds: 0, random: (0, 0)), accountID: "a", owner: "o", attempt: 1, tries: 0,
            reversePath: envelope.reversePath, forwardPaths: paths,
            giveUpAt: Self.now.adding(seconds: row.left),
            settledOutcomes: row.earlier)
        let settlement = Settlement(
            transaction, of: claim, at: Self.now, circumstances: .init(pause: 60))
        #expect(settlement.state == row.state)
        #expect(settlement.recipients.map(\.outcome) == row.outcomes)
        #expect(
            (settlement.failure != nil)
                == (settlement.state.status == .failed || settlement.state == .deferred))
        #expect((settlement.nextAttemptAt == Self.now.adding(seconds: 60)) == (row.state == .deferred))
        #expect(settlement.failure?.mayHaveBeenDelivered ?? false == (row.state == .unconfirmed))
    }

    /// What a send to these becomes by replies to RCPT and the final dot.
    private static func settlement(
        rcpt: [String], dot: String?, earlier: [Outcome] = [], pause: AccountPause? = nil
    ) throws -> Settlement {
        let paths = try rcpt.indices.map { try Address(parsing: "r\($0)@example.org") }
        var transaction = Transaction(forwardPaths: paths)
        transaction.phase = .rcpt
        transaction.mail = Reply(lines: ["250 ok"])
        for (index, line) in rcpt.enumerated() {
            transaction.recipients[index].reply = Reply(lines: [line])
        }
        transaction.finalDot = dot.flatMap { Reply(lines: [$0]) }
        transaction.finalDotMayHaveLeft = dot != nil
        let claim = Claim(
            id: SendID(milliseconds: 0, random: (0, 0)), accountID: "a", owner: "o", attempt: 1, tries: 0,
            reversePath: paths[0], forwardPaths: paths, giveUpAt: now.adding(seconds: 3_600),
            settledOutcomes: earlier)
        return Settlement(
            transaction, of: claim, at: now, circumstances: .init(pause: 60, accountPause: pause))
    }

    @Test("What a queued send says is why it is queued, not who was refused for good")
    func saysWhatIsOpen() throws {
        let settlement = try Self.settlement(
            rcpt: ["250 ok", "550 5.1.1 no such user", "450 4.2.0 later"], dot: "250 ok")
        #expect(settlement.state == .deferred)
        #expect(settlement.failure?.code == .deferred && settlement.failure?.retryable == true)
        #expect(settlement.failure?.message.contains("r2@example.org") == true)
    }

    @Test(
        "Once somebody was accepted, no later attempt says that nothing was",
        arguments: [Outcome.accepted, .unconfirmed, .rejected])
    func remembersOthers(_ earlier: Outcome) throws {
        let settlement = try Self.settlement(rcpt: ["450 4.2.0 later"], dot: nil, earlier: [earlier])
        let failure = try #require(settlement.failure)
        #expect(failure.message.contains("nothing was accepted") == (earlier == .rejected), "\(failure)")
        #expect(failure.hint.contains("this address alone") == (earlier != .rejected), "\(failure)")
    }

    @Test("A refused login holds up whom it concerns; who was refused for another reason stays refused")
    func isLater() throws {
        let pause = AccountPause(
            since: Self.now, until: Self.now.adding(seconds: 60),
            failure: Failure(.authFailed, "The login is wrong.", hint: "Correct it."))
        let settlement = try Self.settlement(
            rcpt: ["250 ok", "550 5.1.1 no such user"], dot: "530 5.7.0 Authentication required",
            pause: pause)
        #expect(settlement.state == .deferred)
        #expect(settlement.recipients.map(\.outcome) == [.deferred, .rejected])
        #expect(settlement.warnings.count == 1)
        #expect(settlement.warnings.first?.hasPrefix("r1@example.org did not get it") == true)
    }

    @Test("A time that the server names is kept to")
    func retryAfter() async throws {
        let path = try Address(parsing: "a@example.org")
        let envelope = try #require(Envelope(reversePath: path, forwardPaths: [path]))
        let transaction = await ScriptedTransport.replies(
            rcpt: [451], finalDot: nil, text: "greylisted, try again in 5 minutes")(envelope, {})
        let claim = Claim(
            id: SendID(milliseconds: 0, random: (0, 0)), accountID: "a", owner: "o", attempt: 1, tries: 0,
            reversePath: path,
            forwardPaths: [path], giveUpAt: Self.now.adding(seconds: 3_600), settledOutcomes: [])
        let settlement = Settlement(
            transaction, of: claim, at: Self.now, circumstances: .init(pause: 60))
        #expect(settlement.nextAttemptAt == Self.now.adding(seconds: 310))
    }

    @Test("Pauses grow, stay within ±20 %, and end with the give-up time")
    func schedule() {
        let schedule = RetrySchedule.standard
        let expected: [Double] = [60, 300, 900, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800]
        for (index, pause) in expected.enumerated() {
            #expect(schedule.pause(after: index + 1, fraction: 0) == pause * 0.8)
            #expect(abs(schedule.pause(after: index + 1, fraction: 1) - pause * 1.2) < 0.001)
        }
        #expect(schedule.giveUpAfter == 86_400)
    }
}
