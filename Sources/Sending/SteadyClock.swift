import Mail
import Store

/// Notices when the time of day was set, or the machine slept: then a give-up time that has passed proves little.
struct SteadyClock: Sendable {
    /// More than this between the two clocks is a jump, seconds.
    private static let tolerance = 60.0
    /// How long a jump is held against the clock; a wrong one is usually put right by then.
    private static let grace = 600.0

    private var last: Beat
    private var doubtfulUntil = -Double.infinity

    init(_ beat: Beat) { last = beat }

    /// True for a while after a jump.
    func isDoubtful(at beat: Beat) -> Bool { beat.uptime < doubtfulUntil }

    /// Takes the time; true when the time of day jumped since the last call.
    @discardableResult
    mutating func note(_ beat: Beat) -> Bool {
        let shown = Double(beat.at.milliseconds - last.at.milliseconds) / 1000
        let passed = beat.uptime - last.uptime
        last = beat
        guard abs(shown - passed) > Self.tolerance else { return false }
        doubtfulUntil = beat.uptime + Self.grace
        return true
    }
}
