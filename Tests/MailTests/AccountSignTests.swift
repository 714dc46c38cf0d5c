import Mail
import Testing

/// Which refusals make an account rest, how long, and which are for one message.
@Suite("Signs that concern the account")
struct AccountSignTests {
    /// A transaction for one recipient that ended with this refusal.
    static func transaction(_ line: String, at phase: Phase) throws -> Transaction {
        let reply = try #require(Reply(lines: [line]))
        let ok = Reply(lines: ["250 ok"])
        var transaction = Transaction(forwardPaths: [try Address(parsing: "ada@example.org")])
        transaction.phase = phase
        if phase < .mail {
            transaction.sessionRefusal = reply
            return transaction
        }
        transaction.mail = phase == .mail ? reply : ok
        if phase >= .rcpt { transaction.recipients[0].reply = phase == .rcpt ? reply : ok }
        if phase >= .data { transaction.data = phase == .data ? reply : Reply(lines: ["354 go ahead"]) }
        if phase >= .finalDot {
            transaction.finalDotMayHaveLeft = true
            transaction.finalDot = reply
        }
        return transaction
    }

    @Test(
        "A login that must be corrected rests the account for a quarter of an hour",
        arguments: [
            ("535 5.7.8 Username and Password not accepted", Phase.auth, Failure.Code.authFailed),
            ("535 authentication failed", .auth, .authFailed),
            ("534 5.7.9 Application-specific password required", .auth, .authFailed),
            ("534 5.7.14 Please log in via your web browser", .auth, .authFailed),
            (
                "535 5.7.139 Authentication unsuccessful, basic authentication is disabled", .auth,
                .oauthRequired
            ),
            ("334 {\"status\":\"400\"}", .auth, .authFailed),
            ("530 5.7.0 Authentication Required", .mail, .authFailed),
            ("530 5.7.1 Authentication required", .rcpt, .authFailed),
            ("550 5.7.8 no", .mail, .authFailed),
        ])
    func authentication(_ line: String, _ phase: Phase, _ code: Failure.Code) throws {
        let sign = try #require(try Self.transaction(line, at: phase).accountSign)
        #expect(sign.kind == .authentication && sign.failure.code == code && !sign.failure.retryable)
        #expect(sign.seconds == nil && sign.pauseSeconds == 900)
    }

    @Test(
        "A fault of the login rests the account too",
        arguments: [
            TransportFault.Kind.secretUnreadable, .authUnavailable,
        ])
    func unreadableSecret(_ kind: TransportFault.Kind) throws {
        var transaction = Transaction(forwardPaths: [try Address(parsing: "ada@example.org")])
        transaction.phase = .auth
        transaction.fault = TransportFault(kind, detail: "no such file")
        let sign = try #require(transaction.accountSign)
        #expect(sign.kind == .authentication && sign.pauseSeconds == 900 && sign.failure.code == .authFailed)
        #expect(sign.failure.message.contains("no such file"))
        #expect(sign.failure.message.contains("waits until that is corrected"))
    }

    @Test(
        "A limit rests the account as long as the server says, else by its kind",
        arguments: [
            ("550 5.4.5 Daily user sending limit exceeded", Phase.mail, nil, 3_600.0),
            ("550 5.4.5 Daily SMTP relay sending quota exceeded", .finalDot, nil, 3_600),
            ("550 5.7.1 Daily SMTP relay limit exceeded for user", .mail, nil, 3_600),
            ("454 Throttling failure: Daily message quota exceeded.", .finalDot, nil, 3_600),
            ("454 Throttling failure: Maximum sending rate exceeded.", .finalDot, nil, 300),
            ("421 4.7.0 Try again later, closing connection", .greeting, nil, 300),
            ("421 4.7.28 unusual rate of unsolicited mail", .finalDot, nil, 300),
            ("421 too many connections from your host", .greeting, nil, 300),
            ("432 4.3.2 Concurrent connections limit exceeded", .auth, nil, 300),
            ("454 4.7.0 Too many login attempts, please try again later", .auth, nil, 300),
            ("450 4.7.1 Error: too much mail from 192.0.2.1", .mail, nil, 300),
            ("450 4.7.1 Error: too many recipients from 192.0.2.1", .rcpt, nil, 300),
            ("451 4.7.1 your rate is too high, slow down", .rcpt, nil, 300),
            ("452 4.7.1 limit reached, try again in 10 minutes", .rcpt, 610, 610),
            ("550 5.4.5 Daily limit, retry in 24 hours", .mail, 28_800, 28_800),
            ("450 4.2.1 Peak SMTP relay limit exceeded for customer", .finalDot, nil, 300),
            ("554 5.2.0 Submission.Exception:SubmissionQuotaExceededException", .finalDot, nil, 300),
        ])
    func rateLimit(_ line: String, _ phase: Phase, _ seconds: Int?, _ pause: Double) throws {
        let sign = try #require(try Self.transaction(line, at: phase).accountSign)
        #expect(sign.kind == .rateLimit && sign.failure.code == .rateLimited && sign.failure.retryable)
        #expect(sign.seconds == seconds && sign.pauseSeconds == pause)
    }

    @Test(
        "What concerns one message, one recipient or the moment leaves the account alone",
        arguments: [
            ("451 4.7.1 Greylisting in action, please come back later", Phase.rcpt),
            ("450 4.7.1 Recipient address rejected: Greylisted, try again in 300 seconds", .rcpt),
            ("421 4.7.1 Graylisted, try again later", .rcpt),
            ("451 4.7.1 Service unavailable - try again later", .data),
            ("450 4.7.1 Client host rejected: corporate gateway cannot be operated", .rcpt),
            ("450 4.2.1 The user you are trying to contact is receiving mail too quickly", .rcpt),
            ("421 4.3.2 shutting down", .greeting), ("421 4.4.5 Server busy, try again later", .mail),
            ("452 4.5.3 too many recipients", .rcpt), ("452 too many recipients", .rcpt),
            ("454 4.7.0 Temporary authentication failure", .auth),
            ("530 5.7.0 Must issue a STARTTLS command first", .mail),
            ("550 5.7.1 blocked by policy", .finalDot), ("550 5.1.1 no such user", .rcpt),
            ("552 5.2.2 over quota", .rcpt), ("452 4.2.2 mailbox full", .rcpt), ("250 ok", .finalDot),
        ])
    func isNone(_ line: String, _ phase: Phase) throws {
        #expect(try Self.transaction(line, at: phase).accountSign == nil)
    }

    @Test(
        "A login asked for at RCPT rests the account only when every recipient met it",
        arguments: [
            (["530 5.7.1 log in", "530 5.7.1 log in"], AccountSign.Kind?.some(.authentication)),
            (["250 ok", "530 5.7.1 log in"], nil), (["550 5.1.1 nobody", "530 5.7.1 log in"], nil),
            (["530 5.7.1 log in", "450 4.7.1 too many messages"], .rateLimit),
        ])
    func isEverybodys(_ replies: [String], _ kind: AccountSign.Kind?) throws {
        var transaction = Transaction(
            forwardPaths: try ["ada@example.org", "bob@example.org"].map { try Address(parsing: $0) })
        transaction.phase = .rcpt
        transaction.mail = Reply(lines: ["250 ok"])
        for (index, line) in replies.enumerated() {
            transaction.recipients[index].reply = Reply(lines: [line])
        }
        #expect(transaction.accountSign?.kind == kind)
    }

    @Test("The first sign counts, also when another recipient was taken, and names nobody")
    func isFirst() throws {
        var transaction = Transaction(
            forwardPaths: try ["ada@example.org", "bob@example.org"].map { try Address(parsing: $0) })
        transaction.mail = Reply(lines: ["250 ok"])
        transaction.recipients[0].reply = Reply(lines: ["250 ok"])
        transaction.recipients[1].reply = Reply(lines: ["450 4.7.1 too many messages, wait 60 seconds"])
        transaction.data = Reply(lines: ["354 go ahead"])
        transaction.finalDotMayHaveLeft = true
        transaction.finalDot = Reply(lines: ["421 4.7.0 sending limit, wait 5 minutes"])
        let sign = try #require(transaction.accountSign)
        #expect(sign.seconds == 70 && sign.failure.phase == .rcpt && sign.failure.smtp?.code == 450)
        #expect(sign.failure.message.contains("the account's mail waits until the limit has passed"))
        #expect(!sign.failure.message.contains("example.org"))
        transaction.finalDot = Reply(lines: ["250 taken"])
        #expect(transaction.outcomes == [.accepted, .deferred] && transaction.accountSign?.seconds == 70)
    }
}
