import Logging
package import Mail
package import Store

/// Learns from mailboxes what became of mail after the server took it: copies, reports, answers.
///
/// A failure here changes nothing about a send.
struct MailboxWatch: Sendable {
    let book: AccountBook
    let door: StoreDoor
    let changes: Changes
    let surroundings: Surroundings
    let logger: Logger
    /// Seconds from one look to the next while there is news.
    let pause: Double

    /// A send about which nothing came for so long is looked after no more, seconds: servers give up within five days
    /// (RFC 5321 §4.5.4.1).
    static let patience = 6 * 86_400.0
    /// Copies are looked for in so young sends, seconds.
    static let copyPatience = 2 * 86_400.0
    /// A provider's own copy appears within this, seconds; only then one is filed.
    static let grace = 60.0
    static let copiesAtOnce = 40
    /// Longer than a look and one filing take, seconds; renewed before each filing.
    static let lease = 600.0
    /// Servers lock out who repeats a refused login, seconds.
    static let rest = 3_600.0
    static let firstPause = 30.0
    /// Between two looks that showed nothing new, in first pauses; the last goes on.
    static let pauses = [1.0, 2, 4, 10, 30, 120]

    /// Looks into every mailbox once, or only into those that can still tell something and whose login was not refused
    /// a moment ago.
    func check(ifOpen: Bool) async throws(Failure) -> [MailboxCheck] {
        var checks: [MailboxCheck] = []
        for account in book.accounts where account.mailbox != nil {
            if ifOpen, unsettled(account) == nil { continue }
            checks.append(try await check(account, despiteRefusal: !ifOpen))
        }
        return checks
    }

    /// Looks again and again, as long as something is open, until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            var watched: Set<String> = []
            for await accounts in book.pages() {
                for account in accounts where watched.insert(account.record.id).inserted {
                    group.addTask { await watch(account.record.id) }
                }
            }
            group.cancelAll()
        }
    }

    /// Asks the record after each first pause, and the mailbox at once about a new send, else less and less often.
    private func watch(_ id: String) async {
        var step = 0
        var newest: SendID?
        var waited = 0.0
        var isRefused = false
        var number = book.number
        while !Task.isCancelled {
            do { try await surroundings.sleep(.seconds(pause)) } catch { return }
            waited += 1
            // One that is gone may come back.
            guard let account = book.account(id), account.mailbox != nil, let open = unsettled(account) else {
                step = 0
                continue
            }
            // Until a person has changed something.
            if book.number != number { isRefused = false }
            if isRefused || open == newest, waited < Self.pauses[step] { continue }
            waited = 0
            number = book.number
            let check = try? await check(account)
            let isNews = open != newest || check.map { !$0.changed.isEmpty } ?? false
            newest = open
            isRefused = check?.failure.map { !$0.retryable } ?? false
            step = isRefused ? Self.pauses.count - 1 : isNews ? 0 : min(step + 1, Self.pauses.count - 1)
        }
    }

    private func unsettled(_ account: Account) -> SendID? {
        guard let store = (try? door.forReading()) ?? nil else { return nil }
        let since = surroundings.now().adding(seconds: -Self.patience)
        return (try? store.newestUnsettled(of: account.record.id, since: since)) ?? nil
    }

    private func check(
        _ account: Account, despiteRefusal: Bool = true
    ) async throws(Failure) -> MailboxCheck {
        var check = MailboxCheck(account: account.record.name)
        guard let reader = account.mailbox, let store = try door.forReading() else { return check }
        do {
            guard let lease = try await lease(account, store, despiteRefusal) else {
                check.isElsewhere = true
                return check
            }
            do throws(Failure) {
                let findings = try await reader.look(try question(account, reader, lease, store))
                try await note(findings, lease, store, &check)
            } catch {
                let isRefused = error.phase == .auth && !error.retryable
                // In a task of its own: a look that is stopped must not keep the mailbox.
                await Task {
                    isRefused
                        ? try? await store.rest(lease, for: Self.rest, at: surroundings.now())
                        : try? await store.release(lease)
                }.value
                logger.warning(
                    "the mailbox could not be read",
                    metadata: ["account": "\(account.record.name)", "error": "\(error.message)"])
                check.failure = error
            }
            return check
        } catch {
            throw .record(error, "The mailbox could not be looked into")
        }
    }

    private func lease(
        _ account: Account, _ store: Store, _ despiteRefusal: Bool
    ) async throws -> MailboxLease? {
        let now = surroundings.now()
        let token = SendID(
            milliseconds: now.milliseconds, random: (surroundings.random(), surroundings.random()))
        return try await store.leaseMailbox(
            of: account.record.id, token: token.text, for: Self.lease, at: now,
            despiteRefusal: despiteRefusal)
    }

    private func question(
        _ account: Account, _ reader: any MailboxReader, _ lease: MailboxLease, _ store: Store
    ) throws(Failure) -> MailboxQuestion {
        let now = surroundings.now()
        let sought: [SoughtCopy]
        do {
            sought = try store.soughtCopies(
                of: account.record.id, since: now.adding(seconds: -Self.copyPatience),
                limit: Self.copiesAtOnce)
        } catch {
            throw .record(error, "The record could not be read")
        }
        let files = account.sentCopy == .always || account.sentCopy == .auto && !reader.filesByItself
        let latest = account.sentCopy == .always ? now : now.adding(seconds: -Self.grace)
        return MailboxQuestion(
            sought: sought.map { copy in
                MailboxQuestion.Sought(
                    id: copy.id, messageID: copy.messageID, sentAt: copy.sentAt,
                    // What nobody knows to be sent must not look as if it were.
                    isToBeFiled: files && copy.state.status == .sent && copy.sentAt <= latest)
            }, cursor: lease.cursor,
            mailData: { [surroundings] id in
                let isOurs = try? await store.renew(lease, for: Self.lease, at: surroundings.now())
                guard isOurs == true else { return nil }
                return (try? await store.mailData(of: id)) ?? nil
            })
    }

    private func note(
        _ findings: MailboxFindings, _ lease: MailboxLease, _ store: Store, _ check: inout MailboxCheck
    ) async throws(Failure) {
        var evidence: [MailboxEvidence] =
            findings.found.map { .copyFound($0) } + findings.filed.map { .copySaved($0) }
        for returned in findings.returned {
            switch returned {
            // Anyone can write a report: only what bears a mail system's marks counts.
            case .report(let report) where report.isFromMailSystem && !report.isForwarded:
                evidence.append(.report(report))
            case .answer(let answer): evidence.append(.answer(answer))
            case .report, .other: break
            }
        }
        do {
            let recorded = try await store.record(
                evidence, under: lease, cursor: findings.cursor, at: surroundings.now())
            check.changed = recorded.sends
            check.deadAddresses = recorded.deadAddresses
        } catch {
            throw .record(error, "What the mailbox shows could not be recorded")
        }
        check.found = findings.found.count
        check.filed = findings.filed.count
        check.troubles = findings.troubles
        for id in check.changed { changes.changed(id) }
        for trouble in findings.troubles {
            logger.warning(
                "a part of the mailbox could not be read",
                metadata: ["account": "\(check.account)", "error": "\(trouble.message)"])
        }
    }
}

/// What one look into an account's mailbox came to.
package struct MailboxCheck: Sendable, Hashable {
    /// The account's name.
    package let account: String
    /// Copies that were found in the Sent folder, and that were put there.
    package internal(set) var found = 0
    package internal(set) var filed = 0
    /// Sends about which something new is known.
    package internal(set) var changed: [SendID] = []
    /// Recipients that do not exist, by reports about themselves.
    package internal(set) var deadAddresses: [Address] = []
    /// True when another process looks into it now, or nothing was ever sent from it.
    package internal(set) var isElsewhere = false
    /// Why nothing could be seen.
    package internal(set) var failure: Failure?
    package internal(set) var troubles: [Failure] = []

    init(account: String) { self.account = account }
}
