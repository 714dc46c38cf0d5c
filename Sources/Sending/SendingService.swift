package import Logging
package import Mail
package import Store
import Synchronization

/// The operations over one record: send, track, list, and what an operator may do with a send.
package final class SendingService: Sendable {
    let book: AccountBook
    let door: StoreDoor
    let dispatcher: Dispatcher
    let changes: Changes
    /// Nil where nobody is told of anything.
    let webhooks: WebhookDispatcher?
    let surroundings: Surroundings
    let composition: Composition
    /// Looks for what becomes of mail that the server took.
    let mailboxes: MailboxWatch
    /// Those that it sends from now, the default one first.
    package var accounts: [Account] { book.accounts }
    /// What a send fails with when there is no account.
    package var withoutAccount: Failure { book.withoutAccount }
    private let hasBegun = Begun()
    private let startedAt: Timestamp

    /// - Parameters:
    ///   - book: accounts that may change while it runs.
    ///   - approval: which sends wait for a person, whatever their account says.
    ///   - retention: how long the mail data of finished sends is kept; nil keeps it.
    ///   - polling: how long the first pause between two looks into a mailbox is; nil leaves the default.
    package init(
        book: AccountBook, door: StoreDoor,
        approval: ApprovalPolicy = .none, roots: AttachmentRoots, limits: Limits = Limits(),
        retention: Duration? = nil, webhooks outlet: WebhookOutlet? = nil, polling: Duration? = nil,
        surroundings: Surroundings, logger: Logger
    ) {
        let webhooks = outlet.map {
            WebhookDispatcher(
                $0, door: door, surroundings: surroundings, logger: logger, retention: retention)
        }
        let changes = Changes { webhooks?.nudge() }
        self.book = book
        self.composition = Composition(
            book: book, approval: approval, roots: roots, limits: limits, surroundings: surroundings)
        self.door = door
        self.dispatcher = Dispatcher(
            book: book, door: door, changes: changes, surroundings: surroundings, logger: logger,
            retention: retention)
        self.mailboxes = MailboxWatch(
            book: book, door: door, changes: changes, surroundings: surroundings, logger: logger,
            pause: polling?.seconds ?? MailboxWatch.firstPause)
        self.changes = changes
        self.webhooks = webhooks
        self.startedAt = surroundings.now()
        self.surroundings = surroundings
    }

    /// Records the message, starts to send it, and answers when it is known what became of it or the wait is over.
    ///
    /// Nobody holds an id before the row is on the disk: a failure thrown here means that nothing was recorded or sent.
    ///
    /// - Parameter progress: hears how its attempts go on while this waits; must not block.
    package func send(
        _ request: consuming SendRequest, wait: Duration, progress: Progress? = nil
    ) async throws(Failure) -> SendAnswer {
        let recorded = try await record(consume request, wait: wait, progress)
        guard wait > .zero else { return try await answer(recorded, wait: wait) }
        do throws(Failure) {
            let answer = try await answer(recorded, wait: wait)
            changes.noLongerExpected(recorded.id)
            return answer
        } catch {
            changes.noLongerExpected(recorded.id)
            throw error
        }
    }

    /// A send on its way through `send`, without its mail data: while somebody waits, a long message is held by nobody
    /// but its delivery.
    private struct Recorded {
        let new: SendHistory
        let account: AccountRecord
        let insertion: Insertion
        /// Its account's login was refused a while ago.
        let isPaused: Bool
        let store: Store

        var id: SendID { new.send.id }
    }

    /// Composes the message and writes it down; whoever waits for it is expected from before it is there.
    private func record(
        _ request: consuming SendRequest, wait: Duration, _ progress: Progress?
    ) async throws(Failure) -> Recorded {
        await lookForAccounts(of: request)
        let isRepeated = await isRepeated(request)
        let new = try composition.newSend(from: consume request, isRepeated: isRepeated)
        let store = try door.forWriting()
        let pause = wait > .zero ? try await loginPause(of: new, store) : nil
        if wait > .zero { changes.expect(new.id, progress) }
        do {
            if let webhooks, !webhooks.isPrepared { await webhooks.prepare(store) }
            let insertion = try await store.insert(new)
            webhooks?.nudge()
            return Recorded(
                new: SendHistory(recorded: new), account: new.account, insertion: insertion,
                isPaused: pause != nil, store: store)
        } catch {
            if wait > .zero { changes.noLongerExpected(new.id) }
            throw .record(error, "The message could not be recorded, so nothing was sent")
        }
    }

    /// True when a request names times, and its key is on record: repeated, it asks what became of it.
    private func isRepeated(_ request: SendRequest) async -> Bool {
        guard let key = request.idempotencyKey, request.sendAt != nil || request.giveUpAt != nil,
            let store = (try? door.forReading()) ?? nil
        else { return false }
        let isSandbox = accounts.first?.record.kind == .sandbox
        return (try? await store.history(of: key, isSandbox: isSandbox)) ?? nil != nil
    }

    private func answer(_ recorded: Recorded, wait: Duration) async throws(Failure) -> SendAnswer {
        switch recorded.insertion {
        case .inserted: break
        case .same(let id):
            return SendAnswer(
                history: try await history(.id(id), wait: wait) { $0.isSettled }, isDeduplicated: true)
        case .conflict(let id, let fields): throw .conflict(with: id, fields)
        case .duplicate(let id):
            throw .duplicate(
                of: id, state: (try? await history(.id(id), wait: .zero) { _ in true })?.send.state)
        case .suppressed(let address, let suppression):
            throw recorded.new.send.refusal(of: address, suppression)
        case .limited(let reached):
            throw .limited(reached, account: recorded.account.name, at: recorded.new.send.createdAt)
        }
        surroundings.reached(.afterInsert)
        let send = recorded.new.send
        if send.state == .held { return SendAnswer(history: recorded.new) }
        if recorded.isPaused, let account = book.account(recorded.account.id) {
            try? await dispatcher.attempt(send.id, of: account, in: recorded.store)
        } else {
            await dispatcher.recorded(send, for: recorded.account.id)
        }
        if send.scheduledFor != nil || wait == .zero { return SendAnswer(history: recorded.new) }
        do {
            return SendAnswer(history: try await history(.id(send.id), wait: wait) { $0.isSettled })
        } catch {
            // It is on record and will be sent: a failure now would make the caller send it again.
            return SendAnswer(history: recorded.new)
        }
    }

    /// The pause in which the account's login is known to be refused, if a try is worth it all the same.
    ///
    /// - Throws: the pause's failure when it is not: who waits had better hear it at once. Who does not wait finds the
    ///   send queued.
    private func loginPause(of new: NewSend, _ store: Store) async throws(Failure) -> AccountPause? {
        guard new.scheduledFor == nil, new.heldBecause == nil,
            let pause = try? store.pause(of: new.account.id, at: surroundings.now()),
            pause.failure.isAboutLogin,
            // An older one is lifted by this process's first look at the queue: it may have a new password.
            pause.since >= startedAt
        else { return nil }
        // Another process may have another password: only who was refused itself knows that a try is of no use.
        guard pause.isFinal, await dispatcher.isRefused(new.account.id) else { return pause }
        // Repeating a request asks what became of it.
        if let key = new.idempotencyKey,
            (try? await store.history(of: key, isSandbox: new.isSandbox)) != nil
        {
            return nil
        }
        throw .paused(pause)
    }

    /// What became of a send; with a wait, as soon as it is final or changes.
    package func track(_ key: TrackKey, wait: Duration) async throws(Failure) -> SendHistory {
        begin()
        let first = try await history(key, wait: .zero) { _ in true }
        if wait == .zero || first.send.status != .queued { return first }
        return try await history(.id(first.send.id), wait: wait) { send in
            send.status != .queued || send.state != first.send.state || send.attempts != first.send.attempts
        }
    }

    /// A page of sends, newest first, and where the next one begins.
    package func list(
        _ filter: SendFilter, limit: Int, after position: ListPosition?
    ) async throws(Failure) -> (sends: [SendRecord], next: ListPosition?) {
        begin()
        guard let store = try door.forReading() else { return ([], nil) }
        do {
            var sends = try await store.sends(matching: filter, limit: limit + 1, after: position)
            let more = sends.count > limit
            if more { sends.removeLast() }
            return (sends, more ? sends.last.map { ListPosition(after: $0.id) } : nil)
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Ends in order: nothing new is begun, what is under way is given the time, the rest is left for the next process.
    ///
    /// - Returns: how many sends of this process's accounts are left unfinished.
    package func finish(within time: Duration) async -> Int {
        let start = surroundings.uptime()
        await dispatcher.finish(within: time)
        await webhooks?.finish(within: .seconds(max(0.2, time.seconds - (surroundings.uptime() - start))))
        let left = (try? waiting())?.values.reduce(0, +) ?? 0
        door.close()
        return left
    }

    /// Looks for what an earlier process left behind, once in this process's life, and not on the caller's time.
    package func begin() {
        if hasBegun.flag.exchange(true, ordering: .relaxed) { return }
        Task {
            await dispatcher.wake()
            await webhooks?.wake()
        }
    }

    private final class Begun: Sendable {
        let flag = Atomic(false)
    }
}

/// What a caller of `send` gets.
package struct SendAnswer: Sendable, Hashable {
    package let history: SendHistory
    /// True when the key was used before: this is the earlier send, and nothing was sent now.
    package let isDeduplicated: Bool

    init(history: SendHistory, isDeduplicated: Bool = false) {
        self.history = history
        self.isDeduplicated = isDeduplicated
    }
}

extension SendRecord {
    /// True when a first answer can be given: it has ended, was put off, or is not begun soon.
    var isSettled: Bool {
        switch state {
        case .deferred, .scheduled, .held: true
        // Its account rests.
        case .ready: failure != nil
        default: status != .queued
        }
    }
}
