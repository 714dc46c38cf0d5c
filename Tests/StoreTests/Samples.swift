import TestPeers

@testable import Mail
@testable import Store

/// Sends as a test needs them.
enum Samples {
    static let start = Timestamp(milliseconds: 1_800_000_000_000)
    /// After all sends of a small number were recorded, and long before they are given up.
    static let later = start.adding(seconds: 1000)
    static let account = account("env-1", name: "me")
    static let sandbox = account("env-sandbox", name: "sandbox", kind: .sandbox)

    static func account(_ id: String, name: String, kind: AccountRecord.Kind = .smtp) -> AccountRecord {
        AccountRecord(
            id: id, name: name, kind: kind, server: "smtps://mail.example.com:465", username: "me",
            sender: Address(localPart: "me", domain: "example.com"))
    }

    /// Made at the second `number` after `start`.
    static func id(_ number: Int) -> SendID { id(number, random: UInt64(number)) }

    static func id(_ number: Int, random: UInt64) -> SendID {
        SendID(milliseconds: start.milliseconds + Int64(number) * 1000, random: (random, UInt64(number)))
    }

    /// The number in the database of the one send of that second.
    static func floor(_ number: Int) -> Int64 { SendNumber.floor(of: id(number)) }

    static func new(
        _ number: Int, to: [String] = ["a@example.org"], cc: [String] = [], subject: String = "Hello",
        account: AccountRecord = account, tags: [String] = [], scheduledFor: Timestamp? = nil,
        key: String? = nil, fields: [String: String] = ["to": "1", "subject": "2"], content: String? = nil,
        heldBecause: String? = nil, duplicatesSince: Timestamp? = nil, octets: Int = 0, random: UInt64? = nil,
        limits: [SendLimit] = []
    ) throws -> NewSend {
        let id = id(number, random: random ?? UInt64(number))
        let recipients =
            try to.map { NewSend.Recipient(kind: .to, mailbox: try Mailbox(parsing: $0)) }
            + cc.map { NewSend.Recipient(kind: .cc, mailbox: try Mailbox(parsing: $0)) }
        let at = start.adding(seconds: Double(number))
        let line = String(repeating: "x", count: 76) + "\r\n"
        let body = "body \(number)\r\n" + String(repeating: line, count: octets / 78)
        return NewSend(
            id: id, account: account, messageID: MessageID(unique: id.text, domain: "example.com"),
            from: try Mailbox(parsing: "Me <me@example.com>"), recipients: recipients, subject: subject,
            mailData: try MailData(checking: Array("Subject: \(subject.utf8.count)\r\n\r\n\(body)".utf8)),
            createdAt: at, giveUpAt: at.adding(seconds: 86_400), tags: tags, metadata: ["k": "v"],
            warnings: ["careful"], scheduledFor: scheduledFor, idempotencyKey: key,
            fingerprint: Fingerprint(fields: fields, content: content ?? "content of \(number)"),
            heldBecause: heldBecause,
            duplicatesSince: duplicatesSince, limits: limits)
    }

    static func accepted(_ claim: Claim, at: Timestamp) -> Settlement {
        let reply = Failure.SMTP(Reply(code: 250, enhanced: nil, text: "taken"), in: .finalDot)
        return Settlement(
            state: .accepted, at: at, phase: .done,
            recipients: claim.forwardPaths.map { .init(address: $0, outcome: .accepted, reply: reply) },
            failure: nil,
            event: .accepted, detail: "250 taken", conversation: ["C: MAIL", "S: 250"])
    }

    /// An attempt that ended so, with an outcome for each open recipient in order (those left over get none).
    static func ended(
        _ claim: Claim, _ state: SendState, _ outcomes: [Outcome] = [], at: Timestamp = later,
        next: Timestamp? = nil, isTry: Bool = true, pause: AccountPause? = nil
    ) -> Settlement {
        let isDue = state == .ready || state == .deferred
        return Settlement(
            state: state, at: at, phase: .rcpt,
            recipients: zip(claim.forwardPaths, outcomes).map { .init(address: $0, outcome: $1, reply: nil) },
            failure: state.status == .failed ? failure : nil, nextAttemptAt: isDue ? next ?? at : nil,
            event: state == .ready ? .released : SendEvent.Kind(rawValue: state.rawValue) ?? .deferred,
            isTry: isTry, accountPause: pause)
    }

    static let failure = Failure(.deferred, "It did not work.", hint: "Wait.", retryable: true)

    /// The two clocks, each so many seconds after the tests' start.
    static func beat(_ seconds: Double, uptime: Double? = nil) -> Beat {
        Beat(at: start.adding(seconds: seconds), uptime: 5000 + (uptime ?? seconds))
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

extension Store {
    /// Makes a worker known; only with an `OwnerLock` beside it is it alive for others.
    @discardableResult
    func hire(_ id: String = "o", bootID: String = "boot-1", at beat: Beat = Samples.beat(0)) async throws
        -> Worker
    {
        let worker = Worker(id: id, pid: 1, host: "here", bootID: bootID)
        try await register(worker, at: beat)
        return worker
    }

    /// Records a send and claims it for a worker, who is hired where it is new.
    func claimed(
        _ number: Int = 1, to: [String] = ["a@example.org"], by owner: String = "o",
        at now: Timestamp = Samples.later
    ) async throws -> Claim {
        _ = try await insert(try Samples.new(number, to: to))
        if try values("SELECT id FROM workers WHERE id = '\(owner)'").isEmpty { try await hire(owner) }
        return try await claimAgain(by: owner, at: now)
    }

    /// The one send that is due.
    func claimAgain(by owner: String = "o", at now: Timestamp = Samples.later) async throws -> Claim {
        let claims = try await claim(for: "env-1", owner: owner, limit: 1, now: now)
        guard let claim = claims.first else { throw StoreError.corrupt("nothing is due") }
        return claim
    }

    /// Takes over as a process that has just started on the machine `boot-1` would.
    func takeOver(at beat: Beat = Samples.beat(1)) async throws -> [SendID] {
        Array(try await takeOver(from: nil, bootID: "boot-1", lease: .standard, at: beat).keys)
    }

    /// The sends that are given up now.
    func givenUp(now: Timestamp) async throws -> [SendID] { Array(try await giveUp(now: now).keys) }

    /// The kinds of a send's events, in order.
    func events(of id: SendID = Samples.id(1)) async throws -> [SendEvent.Kind] {
        try await history(of: id)?.events.map(\.kind) ?? []
    }
}
