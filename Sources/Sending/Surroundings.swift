package import Mail

/// Time and chance, handed in by the roof: nothing in this room reads a clock or makes randomness by itself.
package struct Surroundings: Sendable {
    /// The time of day, which may jump.
    package let now: @Sendable () -> Timestamp
    /// Seconds since some moment, which never jump: for waiting.
    package let uptime: @Sendable () -> Double
    /// Returns early, by throwing, when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void
    package let random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> UInt64
    ) {
        self.now = now
        self.uptime = uptime
        self.sleep = sleep
        self.random = random
    }

    /// 0 up to, but not, 1.
    var fraction: Double { Double(random() >> 11) / Double(1 << 53) }
}
