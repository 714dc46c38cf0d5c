import Mail
import Testing

@Suite("How long a server asks to wait")
struct RetryAfterTests {
    @Test(
        "The wish to wait is read out of its words, ten seconds are added, and it ends at eight hours",
        arguments: [
            ("450 4.2.0 Greylisted, try again in 300 seconds", 310),
            ("450 4.2.0 please retry in 5 minutes", 310),
            ("451 4.7.1 retry after 300 seconds", 310),
            ("451 Please retry in 00:05:00", 310),
            ("451 retry in 01:00:00", 3_610),
            ("451 please come back in 05:00", 310),
            ("450 4.7.1 deferred for 300 seconds", 310),
            ("450 4.2.0 Sender address rejected: Greylisted for 42 sec.", 52),
            ("450 4.2.0 Greylisted for 5 minutes (12)", 310),
            ("451 4.3.0 Mailbox busy, service resumes in 1 hour", 3_610),
            ("421 4.7.0 wait 30s", 40),
            ("451 come back in 1 hour", 3_610),
            ("451 try again in 1h30m", 5_410),
            ("451 try again in 4m59s", 309),
            ("451 try again in 1 hour and 5 minutes", 3_910),
            ("451 try again in 60-120 seconds", 130),
            ("451 try again later, in 2 min.", 130),
            ("451 temporarily blocked for 2 hours", 7_210),
            ("450 try again in 99999999999 hours", 28_800),
            ("450 try again in 999999999999999999999 minutes", 28_800),
            ("450 try again in 99999999999:99999999999:99999999999", 28_800),
            ("450 try again in 24 hours", 28_800), ("450 try again in 2 days", 28_800),
            ("550 5.4.5 Daily user sending limit exceeded, try again in 2 hours", 7_210),
            ("450 try again later", nil), ("450 try again in 0 seconds", nil),
            ("450 try again at 14:30:00", nil), ("450 try again after 14:30", nil),
            ("450 300 seconds have passed", nil),
            ("451 4.4.2 no command for 300 seconds", nil),
            ("451 4.4.2 timed out in 300 seconds", nil),
            ("450 4.7.1 more than 100 messages in 1 hour", nil),
            ("550 5.1.1 try again in 300 seconds", nil),
        ])
    func readsWait(_ line: String, _ seconds: Int?) throws {
        #expect(try AccountSignTests.transaction(line, at: .rcpt).retryAfterSeconds == seconds)
    }

    @Test(
        "It is read wherever the server says it",
        arguments: Phase.allCases.filter { ![.body, .done].contains($0) })
    func readsEverywhere(_ phase: Phase) throws {
        let transaction = try AccountSignTests.transaction("450 4.3.0 try again in 5 minutes", at: phase)
        #expect(transaction.retryAfterSeconds == 310)
    }

    @Test("The longest of several counts")
    func isLongest() throws {
        var transaction = try AccountSignTests.transaction("450 try again in 5 minutes", at: .finalDot)
        transaction.recipients[0].reply = Reply(lines: ["450 try again in 6 minutes"])
        #expect(transaction.retryAfterSeconds == 370)
    }
}
