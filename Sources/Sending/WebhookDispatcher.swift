import Logging
import Mail
import Store
import Synchronization

/// Tells webhooks of events: takes what is due from the record, posts it signed, and writes down what came of it.
///
/// Beside the mail's dispatcher and independent of it. Each webhook has places of its own, so that one which hangs
/// holds up no other; each delivery is leased before it is tried, so that several processes tell of it once.
actor WebhookDispatcher {
    /// What other processes have written is looked for this often, seconds.
    static let interval = 5.0
    /// Deliveries of one webhook under way at once, and of all together.
    static let places = 2
    static let allPlaces = 16
    /// Seconds that a receiver has for its answer (Standard Webhooks: 15 to 30), and that a lease lasts.
    static let deadline = 15.0
    static let lease = 30.0
    /// Settled deliveries are kept this long where no retention is set, seconds.
    static let keep = 30 * 86_400.0

    let outlet: WebhookOutlet
    let door: StoreDoor
    let surroundings: Surroundings
    let logger: Logger
    let retention: Duration?

    private var tasks: [Int64: Task<Void, Never>] = [:]
    private var busy: [String: Int] = [:]
    private var trouble = Trouble("the webhooks' queue")
    private var pump: Task<Void, Never>?
    private var isWokenAgain = false
    private var isFinishing = false
    private var timer: Task<Void, Never>?
    private var lastPrune = -Double.infinity
    private var hasBegun = false
    /// Whether anybody listens, as of the last look; and whether a look is on its way already.
    private let isListening = Atomic(false)
    private let isNudged = Atomic(false)
    private let prepared = Atomic(false)

    /// True once `prepare` has nothing more to do: asked for each send, without a change of thread.
    nonisolated var isPrepared: Bool { prepared.load(ordering: .acquiring) }

    init(
        _ outlet: WebhookOutlet, door: StoreDoor, surroundings: Surroundings, logger: Logger,
        retention: Duration?
    ) {
        self.outlet = outlet
        self.door = door
        self.surroundings = surroundings
        self.logger = logger
        self.retention = retention
        isListening.store(!outlet.own.isEmpty, ordering: .relaxed)
    }

    /// Something was written. Costs nothing to speak of while nobody listens.
    nonisolated func nudge() {
        guard isListening.load(ordering: .relaxed), !isNudged.exchange(true, ordering: .relaxed) else {
            return
        }
        Task { await wake() }
    }

    /// Looks for due deliveries now; returns at once.
    func wake() {
        isNudged.store(false, ordering: .relaxed)
        if isFinishing { return }
        if pump != nil {
            isWokenAgain = true
        } else {
            // A task of its own: cancelling who asked must not stop it.
            pump = Task { await self.runPump() }
        }
    }

    /// Posts everything that is due, until nothing is.
    func drain() async {
        while true {
            wake()
            await wait(until: .infinity) { pump == nil && tasks.isEmpty }
            let now = surroundings.now()
            let due = try? door.forReading()?.nextDeliveries(at: now).values.min()
            guard let due, due <= now else { return }
        }
    }

    /// Looks once more, gives what is under way half the time, and gives the rest back to the queue.
    func finish(within time: Duration) async {
        let start = surroundings.uptime()
        if isListening.load(ordering: .relaxed) { wake() }
        isFinishing = true
        timer?.cancel()
        await wait(until: start + time.seconds * 0.5) { pump == nil && tasks.isEmpty }
        for task in tasks.values { task.cancel() }
        await wait(until: start + time.seconds) { pump == nil && tasks.isEmpty }
    }

    /// Makes the settings' own webhooks known to the record before the first event that they are to hear.
    ///
    /// A fault keeps no mail back: it is logged, and the next look tries again.
    func prepare(_ store: Store) async {
        if !hasBegun {
            hasBegun = true
            // Here and not by the first look, which comes too late for the event that follows.
            isListening.store((try? store.isAnyWebhook()) != false, ordering: .relaxed)
            wake()
        }
        if isPrepared { return }
        do {
            if !outlet.own.isEmpty { try await record(outlet.own, in: store) }
            prepared.store(true, ordering: .releasing)
        } catch {
            logger.error("the settings' webhooks hear nothing yet", metadata: ["error": "\(error)"])
        }
    }

    private func wait(until deadline: Double, _ isSo: () -> Bool) async {
        while !isSo(), surroundings.uptime() < deadline, !Task.isCancelled {
            try? await surroundings.sleep(.milliseconds(10))
        }
    }

    private func runPump() async {
        repeat {
            isWokenAgain = false
            var pause = Self.interval
            do {
                pause = try await look()
                trouble.end(logger)
            } catch {
                trouble.tell(error, logger)
            }
            setTimer(pause)
        } while isWokenAgain && !isFinishing
        // No await since the last look at the flag: a later wake starts a new pump.
        pump = nil
    }

    /// Claims and starts what is due; returns the seconds until it should look again.
    private func look() async throws -> Double {
        guard let store = try door.forReading() else { return Self.interval }
        await prepare(store)
        let isAny = try store.isAnyWebhook()
        isListening.store(isAny, ordering: .relaxed)
        if !isAny { return Self.interval }
        try await pruneSometimes(store)
        let now = surroundings.now()
        let due = try store.nextDeliveries(at: now)
        // Who waits longest comes first, where places are few.
        for (webhook, time) in due.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) where time <= now {
            let free = min(Self.places - busy[webhook, default: 0], Self.allPlaces - tasks.count)
            let claims = try await store.claimDeliveries(
                of: webhook, limit: free, lease: Self.lease, now: surroundings.now())
            for claim in claims { start(claim, store) }
        }
        let next = due.values.filter { $0 > now }.min()
        let pause = next.map { Double($0.milliseconds - surroundings.now().milliseconds) / 1000 }
        return min(Self.interval, max(0.01, pause ?? Self.interval))
    }

    private func start(_ claim: WebhookClaim, _ store: Store) {
        let webhook = claim.webhook.id
        busy[webhook, default: 0] += 1
        tasks[claim.delivery.number] = Task {
            await self.deliver(claim, store)
            self.ended(claim)
        }
    }

    private func ended(_ claim: WebhookClaim) {
        tasks[claim.delivery.number] = nil
        busy[claim.webhook.id, default: 1] -= 1
        wake()
    }

    private func pruneSometimes(_ store: Store) async throws {
        let uptime = surroundings.uptime()
        guard uptime - lastPrune >= 3_600 else { return }
        lastPrune = uptime
        let age = retention?.seconds ?? Self.keep
        let count = try await store.pruneDeliveries(before: surroundings.now().adding(seconds: -age))
        if count > 0 { logger.info("pruned webhook deliveries", metadata: ["deliveries": "\(count)"]) }
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
}
