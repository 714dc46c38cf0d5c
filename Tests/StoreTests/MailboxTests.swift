import Mail
import Testing

@testable import Store

@Suite("What a mailbox shows")
struct MailboxTests {
    let now = Samples.later.adding(seconds: 60)

    /// Lends a record with one send in a state, under a lease of its mailbox.
    private func withSend(
        _ state: SendState = .accepted, to: [String] = ["a@example.org", "b@example.org"],
        _ body: (Store, SendID, @escaping ([MailboxEvidence]) async throws -> MailboxChanges) async throws ->
            Void
    ) async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: to)
            try await store.commitAtFinalDot(claim, at: Samples.later)
            if state == .accepted {
                try await store.settle(claim, Samples.accepted(claim, at: Samples.later))
            } else {
                let outcomes = Array(repeating: Outcome.unconfirmed, count: to.count)
                try await store.settle(
                    claim,
                    Samples.ended(claim, state, state == .partial ? [.accepted, .unconfirmed] : outcomes))
            }
            try await body(store, claim.id) { evidence in
                let lease = try #require(
                    try await store.leaseMailbox(of: "env-1", token: "t", for: 60, at: now))
                return try await store.record(evidence, under: lease, cursor: "c", at: now)
            }
        }
    }

    private func report(
        _ action: String = "failed", _ address: String = "a@example.org", status: String = "5.1.1",
        original: String? = nil, about id: SendID = Samples.id(1)
    ) throws -> MailboxEvidence {
        let text = """
            From: MAILER-DAEMON@mx.example.org
            Content-Type: multipart/report; report-type=delivery-status; boundary=x

            --x
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.org

            Final-Recipient: rfc822; \(address)
            Action: \(action)
            Status: \(status)
            Diagnostic-Code: smtp; 550 \(status) as reported

            --x
            Content-Type: text/rfc822-headers

            Message-ID: <\(id.text)@example.com>
            Subject: Hello

            --x--
            """
        guard case .report(let report) = Returned(octets: Array(text.utf8)) else {
            throw StoreError.corrupt("no report")
        }
        return .report(report)
    }

    private func answer(_ id: String, from: String = "a@example.org", isAutomatic: Bool = false) throws
        -> MailboxEvidence
    {
        let text = """
            From: \(from)
            Message-ID: <\(id)@example.org>
            In-Reply-To: <\(Samples.id(1).text)@example.com>
            Subject: Re: Hello
            \(isAutomatic ? "Auto-Submitted: auto-replied" : "X-Nothing: x")

            Thanks.
            """
        guard case .answer(let answer) = Returned(octets: Array(text.utf8)) else {
            throw StoreError.corrupt("no answer")
        }
        return .answer(answer)
    }

    @Test("A copy in the Sent folder is noted once", arguments: [false, true])
    func copy(isSaved: Bool) async throws {
        try await withSend { store, id, record in
            #expect(try store.soughtCopies(of: "env-1", since: Samples.start, limit: 9).map(\.id) == [id])
            let evidence: MailboxEvidence = isSaved ? .copySaved(id) : .copyFound(id)
            #expect(try await record([evidence]).sends == [id])
            #expect(try await record([evidence, .copyFound(id)]).sends.isEmpty)
            let history = try #require(try await store.history(of: id))
            #expect(history.send.delivery == .inSentFolder)
            #expect(history.send.state == .accepted)
            #expect(history.events.last?.kind == (isSaved ? .sentCopySaved : .sentCopyFound))
            #expect(
                try await store.events().filter { $0 == .sentCopyFound || $0 == .sentCopySaved }.count == 1)
            #expect(try store.soughtCopies(of: "env-1", since: Samples.start, limit: 9).isEmpty)
            #expect(history.send.mailboxCheckedAt == now)
        }
    }

    @Test("A bounce keeps the send sent, says so of the recipient, and counts once")
    func bounce() async throws {
        try await withSend { store, id, record in
            let changes = try await record([try report()])
            #expect(changes.sends == [id])
            #expect(changes.deadAddresses.map(\.text) == ["a@example.org"])
            let first = try #require(try await store.history(of: id))
            #expect(first.send.state == .accepted)
            #expect(first.send.delivery == .bounced)
            #expect(first.send.recipients.map(\.outcome) == [.bounced, .accepted])
            #expect(first.send.recipients[0].report?.status == EnhancedStatusCode(5, 1, 1))
            #expect(first.send.recipients[0].report?.text == "as reported")
            let dead = try #require(try store.suppressions().first)
            #expect(dead.address.text == "a@example.org" && dead.status == EnhancedStatusCode(5, 1, 1))
            #expect(dead.send == id)
            #expect(first.events.last?.kind == .bounced)
            #expect(first.events.last?.detail == "a@example.org: 5.1.1 as reported (mx.example.org)")
            // Again, and less sure news afterwards.
            #expect(
                try await record([try report(), try report("delayed"), try report("delivered")]).sends.isEmpty
            )
            #expect(try await record([.copyFound(id)]).sends == [id])
            let second = try #require(try await store.history(of: id))
            #expect(second.send.delivery == .bounced)
            #expect(second.send.recipients == first.send.recipients)
            #expect(second.events.count == first.events.count + 1)
        }
    }

    @Test("Delivered is said when all have it; delayed is said once and passes")
    func delivered() async throws {
        try await withSend { store, id, record in
            _ = try await record([.copyFound(id), try report("delayed", status: "4.4.1")])
            #expect(try await store.send(id)?.delivery == .delayed)
            #expect(try await store.send(id)?.recipients.map(\.outcome) == [.accepted, .accepted])
            #expect(try await record([try report("delayed", status: "4.4.2")]).sends.isEmpty)
            _ = try await record([try report("delivered", status: "2.0.0")])
            #expect(try await store.send(id)?.delivery == .delayed)
            _ = try await record([try report("delivered", "B@example.org", status: "2.0.0")])
            #expect(try await store.send(id)?.delivery == .delivered)
            #expect(try await store.events().suffix(3) == [.delayed, .delivered, .delivered])
            _ = try await record([try report("failed", "b@example.org")])
            #expect(try await store.send(id)?.delivery == .bounced)
        }
    }

    @Test("Behind an alias the one recipient is meant; of several, nobody is blamed")
    func aliases() async throws {
        try await withSend(to: ["a@example.org"]) { store, id, record in
            let changes = try await record([try report("failed", "inner@example.net")])
            #expect(try await store.send(id)?.recipients.map(\.outcome) == [.bounced])
            #expect(changes.deadAddresses.isEmpty)
        }
        try await withSend { store, id, record in
            let one = try report("failed", "inner@example.net")
            #expect(try await record([one]).sends == [id])
            #expect(try await record([one]).sends.isEmpty)
            let history = try #require(try await store.history(of: id))
            #expect(history.send.recipients.map(\.outcome) == [.accepted, .accepted])
            #expect(history.send.delivery == .bounced)
            #expect(history.events.last?.detail?.hasPrefix("inner@example.net: 5.1.1") == true)
        }
    }

    @Test(
        "Evidence settles what was unconfirmed: the one way from failed to sent",
        arguments: ["copy", "bounce", "delay"])
    func reconciles(by way: String) async throws {
        try await withSend(.unconfirmed) { store, id, record in
            let evidence: MailboxEvidence =
                switch way {
                case "copy": .copyFound(id)
                case "bounce": try report()
                default: try report("delayed")
                }
            #expect(try await record([evidence]).sends == [id])
            let history = try #require(try await store.history(of: id))
            #expect(history.send.state == .accepted)
            #expect(history.send.status == .sent)
            #expect(history.send.failure == nil)
            #expect(history.send.sentAt == Samples.later)
            #expect(
                history.send.recipients.map(\.outcome) == [way == "bounce" ? .bounced : .accepted, .accepted])
            #expect(history.events.filter { $0.kind == .reconciled }.count == 1)
            #expect(try await record([evidence]).sends.isEmpty)
            #expect(try await store.events().count == history.events.count)
        }
    }

    @Test("An answer is no such evidence")
    func answersProveNothing() async throws {
        try await withSend(.unconfirmed) { store, id, record in
            _ = try await record([try answer("one")])
            #expect(try await store.send(id)?.state == .unconfirmed)
        }
    }

    @Test("In a partial send, who was unconfirmed stays so, whatever shows that the others' message went out")
    func partial() async throws {
        for way in ["found", "saved", "bounce of the other", "bounce of somebody"] {
            try await withSend(.partial) { store, id, record in
                let before = try #require(try await store.send(id)).recipients
                let other = try #require(before.first { $0.outcome == .accepted }).address.text
                let evidence: MailboxEvidence =
                    switch way {
                    case "found": .copyFound(id)
                    case "saved": .copySaved(id)
                    case "bounce of the other": try report("failed", other)
                    default: try report("failed", "inner@example.net")
                    }
                #expect(try await record([evidence]).sends == [id])
                let after = try #require(try await store.send(id))
                #expect(after.state == .partial)
                #expect(after.recipients.filter { $0.outcome == .unconfirmed }.count == 1, "\(way)")
                #expect(try await !store.events().contains(.reconciled))
            }
        }
    }

    @Test(
        "In a partial send, a report about who was unconfirmed settles that one",
        arguments: [
            ("failed", Outcome.bounced), ("delayed", .accepted), ("delivered", .delivered),
        ])
    func partialReport(_ action: String, _ outcome: Outcome) async throws {
        try await withSend(.partial) { store, id, record in
            let open = try #require(
                try await store.send(id)?.recipients.first { $0.outcome == .unconfirmed })
            #expect(try await record([try report(action, open.address.text)]).sends == [id])
            let after = try #require(try await store.send(id))
            #expect(after.recipients.first { $0.address == open.address }?.outcome == outcome)
            #expect(after.state == .partial && after.status == .sent)
        }
    }

    @Test("Answers are told from machines' answers, count once each, and the sender's own do not")
    func answers() async throws {
        try await withSend { store, id, record in
            let all = [
                try answer("one"), try answer("two", isAutomatic: true),
                try answer("three", from: "me@example.com"),
            ]
            #expect(try await record(all).sends == [id])
            #expect(try await record(all).sends.isEmpty)
            let events = try #require(try await store.history(of: id)).events.filter { $0.kind == .replied }
            #expect(events.map(\.isAutomatic) == [false, true])
            #expect(events.first?.detail == "from a@example.org: Re: Hello")
            #expect(try await store.send(id)?.delivery == .unknown)
        }
    }

    @Test("What is about no send of this account changes nothing")
    func foreign() async throws {
        try await withSend { store, id, record in
            let before = try await store.history(of: id)?.events
            #expect(
                try await record([try report(about: Samples.id(7)), .copyFound(Samples.id(7))]).sends.isEmpty)
            #expect(try await store.history(of: id)?.events == before)
            let other = MailboxLease(account: "env-2", token: "t", cursor: nil)
            #expect(try await store.record([try report()], under: other, cursor: nil, at: now).sends.isEmpty)
        }
    }

    @Test("A bounce while others are still tried survives the end of the send")
    func whileDeferred() async throws {
        try await withStore { store, _ in
            let claim = try await store.claimed(to: ["a@example.org", "b@example.org"])
            try await store.settle(claim, Samples.ended(claim, .deferred, [.accepted, .deferred]))
            let lease = try #require(try await store.leaseMailbox(of: "env-1", token: "t", for: 60, at: now))
            _ = try await store.record([try report()], under: lease, cursor: nil, at: now)
            let second = try await store.claimAgain(at: now)
            #expect(second.settledOutcomes == [.accepted])
            try await store.settle(second, Samples.ended(second, .partial, [.rejected], at: now))
            let send = try #require(try await store.send(claim.id))
            #expect(send.state == .partial)
            #expect(send.sentAt == Samples.later)
            #expect(send.recipients.map(\.outcome) == [.bounced, .rejected])
        }
    }

    @Test("One process at a time has a mailbox; a dead one's is taken when its time is over")
    func leases() async throws {
        try await withSend { store, _, _ in
            #expect(try await store.leaseMailbox(of: "nobody", token: "x", for: 60, at: now) == nil)
            let first = try #require(
                try await store.leaseMailbox(of: "env-1", token: "one", for: 60, at: now))
            #expect(first.cursor == nil)
            #expect(try await store.leaseMailbox(of: "env-1", token: "two", for: 60, at: now) == nil)
            #expect(try await store.renew(first, for: 120, at: now))
            #expect(
                try await store.leaseMailbox(of: "env-1", token: "two", for: 60, at: now.adding(seconds: 61))
                    == nil)
            let late = now.adding(seconds: 121)
            let second = try #require(
                try await store.leaseMailbox(of: "env-1", token: "two", for: 60, at: late))
            #expect(try await !store.renew(first, for: 60, at: late))
            // Whoever lost it moves no cursor and gives nothing back.
            _ = try await store.record([], under: first, cursor: "old", at: late)
            try await store.release(first)
            #expect(try await store.renew(second, for: 60, at: late))
            _ = try await store.record([], under: second, cursor: "new", at: late)
            let third = try #require(try await store.leaseMailbox(of: "env-1", token: "3", for: 60, at: late))
            #expect(third.cursor == "new")
        }
    }

    @Test("What was recorded long before it was to leave counts from its own time")
    func scheduled() async throws {
        try await withStore { store, _ in
            let time = Samples.start.adding(seconds: 30 * 86_400)
            _ = try await store.insert(try Samples.new(1, scheduledFor: time))
            try await store.hire()
            let claim = try await store.claimAgain(at: time)
            try await store.settle(claim, Samples.accepted(claim, at: time))
            let since = time.adding(seconds: -3_600)
            #expect(try store.newestUnsettled(of: "env-1", since: since) == claim.id)
            #expect(try store.soughtCopies(of: "env-1", since: since, limit: 9).map(\.id) == [claim.id])
            let past = time.adding(seconds: 3_600)
            #expect(try store.newestUnsettled(of: "env-1", since: past) == nil)
            #expect(try store.soughtCopies(of: "env-1", since: past, limit: 9).isEmpty)
        }
    }

    @Test("Open is what was sent lately and is neither delivered nor bounced")
    func unsettled() async throws {
        try await withSend(to: ["a@example.org"]) { store, id, record in
            #expect(try store.newestUnsettled(of: "env-1", since: Samples.start) == id)
            #expect(try store.newestUnsettled(of: "env-1", since: now) == nil)
            #expect(try store.newestUnsettled(of: "env-2", since: Samples.start) == nil)
            _ = try await record([try report("delivered", status: "2.0.0")])
            #expect(try store.newestUnsettled(of: "env-1", since: Samples.start) == nil)
        }
    }
}
