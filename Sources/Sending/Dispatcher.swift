import Logging
import Mail
import Store

/// Moves what is due from the record to the wire, and what the server said back into the record.
///
/// Each send is claimed before it is touched, so that several processes on one record never send the same message.
actor Dispatcher {
    /// Deliveries under way at most; each server's connections are capped by its transport.
    static let capacity = 64
    /// Sends that another process left behind are looked for this often, seconds.
    static let sweepInterval = 10.0

    let door: StoreDoor
    let changes: Changes
    let surroundings: Surroundings
    let logger: Logger
    let accounts: [String: Account]
    private let owner: String

    private var lock: OwnerLock?
    var deliveries: [SendID: Delivery] = [:]
    private var isPumping = false
    private var isWokenAgain = false
    private var isFinishing = false
    private var timer: Task<Void, Never>?

    /// One attempt under way.
    struct Delivery {
        let claim: Claim
        let task: Task<Void, Never>
        var isAtFinalDot = false
    }

    init(
        accounts: [Account], door: StoreDoor, changes: Changes, surroundings: Surroundings, logger: Logger
    ) {
        self.accounts = Dictionary(
            accounts.map { ($0.record.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.door = door
        self.changes = changes
        self.surroundings = surroundings
        self.logger = logger
        let words = (surroundings.random(), surroundings.random())
        self.owner = SendID(milliseconds: surroundings.now().milliseconds, random: words).text
    }

    /// Looks for what an earlier process left behind, once in this process's life; returns at once.
    func begin() {
        if timer == nil, !isPumping { wake() }
    }

    /// Looks for due sends now; returns at once.
    func wake() {
        Task { await self.pump() }
    }

    private func pump() async {
        if isPumping || isFinishing || accounts.isEmpty {
            isWokenAgain = true
            return
        }
        isPumping = true
        defer { isPumping = false }
        repeat {
            isWokenAgain = false
            do {
                try await claimDue()
            } catch {
                logger.error(
                    "the queue could not be read; it is tried again", metadata: ["error": "\(error)"])
            }
            await setTimer()
            // Asked for while one of the awaits above was under way: looked at before the flag is given up.
        } while isWokenAgain && !isFinishing
    }

    private func claimDue() async throws {
        guard let store = try await door.forReading() else { return }
        for id in try await store.takeOver(from: owner, now: surroundings.now()) {
            logger.warning("taken over from a process that ended", metadata: ["send": "\(id)"])
        }
        let names = Array(accounts.keys)
        guard let due = try await store.nextDue(for: names), due <= surroundings.now() else { return }
        if lock == nil { lock = try OwnerLock(owner: owner, in: store) }
        let claims = try await store.claim(
            for: names, owner: owner, limit: Self.capacity - deliveries.count, now: surroundings.now())
        for claim in claims {
            let task = Task { await self.deliver(claim, store) }
            deliveries[claim.id] = Delivery(claim: claim, task: task)
        }
    }

    /// Wakes at the next due time, and at the latest after the sweep interval.
    private func setTimer() async {
        timer?.cancel()
        let store = try? await door.forReading()
        guard !isFinishing, let store else { return }
        var pause = Self.sweepInterval
        if deliveries.count < Self.capacity, let due = try? await store.nextDue(for: Array(accounts.keys)) {
            let milliseconds = due.milliseconds - surroundings.now().milliseconds
            pause = min(pause, max(0.01, Double(milliseconds) / 1000))
        }
        let sleep = surroundings.sleep
        timer = Task { [pause] in
            do { try await sleep(.seconds(pause)) } catch { return }
            await self.pump()
        }
    }

    func ended(_ claim: Claim) async {
        deliveries[claim.id] = nil
        await changes.changed(claim.id)
        wake()
    }

    func isAtFinalDot(_ claim: Claim) {
        deliveries[claim.id]?.isAtFinalDot = true
    }

    /// Begins nothing new, waits for what is under way, and then says of the rest what is true.
    func finish(within time: Duration) async {
        isFinishing = true
        timer?.cancel()
        let deadline = surroundings.now().adding(seconds: time.seconds * 0.6)
        while !deliveries.isEmpty, surroundings.now() < deadline {
            try? await surroundings.sleep(.milliseconds(10))
        }
        for delivery in deliveries.values { delivery.task.cancel() }
        let last = surroundings.now().adding(seconds: time.seconds * 0.2)
        while deliveries.values.contains(where: { !$0.isAtFinalDot }), surroundings.now() < last {
            try? await surroundings.sleep(.milliseconds(10))
        }
        for delivery in deliveries.values where delivery.isAtFinalDot { await abandon(delivery.claim) }
        deliveries = [:]
        lock = nil
    }

    /// The process ends while a reply to the final dot is awaited: nobody can know.
    private func abandon(_ claim: Claim) async {
        logger.error(
            "stopped while waiting for the reply to the final dot: the message may or may not have been taken",
            metadata: ["send": "\(claim.id)"])
        let reason = "the process was stopped while it waited for the reply to the final dot"
        let store = try? await door.forReading()
        try? await store?.settle(claim, .unconfirmed(claim, at: surroundings.now(), because: reason))
    }
}
