import Mail
import Testing

/// What a reply means for the one who sends: code, whether to try again, words of the hint.
@Suite("Diagnosis of replies and faults")
struct DiagnosisTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let reply: String
        let phase: Phase
        let code: Failure.Code
        let retryable: Bool
        let hint: String

        init(_ reply: String, _ phase: Phase, _ code: Failure.Code, _ retryable: Bool, _ hint: String) {
            self.reply = reply
            self.phase = phase
            self.code = code
            self.retryable = retryable
            self.hint = hint
        }

        var testDescription: String { "\(phase.rawValue): \(reply)" }
    }

    static let replies: [Row] = [
        // Greeting and EHLO
        Row("554 5.3.2 no service", .greeting, .connectionFailed, false, "will not talk to this machine"),
        Row("554 5.7.1 blocked using Spamhaus", .greeting, .senderRejected, false, "reputation"),
        Row("421 4.3.2 shutting down", .greeting, .deferred, true, "temporary"),
        Row("421 4.7.0 try again later", .greeting, .rateLimited, true, "limit of its provider"),
        Row("421 too many connections from your host", .greeting, .rateLimited, true, "slowly"),
        Row("502 5.5.1 what", .ehlo, .connectionFailed, false, "port 465 wants smtps://"),
        // STARTTLS and AUTH
        Row("454 4.7.0 TLS not available", .tls, .tlsFailed, true, "nothing is sent in clear"),
        Row("554 5.7.4 no", .tls, .tlsFailed, false, "smtps://"),
        Row("530 5.7.0 Must issue a STARTTLS command first", .mail, .tlsFailed, false, "TLS first"),
        Row("538 5.7.11 Encryption required", .auth, .tlsFailed, false, "TLS first"),
        Row("535 5.7.8 bad credentials", .auth, .authFailed, false, "app password"),
        Row("535 authentication failed", .auth, .authFailed, false, "user name and the password"),
        Row(
            "535 5.7.139 Authentication unsuccessful", .auth, .oauthRequired, false,
            "accounts add you@example.com --oauth"),
        Row("535 5.7.3 basic authentication is disabled", .auth, .oauthRequired, false, "OAuth 2.0"),
        Row(
            "534 5.7.9 Application-specific password required", .auth, .authFailed, false,
            "app password is needed"),
        Row("530 5.7.0 Authentication required", .mail, .authFailed, false, "user name"),
        Row("550 5.7.8 wrong", .mail, .authFailed, false, "user name"),
        Row("454 4.7.0 temporary authentication failure", .auth, .deferred, true, "may well be right"),
        Row("454 4.7.0 Too many login attempts, please try again later", .auth, .rateLimited, true, "limit"),
        Row("421 4.7.0 slow down", .auth, .rateLimited, true, "slowly"),
        Row("454 Throttling failure", .auth, .rateLimited, true, "limit"),
        Row(
            "534 5.7.14 log in with a browser", .auth, .authFailed, false,
            "accounts add you@example.com --oauth"),
        Row("530 5.7.1 authentication required", .rcpt, .authFailed, false, "only after a login"),
        // MAIL
        Row(
            "550 5.4.5 Daily user sending limit exceeded", .mail, .rateLimited, true, "limit of its provider"),
        Row("550 Daily sending limit exceeded", .finalDot, .rateLimited, true, "limit of its provider"),
        Row("450 4.7.1 too many messages", .mail, .rateLimited, true, "slowly"),
        Row("432 4.3.2 concurrent connections limit exceeded", .mail, .rateLimited, true, "slowly"),
        Row("421 4.4.5 server busy", .mail, .deferred, true, "temporary"),
        Row("421 4.7.0 try later", .mail, .rateLimited, true, "slowly"),
        Row(
            "553 5.7.1 Sender address rejected: not owned by user", .mail, .senderRejected, false,
            "belongs to the account"),
        Row(
            "550 5.7.60 does not have permissions to send as this sender", .mail, .senderRejected, false,
            "From"),
        Row("550 5.1.8 sender domain not found", .mail, .senderRejected, false, "not at fault"),
        Row("550 no", .mail, .senderRejected, false, "From address"),
        Row("552 5.3.4 message size exceeds fixed limit", .mail, .messageTooLarge, false, "smaller"),
        Row("552 message too big", .mail, .messageTooLarge, false, "attachments"),
        Row("452 4.3.1 insufficient system storage", .mail, .deferred, true, "by itself"),
        Row("503 5.5.1 bad sequence", .mail, .deferred, true, "fresh connection"),
        Row("501 5.5.4 syntax error in parameters", .mail, .senderRejected, false, "does not understand"),
        Row("555 5.5.4 unsupported option", .mail, .senderRejected, false, "does not understand"),
        Row("502 not implemented", .mail, .senderRejected, false, "does not understand"),
        Row("501 5.1.7 bad sender address", .mail, .senderRejected, false, "belongs to the account"),
        // RCPT
        Row("550 5.1.1 no such user", .rcpt, .recipientRejected, false, "spelling"),
        Row("550 no such user", .rcpt, .recipientRejected, false, "does not exist"),
        Row("550 5.1.2 no such domain", .rcpt, .recipientRejected, false, "after the @"),
        Row("501 5.1.3 bad address syntax", .rcpt, .recipientRejected, false, "spelling"),
        Row("550 5.1.10 recipient not found, null MX", .rcpt, .recipientRejected, false, "takes no mail"),
        Row("450 4.2.0 Greylisted", .rcpt, .deferred, true, "Greylisting"),
        Row("421 4.7.1 Graylisted", .rcpt, .deferred, true, "Greylisting"),
        Row("451 4.7.1 try again later", .rcpt, .deferred, true, "temporary"),
        Row("451 4.7.1 slow down", .rcpt, .rateLimited, true, "slowly"),
        Row("450 4.7.1 too many recipients from you", .rcpt, .rateLimited, true, "slowly"),
        Row("452 4.5.3 try this recipient in a separate transaction", .rcpt, .deferred, true, "of its own"),
        Row("503 5.5.1 no MAIL yet", .rcpt, .deferred, true, "fresh connection"),
        Row("553 5.1.3 bad domain", .rcpt, .recipientRejected, false, "spelling"),
        Row("550 5.7.25 no reverse DNS", .rcpt, .senderRejected, false, "does not vouch"),
        Row("450 4.1.2 domain lookup failed", .rcpt, .deferred, true, "by itself"),
        Row("452 4.5.3 too many recipients", .rcpt, .deferred, true, "of its own"),
        Row("552 5.5.3 too many recipients", .rcpt, .deferred, true, "fewer recipients"),
        Row("452 4.2.2 mailbox full", .rcpt, .mailboxFull, true, "full for now"),
        Row("552 5.2.2 over quota", .rcpt, .mailboxFull, false, "another way"),
        Row("552 mailbox full", .rcpt, .mailboxFull, false, "another way"),
        Row("552 exceeded storage allocation", .rcpt, .mailboxFull, false, "another way"),
        Row("552 message too big", .rcpt, .messageTooLarge, false, "smaller"),
        Row("552 5.3.4 for this mailbox", .rcpt, .messageTooLarge, false, "smaller"),
        Row("552 requested action aborted", .rcpt, .deferred, true, "fewer recipients"),
        Row("551 user not local", .rcpt, .recipientRejected, false, "does not exist"),
        Row("550 5.2.1 mailbox disabled", .rcpt, .recipientRejected, false, "does not take mail"),
        Row("553 5.6.7 non-ASCII address", .rcpt, .recipientRejected, false, "does not take mail"),
        Row("554 5.4.6 routing loop", .rcpt, .recipientRejected, false, "does not take mail"),
        Row("521 no mail here", .rcpt, .recipientRejected, false, "its words say why"),
        Row("554 no", .rcpt, .recipientRejected, false, "its words say why"),
        Row("554 5.7.1 Relay access denied", .rcpt, .senderRejected, false, "Log in"),
        Row("550 5.7.1 Client host blocked", .rcpt, .senderRejected, false, "not the recipient"),
        Row("550 relaying denied", .rcpt, .senderRejected, false, "Log in"),
        Row("550 5.7.26 unauthenticated mail", .rcpt, .senderRejected, false, "SPF, DKIM and DMARC"),
        // DATA and after it
        Row("554 5.5.1 no valid recipients", .data, .messageRejected, false, "as it is"),
        Row("451 4.3.0 queue file write error", .data, .deferred, true, "by itself"),
        Row("554 5.6.0 malformed", .finalDot, .messageRejected, false, "content"),
        Row("554 5.7.1 looks like spam", .finalDot, .messageRejected, false, "not the recipient"),
        Row("550 5.7.26 DMARC policy of the domain", .finalDot, .senderRejected, false, "DMARC"),
        Row("554 5.2.3 too long", .finalDot, .messageTooLarge, false, "smaller"),
        Row("552 5.3.4 too much", .finalDot, .messageTooLarge, false, "smaller"),
        Row("550 5.7.0 content refused", .finalDot, .messageRejected, false, "not the recipient"),
        Row("552 5.2.3 message length exceeds limit", .finalDot, .messageTooLarge, false, "smaller"),
        Row("554 5.3.4 too much", .finalDot, .messageTooLarge, false, "smaller"),
        Row("550 5.1.1 unknown after all", .finalDot, .recipientRejected, false, "spelling"),
        Row("421 4.3.2 going down", .finalDot, .deferred, true, "temporary"),
        Row("550 spam message rejected", .finalDot, .messageRejected, false, "policy"),
    ]

    @Test("A reply is judged by its code, its enhanced code, its words and its place", arguments: replies)
    func judges(_ row: Row) throws {
        let reply = try #require(Reply(lines: [row.reply]))
        let diagnosis = Diagnosis(of: reply, in: row.phase)
        #expect(diagnosis.code == row.code)
        #expect(diagnosis.retryable == row.retryable)
        #expect(diagnosis.hint.contains(row.hint), "\(diagnosis.hint)")
    }

    @Test("No 5.7.x reply ever blames the recipient", arguments: Phase.allCases)
    func neverBlamesRecipient(_ phase: Phase) throws {
        for detail in 0...200 {
            let reply = try #require(Reply(lines: ["550 5.7.\(detail) user unknown"]))
            #expect(Diagnosis(of: reply, in: phase).code != .recipientRejected)
            #expect(Diagnosis(of: reply, in: phase).code.category != "recipient")
        }
    }

    @Test(
        "Every fault has its code and says whether to try again",
        arguments: [
            (TransportFault.Kind.resolveFailed, Failure.Code.connectionFailed, true, "DNS"),
            (.connectFailed, .connectionFailed, true, "firewall"),
            (.tlsFailed, .tlsFailed, true, "TLS 1.2"),
            (.authUnavailable, .authFailed, false, "without a login"),
            (.timedOut, .timeout, true, "port 465 wants smtps://"),
            (.lineLost, .connectionFailed, true, "port 587 wants smtp://"),
            (.protocolError, .connectionFailed, true, "SMTP submission server"),
            (.smtputf8Unavailable, .invalidAddress, false, "ASCII"),
            (.eightBitUnavailable, .messageRejected, false, "base64"),
            (.sizeExceeded, .messageTooLarge, false, "10485760 octets (10.0 MiB)"),
            (.cancelled, .deferred, true, "our side"),
            (.gateClosed, .internal, true, "disk space"),
            (.plainNotAllowed, .tlsFailed, false, "Use TLS"),
        ])
    func judgesFault(_ kind: TransportFault.Kind, _ code: Failure.Code, _ retryable: Bool, _ hint: String) {
        let fault = TransportFault(kind, detail: "detail", limit: 10_485_760)
        let diagnosis = Diagnosis(of: fault, in: .greeting)
        #expect(diagnosis.code == code)
        #expect(diagnosis.retryable == retryable)
        #expect(diagnosis.hint.contains(hint), "\(diagnosis.hint)")
    }

    @Test(
        "Every fault is judged in every phase with a whole sentence", arguments: TransportFault.Kind.allCases)
    func judgesEverywhere(_ kind: TransportFault.Kind) throws {
        for phase in Phase.allCases where phase < .finalDot {
            var transaction = Transaction(forwardPaths: [try Address(parsing: "ada@example.org")])
            transaction.phase = phase
            transaction.fault = TransportFault(kind, detail: "why")
            let failure = try #require(transaction.failure)
            #expect(failure.message.contains("nothing was accepted") && failure.message.hasSuffix("."))
            #expect(failure.hint.hasSuffix(".") && !failure.mayHaveBeenDelivered && failure.phase == phase)
        }
    }

    @Test(
        "Once the final dot may have left, every fault is unconfirmed and nothing is to be sent again",
        arguments: TransportFault.Kind.allCases)
    func isUnconfirmed(_ kind: TransportFault.Kind) throws {
        var transaction = Transaction(forwardPaths: [try Address(parsing: "ada@example.org")])
        transaction.mail = Reply(code: 250, enhanced: nil, text: "")
        transaction.recipients[0].reply = Reply(code: 250, enhanced: nil, text: "")
        transaction.data = Reply(code: 354, enhanced: nil, text: "")
        transaction.phase = .finalDot
        transaction.finalDotMayHaveLeft = true
        transaction.fault = TransportFault(kind, detail: "why")
        let failure = try #require(transaction.failure)
        #expect(transaction.outcomes == [.unconfirmed])
        #expect(failure.code == .unconfirmed && failure.mayHaveBeenDelivered && !failure.retryable)
        #expect(failure.hint.hasPrefix("Do not send again"))
    }
}
