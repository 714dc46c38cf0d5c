/// The calls that run now, those that wait for their turn, the subscriptions, and the batches that wait for some of them.
struct OpenCalls {
    private struct Batch {
        var open: Set<Int> = []
        var answers: [[UInt8]] = []
    }

    private struct Waiting {
        let call: Call
        /// The bytes of the line that it came in.
        let size: Int
    }

    private let limits: StdioServer.Limits
    private let inbox: Inbox
    private var tasks: [Int: Task<Void, Never>] = [:]
    /// Subscriptions, which run for as long as they are wanted and so take no call's place.
    private var streams: [Int: Task<Void, Never>] = [:]
    private var waiting: [Waiting] = []
    private var batches: [Batch] = []

    init(limits: StdioServer.Limits, inbox: Inbox) {
        self.limits = limits
        self.inbox = inbox
    }

    var isEmpty: Bool { tasks.isEmpty && waiting.isEmpty && streams.isEmpty }
    /// Running and waiting, without the subscriptions.
    var count: Int { tasks.count + waiting.count }
    var words: String { count == 1 ? "1 call" : "\(count) calls" }

    /// False when another call could neither run nor wait.
    var hasRoom: Bool {
        tasks.count < limits.calls
            || (waiting.count < limits.waitingCalls
                && waiting.reduce(0) { $0 + $1.size } < limits.waitingBytes)
    }

    /// Runs a call, or has it wait while as many run as may.
    mutating func start(_ call: Call, size: Int) {
        if call.kind != .request || tasks.count < limits.calls {
            run(call)
        } else {
            waiting.append(Waiting(call: call, size: size))
        }
    }

    /// In a task of its own. Not a child task: at shutdown the server returns in time even when a tool does not heed its
    /// cancellation, which a task group would wait for.
    private mutating func run(_ call: Call) {
        let inbox = inbox
        @Sendable func run() async {
            let answer = await call.run { notice in
                inbox.post(.notice(call, notice))
                return true
            }
            inbox.post(.finished(call, answer))
        }
        // A look-up is done sooner than another thread is awake (2 × 100 µs): it begins right here, on the wire's thread,
        // and leaves it where it first waits. What may compute for long never does.
        let task = call.isLookUp ? Task.immediate { await run() } : Task { await run() }
        if call.kind == .request { tasks[call.serial] = task } else { streams[call.serial] = task }
    }

    /// Cancels a call; one that still waits is never begun. Returns the line of its batch if it was the last one open
    /// there.
    mutating func cancel(_ serial: Int) -> [UInt8]? {
        if let task = tasks[serial] ?? streams[serial] {
            task.cancel()
            return nil
        }
        guard let place = waiting.firstIndex(where: { $0.call.serial == serial }) else { return nil }
        waiting.remove(at: place)
        return close(serial, with: nil)
    }

    /// Cancels what runs and forgets what waits.
    mutating func cancelAll() {
        waiting = []
        for task in tasks.values { task.cancel() }
        endStreams()
    }

    /// Has the subscriptions end.
    func endStreams() {
        for task in streams.values { task.cancel() }
    }

    /// Starts the calls of a batch; returns the lines that it makes ready, its own when it has no calls.
    mutating func startBatch(_ reactions: [Reaction], size: Int) -> [[UInt8]] {
        var batch = Batch()
        var calls: [Call] = []
        var cancelled: [Int] = []
        for reaction in reactions {
            switch reaction {
            case .silence, .batch: break
            case .answer(let answer): batch.answers.append(answer.bytes)
            case .cancel(let serial): cancelled.append(serial)
            case .subscribe(let answer, let call):
                batch.answers.append(answer.bytes)
                start(call, size: 0)
            case .unsubscribe(let answer, let serial):
                batch.answers.append(answer.bytes)
                if let serial { cancelled.append(serial) }
            case .call(let call):
                batch.open.insert(call.serial)
                calls.append(call)
            }
        }
        var lines: [[UInt8]] = []
        if batch.open.isEmpty {
            if let line = Self.line(of: batch) { lines.append(line) }
        } else {
            batches.append(batch)
        }
        for call in calls { start(call, size: size / calls.count) }
        // Last, since a batch may cancel what it asked for itself.
        return lines + cancelled.compactMap { cancel($0) }
    }

    /// Ends a call and begins those whose turn it is; returns the line to write: its answer, or that of its batch if it
    /// was the last one open there.
    mutating func finish(_ call: Call, with answer: Answer?) -> [UInt8]? {
        tasks[call.serial] = nil
        streams[call.serial] = nil
        while tasks.count < limits.calls, !waiting.isEmpty { run(waiting.removeFirst().call) }
        return close(call.serial, with: answer)
    }

    private mutating func close(_ serial: Int, with answer: Answer?) -> [UInt8]? {
        guard let place = batches.firstIndex(where: { $0.open.contains(serial) }) else {
            return answer?.bytes
        }
        batches[place].open.remove(serial)
        if let answer { batches[place].answers.append(answer.bytes) }
        if !batches[place].open.isEmpty { return nil }
        return Self.line(of: batches.remove(at: place))
    }

    private static func line(of batch: Batch) -> [UInt8]? {
        if batch.answers.isEmpty { return nil }
        let commas = batch.answers.joined(separator: [UInt8(ascii: ",")])
        return [UInt8(ascii: "[")] + commas + [UInt8(ascii: "]")]
    }
}
