import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The machine's clocks: read here and nowhere else.
enum SystemClock {
    /// Seconds since the machine started, without the time that it slept; the same for all processes.
    static var uptime: Double { ProcessInfo.processInfo.systemUptime }
}

extension Timestamp {
    /// The wall clock, to the millisecond.
    static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date.now.timeIntervalSince1970 * 1000).rounded(.down)))
    }
}
