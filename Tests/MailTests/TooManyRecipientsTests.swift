import Mail
import Testing

@Suite("Too many recipients for one transaction")
struct TooManyRecipientsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let replies: [String]
        let answer: String?
        let isTold: Bool

        init(_ replies: [String], _ answer: String?, _ isTold: Bool) {
            self.replies = replies
            self.answer = answer
            self.isTold = isTold
        }

        var testDescription: String { "\(replies), then \(answer ?? "nothing")" }
    }

    static let rows: [Row] = [
        Row(["250 ok", "452 4.5.3 too many recipients", "452 4.5.3 too many recipients"], "250 ok", true),
        Row(["250 ok", "552 5.5.3 too many recipients"], "250 ok", true),
        Row(["250 ok", "452 too many recipients"], "250 ok", true),
        Row(["250 ok", "552 requested mail action aborted"], "250 ok", true),
        Row(["250 ok", "552 mailbox full"], "250 ok", false),
        Row(
            ["250 ok", "451 4.3.0 Multiple destination domains per transaction is unsupported"], "250 ok",
            true),
        Row(["250 ok", "550 5.1.1 no such user", "452 4.5.3 too many recipients"], "250 ok", true),
        Row(["250 ok", "450 4.2.0 greylisted", "452 4.5.3 too many recipients"], "250 ok", false),
        Row(["250 ok", "450 4.7.1 too many recipients from 192.0.2.1"], "250 ok", false),
        Row(["250 ok", "452 4.3.1 insufficient system storage"], "250 ok", false),
        Row(["250 ok", "452 4.5.3 too many recipients"], "451 4.3.0 later", false),
        Row(["250 ok", "452 4.5.3 too many recipients"], nil, false),
        Row(["452 4.5.3 too many recipients"], nil, false),
        Row(["250 ok", "550 5.1.1 no such user"], "250 ok", false),
        Row(["250 ok"], "250 ok", false),
    ]

    @Test("Those put off only for their number can be tried at once when another was taken", arguments: rows)
    func isTold(_ row: Row) throws {
        let replies = row.replies
        var transaction = Transaction(
            forwardPaths: try replies.indices.map { try Address(parsing: "reader\($0)@example.org") })
        transaction.mail = Reply(lines: ["250 ok"])
        for (index, line) in replies.enumerated() {
            transaction.recipients[index].reply = Reply(lines: [line])
        }
        transaction.finalDotMayHaveLeft = replies.contains("250 ok")
        transaction.finalDot = row.answer.flatMap { Reply(lines: [$0]) }
        #expect(transaction.isOnlyTooManyRecipients == row.isTold)
    }
}
