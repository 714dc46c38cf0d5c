package import Mail
package import Store

/// Time, chance and place, handed in by the roof: nothing in this room reads a clock or makes randomness by itself.
package struct Surroundings: Sendable {
    /// The time of day, which may jump.
    package let now: @Sendable () -> Timestamp
    /// Seconds since some moment, the same for all processes of a machine, which never jump: for waiting and leases.
    package let uptime: @Sendable () -> Double
    /// Returns early, by throwing, when the task is cancelled.
    package let sleep: @Sendable (Duration) async throws -> Void
    package let random: @Sendable () -> UInt64
    package let machine: Machine
    package let lease: Lease
    /// Called at each milestone; does nothing outside of tests.
    package let reached: @Sendable (Milestone) -> Void

    /// Where a process runs.
    package struct Machine: Sendable, Hashable {
        package let host: String
        /// New with each start of the machine.
        package let bootID: String
        package let pid: Int

        package init(host: String, bootID: String, pid: Int) {
            self.host = host
            self.bootID = bootID
            self.pid = pid
        }
    }

    package init(
        now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Double,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> UInt64, machine: Machine, lease: Lease = .standard,
        reached: @escaping @Sendable (Milestone) -> Void = { _ in }
    ) {
        self.now = now
        self.uptime = uptime
        self.sleep = sleep
        self.random = random
        self.machine = machine
        self.lease = lease
        self.reached = reached
    }

    /// 0 up to, but not, 1.
    var fraction: Double { Double(random() >> 11) / Double(1 << 53) }

    var beat: Beat { Beat(at: now(), uptime: uptime()) }
}
