import Logging
import Mail
import Store
import Synchronization
import TestPeers
import Testing

@testable import Sending

@Suite("Looking into the mailbox")
struct MailboxWatchTests {
    @Test(
        "A copy is filed where none appears after a while, and never where the provider does it",
        arguments: [
            (SentCopyPolicy.auto, false, true), (.auto, true, false), (.always, true, true),
            (.never, false, false),
        ])
    func filing(policy: SentCopyPolicy, filesByItself: Bool, isFiled: Bool) async throws {
        let reader = ScriptedReader(filesByItself: filesByItself)
        try await withMailbox(reader, policy) { desk in
            let sent = try await desk.send()
            _ = try await desk.service.checkMailboxes()
            #expect(reader.questions.last?.sought.map(\.isToBeFiled) == [policy == .always])
            desk.clock.advance(by: MailboxWatch.grace)
            _ = try await desk.service.checkMailboxes()
            #expect(reader.questions[1].sought.map(\.isToBeFiled) == (policy == .always ? [] : [isFiled]))
            let history = try await desk.track(sent.send.id)
            #expect(history.events.contains { $0.kind == .sentCopySaved } == isFiled)
            #expect(history.send.status == .sent)
            _ = try await desk.service.checkMailboxes()
            #expect(reader.filed.count == (isFiled ? 1 : 0))
        }
    }

    @Test("An unconfirmed send is settled by the Sent folder, and no copy of it is ever filed")
    func reconciles() async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader, acts: [ScriptedTransport.replies(rcpt: [250], finalDot: 0)]) { desk in
            let sent = try await desk.send()
            #expect(sent.send.state == .unconfirmed)
            desk.clock.advance(by: 600)
            _ = try await desk.service.checkMailboxes()
            #expect(reader.questions.last?.sought.map(\.isToBeFiled) == [false])
            reader.holds(sent.send.id)
            let check = try #require(try await desk.service.checkMailboxes().first)
            #expect(check.changed == [sent.send.id])
            let history = try await desk.track(sent.send.id)
            #expect(history.send.state == .accepted)
            #expect(history.events.suffix(2).map(\.kind) == [.reconciled, .sentCopyFound])
        }
    }

    @Test(
        "A report counts when a mail system wrote it, and not when a person passes it on or forges it",
        arguments: [
            ("MAILER-DAEMON@mx.example.org", true), ("eve@example.org", false),
        ])
    func reports(from: String, isBelieved: Bool) async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            let sent = try await desk.send()
            reader.receive(Self.bounce(of: sent.send, from: from))
            let check = try #require(try await desk.service.checkMailboxes().first)
            #expect(check.deadAddresses.isEmpty == !isBelieved)
            #expect(try await desk.track(sent.send.id).send.delivery == (isBelieved ? .bounced : .unknown))
            #expect(try await desk.track(sent.send.id).send.status == .sent)
            _ = try await desk.service.checkMailboxes()
            #expect(reader.questions.last?.cursor == "1")
        }
    }

    @Test("A mailbox that cannot be read changes nothing and is looked into again from the same place")
    func fails() async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            let sent = try await desk.send()
            reader.fail(Failure(.authFailed, "No.", hint: "Correct it."))
            let before = try await desk.track(sent.send.id)
            let check = try #require(try await desk.service.checkMailboxes().first)
            #expect(check.failure?.code == .authFailed)
            #expect(try await desk.track(sent.send.id) == before)
            reader.fail(nil)
            #expect(try await desk.service.checkMailboxes().first?.failure == nil)
            #expect(reader.questions.last?.cursor == nil)
            #expect(try await desk.track(sent.send.id).send.mailboxCheckedAt == desk.clock.now)
        }
    }

    @Test("Two processes on one record never look at the same time")
    func twoProcesses() async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            _ = try await desk.send()
            let latch = Latch()
            reader.hold(latch)
            let first = Task { try await desk.service.checkMailboxes() }
            try await eventually { reader.questions.count == 1 }
            let other = try Desk(
                accounts: [Self.account(reader, .auto, ScriptedTransport([]))], path: desk.path,
                clock: desk.clock)
            #expect(try await other.service.checkMailboxes().first?.isElsewhere == true)
            #expect(reader.questions.count == 1)
            latch.open()
            #expect(try await first.value.first?.isElsewhere == false)
            #expect(try await other.service.checkMailboxes().first?.isElsewhere == false)
            _ = await other.service.finish(within: .zero)
        }
    }

    @Test("It is asked less and less while nothing is new, and not at all while nothing is open")
    func kindness() async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            let watch = Task { await desk.service.watchMailboxes() }
            let moving = desk.clock.moving(by: 10)
            let start = desk.clock.now
            try await eventually { desk.clock.now > start.adding(seconds: 3_000) }
            #expect(reader.questions.isEmpty)
            let sent = try await desk.send()
            try await eventually { reader.times(desk.clock).count >= 7 }
            let times = reader.times(desk.clock)
            let gaps = zip(times, times.dropFirst()).map { Double($1.milliseconds - $0.milliseconds) / 1000 }
            // The first look finds the send new, the second files its copy; then the pauses grow.
            #expect(gaps.last ?? 0 > gaps.first ?? 0)
            reader.receive(Self.bounce(of: sent.send, from: "MAILER-DAEMON@mx.example.org"))
            _ = try await desk.service.checkMailboxes()
            let count = reader.questions.count
            let then = desk.clock.now
            try await eventually { desk.clock.now > then.adding(seconds: 12_000) }
            #expect(reader.questions.count <= count + 1)
            watch.cancel()
            moving.cancel()
            await watch.value
        }
    }

    @Test("Who comes each minute to drain the queue looks only while something is open")
    func draining() async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            #expect(try await desk.service.checkMailboxes(ifOpen: true).isEmpty)
            let sent = try await desk.send()
            #expect(try await desk.service.checkMailboxes(ifOpen: true).count == 1)
            reader.receive(Self.bounce(of: sent.send, from: "MAILER-DAEMON@mx.example.org"))
            #expect(try await desk.service.checkMailboxes(ifOpen: true).count == 1)
            #expect(try await desk.service.checkMailboxes(ifOpen: true).isEmpty)
            #expect(reader.questions.count == 2)
        }
    }

    @Test("A refused login is not tried again by who comes each minute, but by a person at once")
    func refusedWhileDraining() async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            _ = try await desk.send()
            reader.fail(Failure(.authFailed, "No.", hint: "Correct it.", phase: .auth))
            #expect(try await desk.service.checkMailboxes(ifOpen: true).first?.failure != nil)
            for _ in 1...3 {
                desk.clock.advance(by: 60)
                #expect(try await desk.service.checkMailboxes(ifOpen: true).first?.isElsewhere == true)
            }
            #expect(reader.questions.count == 1)
            desk.clock.advance(by: MailboxWatch.rest)
            #expect(try await desk.service.checkMailboxes(ifOpen: true).first?.failure != nil)
            reader.fail(nil)
            #expect(try await desk.service.checkMailboxes().first?.failure == nil)
            #expect(try await desk.service.checkMailboxes(ifOpen: true).first?.isElsewhere == false)
            #expect(reader.questions.count == 4)
        }
    }

    @Test(
        "A mailbox that cannot be reached does not rest, nor one whose settings have to be corrected",
        arguments: [
            Failure(.connectionFailed, "No.", hint: "Wait.", retryable: true),
            Failure(.authFailed, "There is no secret.", hint: "Correct it."),
        ])
    func unreachableWhileDraining(_ failure: Failure) async throws {
        let reader = ScriptedReader()
        try await withMailbox(reader) { desk in
            _ = try await desk.send()
            reader.fail(failure)
            for _ in 1...2 {
                #expect(try await desk.service.checkMailboxes(ifOpen: true).first?.failure != nil)
            }
            #expect(reader.questions.count == 2)
        }
    }

    @Test(
        "A refused login is not tried again for each new send, but soon when a person has changed an account")
    func refused() async throws {
        let reader = ScriptedReader()
        reader.fail(Failure(.authFailed, "No.", hint: "Correct it."))
        try await withTemporaryFolder { folder in
            let path = folder + "/envelope.db"
            let other = try Store.open(at: path)
            let clock = ManualClock()
            let acts = Array(repeating: ScriptedTransport.accepts, count: 9)
            let page = { @Sendable (store: Store) in
                AccountBook.Page(
                    accounts: (try? Self.account(reader, .never, ScriptedTransport(acts))).map { [$0] } ?? [],
                    withoutAccount: .noAccountConfigured, number: try? store.accountChanges())
            }
            let service = SendingService(
                book: AccountBook(page(other)) { page($0) },
                door: StoreDoor(open: { try Store.open(at: path) }, exists: { true }),
                roots: AttachmentRoots(folders: [], limit: 0), surroundings: Desk.surroundings(clock),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            _ = try await service.send(try Desk.request(subject: "0"), wait: .seconds(3_000))
            let watch = Task { await service.watchMailboxes() }
            try await eventually {
                clock.advance(by: 5)
                return reader.questions.count == 1
            }
            for number in 1...3 {
                _ = try await service.send(try Desk.request(subject: "\(number)"), wait: .seconds(3_000))
                // Nobody looks in all that time: the clock stays within the hour of the refusal.
                for _ in 0..<60 {
                    clock.advance(by: 5)
                    for _ in 0..<20 { await Task.yield() }
                }
            }
            #expect(reader.questions.count == 1)
            let changed = clock.now
            try await other.resume("env-me")
            await service.lookForAccounts()
            try await eventually {
                if clock.now < changed.adding(seconds: 2_000) { clock.advance(by: 5) }
                return reader.questions.count == 2
            }
            watch.cancel()
            await watch.value
            _ = await service.finish(within: .zero)
            try other.close()
        }
    }

    // MARK: Props

    static func account(
        _ reader: ScriptedReader, _ policy: SentCopyPolicy, _ transport: any MailTransport
    ) throws -> Account {
        let plain = try Desk.account("me", transport)
        return Account(
            record: plain.record, sender: plain.sender, transport: transport, schedule: plain.schedule,
            mailbox: reader, sentCopy: policy)
    }

    private func withMailbox(
        _ reader: ScriptedReader, _ policy: SentCopyPolicy = .auto,
        acts: [ScriptedTransport.Act] = [ScriptedTransport.accepts], _ body: (Desk) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let account = try Self.account(reader, policy, ScriptedTransport(acts))
            let desk = Desk(accounts: [account], path: folder + "/envelope.db")
            try await body(desk)
            _ = await desk.service.finish(within: .zero)
        }
    }

    private static func bounce(of send: SendRecord, from: String) -> Returned {
        let text = """
            From: \(from)
            Content-Type: multipart/report; report-type=delivery-status; boundary=x

            --x
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example.org

            Final-Recipient: rfc822; a@example.org
            Action: failed
            Status: 5.1.1

            --x
            Content-Type: text/rfc822-headers

            Message-ID: \(send.messageID)

            --x--
            """
        return Returned(octets: Array(text.utf8))
    }
}

/// A mailbox that a test fills.
final class ScriptedReader: MailboxReader {
    private struct State {
        var questions: [MailboxQuestion] = []
        var times: [Timestamp] = []
        var sent: Set<SendID> = []
        var filed: [SendID] = []
        var returned: [Returned] = []
        var failure: Failure?
        var latch: Latch?
    }

    let filesByItself: Bool
    private let clock = Mutex<ManualClock?>(nil)
    private let state = Mutex(State())

    init(filesByItself: Bool = false) { self.filesByItself = filesByItself }

    var questions: [MailboxQuestion] { state.withLock { $0.questions } }
    var filed: [SendID] { state.withLock { $0.filed } }
    func holds(_ id: SendID) { state.withLock { _ = $0.sent.insert(id) } }
    func receive(_ returned: Returned) { state.withLock { $0.returned.append(returned) } }
    func fail(_ failure: Failure?) { state.withLock { $0.failure = failure } }
    func hold(_ latch: Latch) { state.withLock { $0.latch = latch } }

    /// When it was asked, from the first call of this on.
    func times(_ clock: ManualClock) -> [Timestamp] {
        self.clock.withLock { $0 = clock }
        return state.withLock { $0.times }
    }

    func look(_ question: MailboxQuestion) async throws(Failure) -> MailboxFindings {
        let now = clock.withLock { $0?.now }
        let (failure, latch) = state.withLock { state in
            state.questions.append(question)
            if let now { state.times.append(now) }
            return (state.failure, state.latch)
        }
        await latch?.wait()
        if let failure { throw failure }
        var findings = MailboxFindings()
        for sought in question.sought {
            if state.withLock({ $0.sent.contains(sought.id) }) {
                findings.found.append(sought.id)
            } else if sought.isToBeFiled, await question.mailData(sought.id) != nil {
                state.withLock { state in
                    state.sent.insert(sought.id)
                    state.filed.append(sought.id)
                }
                findings.filed.append(sought.id)
            }
        }
        let start = question.cursor.flatMap { Int($0) } ?? 0
        state.withLock { state in
            findings.returned = Array(state.returned.dropFirst(start))
            findings.cursor = String(state.returned.count)
        }
        return findings
    }
}
