import Glibc
import Mail
import Sending
import Store

extension Surroundings {
    /// The machine's clocks and randomness: the one place that reads them.
    ///
    /// - Parameter environment: looked into by debug builds only, for where to stop and for a shorter lease.
    static func system(_ environment: [String: String]) -> Surroundings {
        Surroundings(
            now: { .now },
            uptime: { SystemClock.uptime },
            sleep: { duration in try await Task.sleep(for: duration) },
            random: { UInt64.random(in: .min ... .max) }, machine: .this, lease: lease(environment),
            reached: stopper(environment))
    }

    #if DEBUG
    private static func lease(_ environment: [String: String]) -> Lease {
        environment["ENVELOPE_LEASE_SECONDS"].flatMap(Double.init).map(Lease.init(length:)) ?? .standard
    }

    private static func stopper(_ environment: [String: String]) -> @Sendable (Milestone) -> Void {
        guard let words = environment["ENVELOPE_STOP_AT"]?.split(separator: ":"), let name = words.first,
            let milestone = Milestone(rawValue: String(name))
        else { return { _ in } }
        let stop = StopPoint(milestone, after: words.count > 1 ? Int(words[1]) ?? 1 : 1)
        return { stop.reached($0) }
    }
    #else
    private static func lease(_ environment: [String: String]) -> Lease { .standard }
    private static func stopper(_ environment: [String: String]) -> @Sendable (Milestone) -> Void { { _ in } }
    #endif
}

extension Surroundings.Machine {
    /// Read anew by each process: it is needed once, and costs two small files.
    static var this: Surroundings.Machine {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let bootID = SystemFile.firstLine("/proc/sys/kernel/random/boot_id") ?? host
        return Surroundings.Machine(host: host, bootID: bootID, pid: Int(getpid()))
    }
}
