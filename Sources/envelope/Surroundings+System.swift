import Glibc
import Mail
import Sending

extension Surroundings {
    /// The machine's clock and randomness: the one place that reads them.
    static let system = Surroundings(
        now: { .now },
        uptime: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        },
        sleep: { duration in try await Task.sleep(for: duration) },
        random: { UInt64.random(in: .min ... .max) })
}

extension Timestamp {
    /// The wall clock, to the millisecond.
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
