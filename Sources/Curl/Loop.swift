import CCurl

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The engine's thread: takes orders, waits for descriptors and deadlines, lets libcurl connect, and moves octets.
///
/// Waits with poll(2), which is portable and as fast as epoll up to about 64 busy lines; idle lines are not polled.
final class Loop {
    let inbox: Inbox
    let executor: EngineExecutor
    let bell: Int32
    let limits: Engine.Limits
    let multi: UnsafeMutableRawPointer?
    let trust = TrustStore()
    /// One for all lines: octets are copied out at once.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    /// Taken out of the inbox, about to be done.
    private var orders: [Order] = []
    private var jobs: [UnownedJob] = []

    var lines: [LineID: Line] = [:]
    var byHandle: [UnsafeMutableRawPointer: Line] = [:]
    /// First come, first served, beyond what `limits` allows of each kind.
    var queue: [Line] = []
    var tlsConnectsInFlight = 0
    var plainConnectsInFlight = 0

    var exchanges: [LineID: Exchange] = [:]
    var exchangesByHandle: [UnsafeMutableRawPointer: Exchange] = [:]
    /// First come, first served, beyond `exchangesInFlight`.
    var waitingExchanges: [Exchange] = []

    /// What libcurl wants to hear about while it connects: poll events by descriptor.
    var interests: [Int32: Int16] = [:]
    var curlTimer: ContinuousClock.Instant?
    /// No deadline is earlier than this; it may lie before all of them after one was met.
    var nearestDeadline: ContinuousClock.Instant?
    var stopWaiters: [Waiter<Void>] = []
    var isStopping = false

    init(inbox: Inbox, executor: EngineExecutor, bell: Int32, limits: Engine.Limits) {
        self.inbox = inbox
        self.executor = executor
        self.bell = bell
        self.limits = limits
        multi = curl_multi_init()
    }

    deinit { scratch.deallocate() }

    func run() {
        wireCallbacks()
        var polled: [pollfd] = []
        var sources: [Source] = []
        while true {
            obeyAll()
            startQueued()
            collectFinished()
            if isStopping { break }
            fill(&polled, &sources)
            let pause = inbox.fallAsleep() ? millisecondsToWait() : 0
            let ready = poll(&polled, nfds_t(polled.count), pause)
            if ready > 0 { hear(polled, sources) }
            meetTimers()
        }
        end()
    }

    /// Jobs give new orders and orders resume jobs: a few rounds of that save as many polls.
    private func obeyAll() {
        for _ in 1...8 {
            inbox.take(&orders, &jobs)
            if orders.isEmpty, jobs.isEmpty { return }
            for order in orders { obey(order) }
            orders.removeAll(keepingCapacity: true)
            for job in jobs { job.runSynchronously(on: executor.asUnownedTaskExecutor()) }
            jobs.removeAll(keepingCapacity: true)
        }
    }

    /// What a polled descriptor belongs to. A line is named by its id, because an earlier event of the same round
    /// may have closed it and opened another on the same descriptor.
    enum Source {
        case bell
        case curl
        case line(LineID)
    }

    private func fill(_ polled: inout [pollfd], _ sources: inout [Source]) {
        polled.removeAll(keepingCapacity: true)
        sources.removeAll(keepingCapacity: true)
        polled.append(pollfd(fd: bell, events: Int16(POLLIN), revents: 0))
        sources.append(.bell)
        for (descriptor, events) in interests {
            polled.append(pollfd(fd: descriptor, events: events, revents: 0))
            sources.append(.curl)
        }
        for line in lines.values where line.descriptor >= 0 {
            var events: Int16 = 0
            if line.receiving != nil { events |= Int16(POLLIN) }
            if line.sending != nil { events |= Int16(POLLOUT) }
            if events == 0 { continue }
            polled.append(pollfd(fd: line.descriptor, events: events, revents: 0))
            sources.append(.line(line.id))
        }
    }

    private func hear(_ polled: [pollfd], _ sources: [Source]) {
        let broken = Int16(POLLERR | POLLHUP | POLLNVAL)
        for (entry, source) in zip(polled, sources) where entry.revents != 0 {
            switch source {
            case .bell: break
            case .curl:
                guard interests[entry.fd] != nil else { continue }
                var mask: Int32 = 0
                if entry.revents & (Int16(POLLIN) | broken) != 0 { mask |= CURL_CSELECT_IN }
                if entry.revents & Int16(POLLOUT) != 0 { mask |= CURL_CSELECT_OUT }
                if entry.revents & broken != 0 { mask |= CURL_CSELECT_ERR }
                act(entry.fd, mask)
            case .line(let id):
                guard let line = lines[id] else { continue }
                if line.sending != nil, entry.revents & (Int16(POLLOUT) | broken) != 0 { pumpOut(line) }
                if line.receiving != nil, entry.revents & (Int16(POLLIN) | broken) != 0 { pumpIn(line) }
            }
        }
    }

    func act(_ descriptor: Int32, _ mask: Int32) {
        guard let multi else { return }
        var running: Int32 = 0
        curl_multi_socket_action(multi, descriptor, mask, &running)
        collectFinished()
    }

    private func end() {
        for line in Array(lines.values) { discard(line, as: .stopped) }
        for exchange in Array(exchanges.values) { discard(exchange, as: .stopped) }
        let left = inbox.stop()
        for order in left.orders { refuse(order) }
        for job in left.jobs { EngineExecutor.runElsewhere(job) }
        // The multi is left alone: cleaning it up waits for a resolver thread in some versions.
        for waiter in stopWaiters { waiter.resume(returning: .success(())) }
    }

    private func refuse(_ order: Order) {
        switch order {
        case .connect(_, _, _, let waiter): waiter.resume(returning: .failure(.stopped))
        case .perform(_, _, _, let waiter): waiter.resume(returning: .failure(.stopped))
        case .send(_, _, _, _, _, let waiter): waiter.resume(returning: .failure(.stopped))
        case .receive(_, _, _, let waiter): waiter.resume(returning: .failure(.stopped))
        case .close(_, _, let waiter), .stop(let waiter): waiter?.resume(returning: .success(()))
        case .cancelConnect, .cancelExchange, .cancel: break
        }
    }
}
