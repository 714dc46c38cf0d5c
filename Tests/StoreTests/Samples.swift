import Store
import TestPeers

@testable import Mail

/// Sends as a test needs them.
enum Samples {
    static let start = Timestamp(milliseconds: 1_800_000_000_000)
    static let account = AccountRecord(
        id: "env-1", name: "me", kind: .smtp, server: "smtps://mail.example.com:465", username: "me",
        sender: Address(localPart: "me", domain: "example.com"))

    static func id(_ number: Int) -> SendID {
        SendID(milliseconds: start.milliseconds + Int64(number), random: (UInt64(number), UInt64(number)))
    }

    static func new(
        _ number: Int, to: [String] = ["a@example.org"], cc: [String] = [], subject: String = "Hello",
        account: AccountRecord = account, tags: [String] = []
    ) throws -> NewSend {
        let id = id(number)
        let recipients =
            try to.map { NewSend.Recipient(kind: .to, mailbox: try Mailbox(parsing: $0)) }
            + cc.map { NewSend.Recipient(kind: .cc, mailbox: try Mailbox(parsing: $0)) }
        let at = start.adding(seconds: Double(number))
        return NewSend(
            id: id, account: account, messageID: MessageID(unique: id.text, domain: "example.com"),
            from: try Mailbox(parsing: "Me <me@example.com>"), recipients: recipients, subject: subject,
            mailData: try MailData(
                checking: Array("Subject: \(subject.utf8.count)\r\n\r\nbody \(number)\r\n".utf8)),
            createdAt: at, giveUpAt: at.adding(seconds: 86_400), tags: tags, metadata: ["k": "v"],
            warnings: ["careful"])
    }

    static func accepted(_ claim: Claim, at: Timestamp) -> Settlement {
        let reply = Failure.SMTP(Reply(code: 250, enhanced: nil, text: "taken"), in: .finalDot)
        return Settlement(
            state: .accepted, at: at, phase: .done,
            recipients: claim.forwardPaths.map { .init(address: $0, outcome: .accepted, reply: reply) },
            failure: nil,
            event: .accepted, detail: "250 taken", conversation: ["C: MAIL", "S: 250"])
    }
}

/// Lends an open record in a folder of its own.
func withStore<Result>(_ body: (Store, _ path: String) async throws -> Result) async throws -> Result {
    try await withTemporaryFolder { folder in
        let path = folder + "/data/envelope.db"
        let store = try Store.open(at: path)
        let result = try await body(store, path)
        try store.close()
        return result
    }
}
