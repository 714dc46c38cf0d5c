import Logging
import Mail
import Store

/// Moves what is due from the record to the wire, and what the server said back into the record.
///
/// Each send is claimed before it is touched, so that several processes on one record never send the same message.
actor Dispatcher {
    /// Deliveries under way at most, each with its mail data in memory; a server's connections are capped by its transport.
    static let capacity = 16
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
    private var pump: Task<Void, Never>?
    private var isWokenAgain = false
    private var isFinishing = false
    private var timer: Task<Void, Never>?

    /// One attempt under way.
    struct Delivery {
        let claim: Claim
        let task: Task<Void, Never>
        var isAtFinalDot = false
        /// What the attempt came to, while it could not be recorded yet.
        var settlement: Settlement?
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

    /// Looks for due sends now; returns at once.
    func wake() {
        if isFinishing || accounts.isEmpty { return }
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
                pause = try await claimDue()
            } catch {
                pause = 1
                logger.error(
                    "the queue could not be read; it is tried again", metadata: ["error": "\(error)"])
            }
            setTimer(pause)
        } while isWokenAgain && !isFinishing
        // No await since the last look at the flag: a later wake starts a new pump.
        pump = nil
    }

    /// Claims and starts what is due; returns the seconds until it should look again.
    private func claimDue() async throws -> Double {
        guard let store = try door.forReading() else { return Self.sweepInterval }
        let now = surroundings.now()
        for id in try await store.takeOver(from: owner, now: now) {
            logger.warning("taken over from a process that ended", metadata: ["send": "\(id)"])
        }
        for id in try await store.giveUp(now: now) {
            logger.warning("given up: its time is over", metadata: ["send": "\(id)"])
            await changes.changed(id)
        }
        let names = Array(accounts.keys)
        if !isFinishing, let due = try store.nextDue(for: names), due <= now {
            if lock == nil { lock = try OwnerLock(owner: owner, in: store) }
            let claims = try await store.claim(
                for: names, owner: owner, limit: Self.capacity - deliveries.count, now: now)
            for claim in claims {
                let task = Task { await self.deliver(claim, store) }
                deliveries[claim.id] = Delivery(claim: claim, task: task)
            }
        }
        // With every place taken, the end of a delivery wakes it.
        guard deliveries.count < Self.capacity, let due = try store.nextDue(for: names) else {
            return Self.sweepInterval
        }
        let pause = Double(due.milliseconds - surroundings.now().milliseconds) / 1000
        return min(Self.sweepInterval, max(0.01, pause))
    }

    private func setTimer(_ pause: Double) {
        timer?.cancel()
        if isFinishing { return }
        let sleep = surroundings.sleep
        timer = Task {
            do { try await sleep(.seconds(pause)) } catch { return }
            self.wake()
        }
    }

    func ended(_ claim: Claim) async {
        deliveries[claim.id] = nil
        await changes.changed(claim.id)
        wake()
    }

    func isAtFinalDot(_ claim: Claim) { deliveries[claim.id]?.isAtFinalDot = true }

    /// Begins nothing new, waits for what is under way, and then records of the rest what is true.
    func finish(within time: Duration) async {
        isFinishing = true
        timer?.cancel()
        let start = surroundings.uptime()
        await wait(until: start + time.seconds * 0.5) { pump == nil && deliveries.isEmpty }
        for delivery in deliveries.values { delivery.task.cancel() }
        // Before the gate a cancel ends an attempt promptly; behind it, only the reply does.
        await wait(until: start + time.seconds * 0.7) { pump == nil && deliveries.isEmpty }
        let rest = deliveries.values.filter { $0.isAtFinalDot || $0.settlement != nil }
        if !rest.isEmpty {
            let writing = Task { for delivery in rest { await abandon(delivery) } }
            await wait(until: start + time.seconds) { rest.allSatisfy { deliveries[$0.claim.id] == nil } }
            writing.cancel()
        }
        // Kept while anything runs: it dies with the process, and says until then that the owner lives.
        if deliveries.isEmpty { lock = nil }
    }

    private func wait(until deadline: Double, _ isSo: () -> Bool) async {
        while !isSo(), surroundings.uptime() < deadline { try? await surroundings.sleep(.milliseconds(10)) }
    }

    /// The process ends before an attempt is settled: what the server said if it is known, else that nobody can know.
    private func abandon(_ delivery: Delivery) async {
        let claim = delivery.claim
        let reason = "the process was stopped while it waited for the reply to the final dot"
        if delivery.settlement == nil {
            logger.error(
                "stopped while waiting for the reply to the final dot: the message may or may not have been taken",
                metadata: ["send": "\(claim.id)"])
        }
        let settlement = delivery.settlement ?? .unconfirmed(claim, at: surroundings.now(), because: reason)
        do {
            try await door.forReading()?.settle(claim, settlement)
            deliveries[claim.id] = nil
        } catch {
            logger.error(
                "the end of an attempt could not be recorded",
                metadata: [
                    "send": "\(claim.id)", "state": "\(settlement.state.rawValue)", "error": "\(error)",
                ])
        }
    }
}
