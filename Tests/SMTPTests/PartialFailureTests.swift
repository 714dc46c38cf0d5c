import Mail
import Testing

/// What is told of one recipient when others fared better.
@Suite("Failures of single recipients")
struct PartialFailureTests {
    /// Ada is taken, the other is answered with `refusal`, and the dot with `answer`.
    private func transaction(_ refusal: String, _ answer: String?) throws -> Transaction {
        var transaction = Transaction(
            forwardPaths: try ["ada@example.org", "nobody@example.org"].map { try Address(parsing: $0) })
        transaction.mail = Reply(lines: ["250 ok"])
        transaction.recipients[0].reply = Reply(lines: ["250 ok"])
        transaction.recipients[1].reply = Reply(lines: [refusal])
        transaction.data = Reply(lines: ["354 go ahead"])
        transaction.finalDotMayHaveLeft = true
        transaction.finalDot = answer.flatMap { Reply(lines: [$0]) }
        transaction.phase = .finalDot
        return transaction
    }

    @Test(
        "Nobody is told that nothing was accepted when another recipient has the message, or may have it",
        arguments: [
            ("550 5.1.1 no such user", "250 ok"), ("450 4.2.0 greylisted", "250 ok"),
            ("552 5.2.2 full", "250 ok"), ("550 5.1.1 no such user", nil), ("450 later", nil),
        ])
    func isHonest(_ refusal: String, _ answer: String?) throws {
        let failure = try #require(try transaction(refusal, answer).failure(for: 1))
        #expect(failure.message.contains("it was not accepted for this address"), "\(failure)")
        #expect(!failure.message.contains("nothing was accepted"))
        #expect(failure.hint.contains("this address alone") && failure.hint.hasSuffix("."), "\(failure)")
    }

    @Test(
        "Nor when it was an earlier transaction of the message that somebody was accepted in",
        arguments: ["550 5.1.1 no such user", "450 4.2.0 later", nil])
    func isHonestLater(_ refusal: String?) throws {
        var transaction = Transaction(
            forwardPaths: try ["ada@example.org", "nobody@example.org"].map { try Address(parsing: $0) })
        transaction.phase = .rcpt
        transaction.mail = Reply(lines: ["250 ok"])
        for index in transaction.recipients.indices {
            transaction.recipients[index].reply = refusal.flatMap { Reply(lines: [$0]) }
        }
        if refusal == nil { transaction.fault = TransportFault(.lineLost, detail: "reset") }
        for isEarlier in [false, true] {
            transaction.othersMayHaveIt = isEarlier
            let all = try #require(transaction.failure)
            for failure in [all, try #require(transaction.failure(for: 1))] {
                #expect(failure.message.contains("nothing was accepted") == !isEarlier, "\(failure)")
                #expect(failure.hint.contains("this address alone") == isEarlier, "\(failure)")
            }
            #expect(all.message.contains("the other 2 recipients") == (isEarlier && refusal != nil))
        }
    }

    @Test("When nobody has it, it says so")
    func saysNothingWasAccepted() throws {
        let transaction = try transaction("550 5.1.1 no such user", "451 4.3.0 queue trouble")
        for index in 0...1 {
            let failure = try #require(transaction.failure(for: index))
            #expect(failure.message.contains("nothing was accepted") && !failure.hint.contains("alone"))
        }
        #expect(try #require(transaction.failure).message.contains("nothing was accepted"))
    }

    @Test("An unconfirmed recipient is not to be sent to again, whatever becomes of the others")
    func warnsOfDuplicate() throws {
        let failure = try #require(try transaction("550 5.1.1 no such user", nil).failure(for: 0))
        #expect(
            failure.message.hasSuffix("ada@example.org may or may not have it: do not send to it again."))
        #expect(failure.mayHaveBeenDelivered && !failure.retryable)
    }

    @Test("A 3yz reply to MAIL or RCPT refuses nobody", arguments: [Phase.mail, .rcpt])
    func isNoRefusal(_ phase: Phase) throws {
        var transaction = Transaction(forwardPaths: [try Address(parsing: "ada@example.org")])
        let strange = Reply(lines: ["354 go ahead"])
        transaction.phase = phase
        transaction.mail = phase == .mail ? strange : Reply(lines: ["250 ok"])
        if phase == .rcpt { transaction.recipients[0].reply = strange }
        transaction.fault = TransportFault(.protocolError, detail: "354")
        #expect(transaction.outcomes == [.deferred])
        #expect(transaction.failure?.code == .connectionFailed && transaction.failure?.retryable == true)
    }
}
