import Logging
import Mail
import Store

/// Moves what is due from the record to the wire, and what the server said back into the record.
///
/// Each send is claimed before it is touched, so that several processes on one record never send the same message.
/// Accounts do not wait for each other: each has its own places.
actor Dispatcher {
    /// Sends that another process left behind, or that are over, are looked for this often, seconds.
    static let sweepInterval = 5.0

    let door: StoreDoor
    let changes: Changes
    let surroundings: Surroundings
    let logger: Logger
    let book: AccountBook
    var accounts: [String: Account]
    let retention: Duration?

    var ownership: Ownership?
    var registering: Task<String, any Error>?
    var clock: SteadyClock
    var deliveries: [SendID: Delivery] = [:]
    /// Deliveries under way for each account.
    var busy: [String: Int] = [:]
    /// Accounts whose last session failed: one attempt at a time until one succeeds.
    var probing: Set<String> = []
    /// Accounts whose login was refused to somebody: one that works ends their pause.
    var lockedOut: Set<String> = []
    /// Those whose login was refused to this process, and has not worked since.
    var refused: Set<String> = []
    /// Accounts that may have something due now.
    var backlog: Set<String> = []
    /// How many attempts ended in each state.
    var ends: [SendState: Int] = [:]
    var isFinishing = false
    var hasSwept = false
    /// A short process that drains the queue, perhaps each minute, takes another one's word about a refused login.
    var isDraining = false

    private var pump: Task<Void, Never>?
    private var trouble = Trouble("the queue")
    /// Since when (uptime) no look has gone well, and why the last one did not.
    private(set) var failing: (since: Double, error: any Error)?
    private var isWokenAgain = false
    private var lastSweep = -Double.infinity
    private var timer: Task<Void, Never>?
    /// Uptime.
    private var timerDue = 0.0

    init(
        book: AccountBook, door: StoreDoor, changes: Changes, surroundings: Surroundings, logger: Logger,
        retention: Duration?
    ) {
        self.book = book
        self.accounts = Self.byID(book.accounts)
        self.door = door
        self.changes = changes
        self.surroundings = surroundings
        self.logger = logger
        self.retention = retention
        self.clock = SteadyClock(surroundings.beat)
    }

    private static func byID(_ accounts: [Account]) -> [String: Account] {
        Dictionary(accounts.map { ($0.record.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Takes the accounts as the book has them now, and looks at all that waits. What is under way goes to its end.
    func adoptAccounts() {
        takeAccounts()
        wake()
    }

    private func takeAccounts() {
        accounts = Self.byID(book.accounts)
        backlog.formIntersection(accounts.keys)
        // One whose session failed may be another one by now.
        probing = []
        refused = []
    }

    func isRefused(_ account: String) -> Bool { refused.contains(account) }

    var isIdle: Bool { pump == nil && deliveries.isEmpty }

    /// Looks for due sends now; returns at once.
    ///
    /// - Parameter account: one that has just got a send; nil looks at all.
    func wake(_ account: String? = nil) {
        if isFinishing || accounts.isEmpty { return }
        if let account, accounts[account] != nil {
            backlog.insert(account)
        } else {
            lastSweep = -.infinity
        }
        run()
    }

    /// Starts a send that was recorded just now; one that is due later is found by a sweep before its time.
    func recorded(_ new: SendRecord, for account: String) {
        let wait = new.scheduledFor.map { Double($0.milliseconds - new.createdAt.milliseconds) / 1000 } ?? 0
        if wait == 0 { return wake(account) }
        if wait <= Self.sweepInterval * 2 { wake() } else if timer == nil { setTimer(Self.sweepInterval) }
    }

    func ended(_ claim: Claim) async {
        // Not the next attempt of the same send, which may have begun already.
        if deliveries[claim.id]?.claim == claim { deliveries[claim.id] = nil }
        busy[claim.accountID, default: 1] -= 1
        changes.changed(claim.id)
        if !isFinishing, deliveries.isEmpty || backlog.contains(claim.accountID) { run() }
    }

    private func run() {
        if pump != nil {
            isWokenAgain = true
        } else {
            // A task of its own: cancelling who asked must not stop it.
            pump = Task { await self.runPump() }
        }
    }

    private func runPump() async {
        repeat {
            isWokenAgain = false
            var pause = Self.sweepInterval
            do {
                pause = try await look()
                trouble.end(logger)
                failing = nil
            } catch {
                pause = 1
                failing = (failing?.since ?? surroundings.uptime(), error)
                trouble.tell(error, logger)
            }
            setTimer(pause)
        } while isWokenAgain && !isFinishing
        // No await since the last look at the flag: a later wake starts a new pump.
        pump = nil
    }

    /// Sweeps when it is time, claims and starts what is due; returns the seconds until it should look again.
    private func look() async throws -> Double {
        guard let store = try door.forReading() else { return Self.sweepInterval }
        let beat = surroundings.beat
        let isSweeping = beat.uptime - lastSweep >= Self.sweepInterval
        if isSweeping, await book.refresh(store) { takeAccounts() }
        let names = Array(accounts.keys)
        if isSweeping {
            try await sweep(store, beat)
            lastSweep = beat.uptime
            backlog.formUnion(try store.nextDue(for: names).filter { $0.value <= beat.at }.keys)
        }
        for name in backlog.sorted() where !isFinishing { try await claim(name, store) }
        let rest = names.filter { !backlog.contains($0) }
        guard !rest.isEmpty, let due = try store.nextDue(for: rest).values.min() else {
            return Self.sweepInterval
        }
        let pause = Double(due.milliseconds - surroundings.now().milliseconds) / 1000
        // What became due in between is noticed by the sweep that this brings on.
        if pause <= 0 { lastSweep = -.infinity }
        return min(Self.sweepInterval, max(0.01, pause))
    }

    private func claim(_ name: String, _ store: Store) async throws {
        guard let account = accounts[name] else { return }
        let places = probing.contains(name) ? 1 : account.connections * 4
        let free = places - busy[name, default: 0]
        // A few at a time cost one commit; the end of a delivery wakes it again.
        guard free >= max(1, places / 4) else { return }
        let owner = try await owner(in: store)
        // Before the claim: what comes while it is written marks the account again.
        backlog.remove(name)
        let taken = try await store.claiming(
            for: name, owner: owner, limit: free, now: surroundings.now(), denial: denial)
        if taken.claims.count + taken.ended.count == free { backlog.insert(name) }
        for (id, state) in taken.ended {
            logger.warning(
                "ended without an attempt", metadata: ["send": "\(id)", "state": "\(state.rawValue)"])
            noteEnd(id, state)
        }
        start(taken.claims, of: account, store)
    }

    /// Whom an account's rules keep out by now; nil, and nobody is asked about, where none does.
    private var denial: Denial? {
        if accounts.values.allSatisfy(\.rails.denied.isEmpty) { return nil }
        return { [accounts] id, address in
            accounts[id].flatMap { $0.rails.denial(of: address, account: $0.record.name) }
        }
    }

    private func start(_ claims: [Claim], of account: Account, _ store: Store) {
        if !claims.isEmpty { surroundings.reached(.afterClaim) }
        for claim in claims {
            let gate = GatePassed()
            // On the wire's thread all along: else each message would wake four others.
            let task = Task(executorPreference: account.transport.executor) {
                await self.deliver(claim, for: account, gate, store)
            }
            deliveries[claim.id] = Delivery(claim: claim, task: task, gate: gate)
            busy[claim.accountID, default: 0] += 1
        }
    }

    /// Tries a send that somebody waits for, although its account rests: what was wrong may have been put right.
    func attempt(_ id: SendID, of account: Account, in store: Store) async throws {
        if isFinishing { return }
        lockedOut.insert(account.record.id)
        let owner = try await owner(in: store)
        let claim = try await store.claim(id, owner: owner, now: surroundings.now(), denial: denial)
        if claim == nil { changes.changed(id) }
        start(claim.map { [$0] } ?? [], of: account, store)
    }

    private func setTimer(_ pause: Double) {
        let now = surroundings.uptime()
        // One that comes earlier looks too and sets the next; anew for each send would cost as much as a look.
        if timer != nil, timerDue > now, timerDue <= now + pause { return }
        timerDue = now + pause
        timer?.cancel()
        if isFinishing { return }
        let sleep = surroundings.sleep
        timer = Task {
            do { try await sleep(.seconds(pause)) } catch { return }
            self.tick()
        }
    }

    private func tick() {
        timer = nil
        if isFinishing { return }
        lastSweep = min(lastSweep, surroundings.uptime() - Self.sweepInterval)
        run()
    }

    func stopTimer() { timer?.cancel() }
}
