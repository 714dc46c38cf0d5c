/// The tool calls that run now, and the batches that wait for some of them.
struct OpenCalls {
    private struct Batch {
        var open: Set<Int> = []
        var answers: [[UInt8]] = []
    }

    private var tasks: [Int: Task<Void, Never>] = [:]
    private var batches: [Batch] = []

    var isEmpty: Bool { tasks.isEmpty }
    var count: Int { tasks.count }
    var words: String { count == 1 ? "1 call" : "\(count) calls" }

    /// Runs a call in a task of its own. Not a child task: at shutdown the server returns in time even when a tool does
    /// not heed its cancellation, which a task group would wait for.
    mutating func start(_ call: Call, inbox: Inbox) {
        @Sendable func run() async {
            let answer = await call.run { inbox.post(.progress(call, $0)) }
            inbox.post(.finished(call, answer))
        }
        // A look-up is done sooner than another thread is awake (2 × 100 µs): it begins right here, on the wire's thread,
        // and leaves it where it first waits. What may compute for long never does.
        tasks[call.serial] = call.tool.isReadOnly ? Task.immediate { await run() } : Task { await run() }
    }

    func cancel(_ serial: Int) { tasks[serial]?.cancel() }

    func cancelAll() {
        for task in tasks.values { task.cancel() }
    }

    /// Starts the calls of a batch; returns its line when there are none and something to say.
    mutating func startBatch(_ reactions: [Reaction], inbox: Inbox) -> [UInt8]? {
        var batch = Batch()
        for reaction in reactions {
            switch reaction {
            case .silence, .batch: break
            case .answer(let answer): batch.answers.append(answer.bytes)
            case .cancel(let serial): cancel(serial)
            case .call(let call):
                batch.open.insert(call.serial)
                start(call, inbox: inbox)
            }
        }
        if batch.open.isEmpty { return Self.line(of: batch) }
        batches.append(batch)
        return nil
    }

    /// Ends a call; returns the line to write: its answer, or that of its batch if it was the last one open there.
    mutating func finish(_ call: Call, with answer: Answer?) -> [UInt8]? {
        tasks[call.serial] = nil
        guard let place = batches.firstIndex(where: { $0.open.contains(call.serial) }) else {
            return answer?.bytes
        }
        batches[place].open.remove(call.serial)
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
