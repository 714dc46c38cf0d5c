package import Mail

/// A process that sends from this record, as the others know it.
package struct Worker: Sendable, Hashable {
    /// New for each process, and again when it has lost its lease.
    package let id: String
    package let pid: Int
    package let host: String
    /// The same for all processes of one running kernel; only then can uptimes be compared.
    package let bootID: String

    package init(id: String, pid: Int, host: String, bootID: String) {
        self.id = id
        self.pid = pid
        self.host = host
        self.bootID = bootID
    }
}

/// The time on both clocks: one that people set and one that only runs.
package struct Beat: Sendable, Hashable {
    package let at: Timestamp
    /// Seconds since the machine started.
    package let uptime: Double

    package init(at: Timestamp, uptime: Double) {
        self.at = at
        self.uptime = uptime
    }
}

/// How long a worker that shows no sign of life keeps its sends.
package struct Lease: Sendable, Hashable {
    /// Seconds.
    package let length: Double

    package init(length: Double) { self.length = length }

    package static let standard = Lease(length: 60)

    /// Seconds between two signs of life.
    package var renewal: Double { length / 4 }
}
