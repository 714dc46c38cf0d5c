/// How often a time was within each of some bounds.
package struct Histogram: Sendable, Hashable {
    /// Upper bounds in seconds, inclusive; beyond the last one counts in `count` alone.
    package static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300,
    ]

    /// For each bound, those between it and the one before.
    package private(set) var counts = [Int](repeating: 0, count: Self.bounds.count)
    package private(set) var count = 0
    /// Seconds.
    package private(set) var sum = 0.0

    package init() {}

    /// - Parameter seconds: never negative; a clock that went back counts as no time.
    package mutating func add(_ seconds: Double) {
        let seconds = max(0, seconds)
        count += 1
        sum += seconds
        if let place = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[place] += 1 }
    }
}
