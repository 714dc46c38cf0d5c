import Synchronization

/// What the inputs of a run came to, told at its end: a harness that reaches nothing finds nothing.
struct Tally {
    private static let shared = Mutex(Tally())

    private var counts: [(name: String, count: Int)] = []
    private var nanoseconds: [(name: String, count: Int)] = []

    static func count(_ name: StaticString, _ number: Int = 1) {
        shared.withLock { Self.add(number, to: name, in: &$0.counts) }
    }

    /// Runs one input of a target and counts it and its time.
    static func time(_ name: StaticString, _ body: () -> Void) {
        let start = ContinuousClock.now
        body()
        let taken = (ContinuousClock.now - start).components
        shared.withLock { tally in
            add(1, to: name, in: &tally.counts)
            add(
                Int(taken.seconds) * 1_000_000_000 + Int(taken.attoseconds / 1_000_000_000), to: name,
                in: &tally.nanoseconds)
        }
    }

    /// One line of counts, one of rates, on standard error.
    static func tell() {
        let tally = shared.withLock { $0 }
        let counts = tally.counts.map { "\($0.name)=\($0.count)" }.joined(separator: " ")
        let rates = tally.nanoseconds.map { each in
            let inputs = tally.counts.first { $0.name == each.name }?.count ?? 0
            return "\(each.name)=\(inputs * 1_000_000_000 / max(each.count, 1))/s"
        }
        Failure.say("\nTALLY \(counts)\nRATES \(rates.joined(separator: " "))\n")
    }

    private static func add(
        _ number: Int, to name: StaticString, in list: inout [(name: String, count: Int)]
    ) {
        let name = "\(name)"
        if let place = list.firstIndex(where: { $0.name == name }) {
            list[place].count += number
        } else {
            list.append((name, number))
        }
    }
}
