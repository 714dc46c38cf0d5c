/// When a deferred send is tried again (RFC 5321 §4.5.4.1): growing pauses up to the give-up time.
package struct RetrySchedule: Sendable, Hashable {
    /// Seconds after the 1st, 2nd, … attempt; the last one repeats.
    package let pauses: [Double]
    /// Seconds from acceptance until no further attempt begins.
    package let giveUpAfter: Double

    package init(pauses: [Double], giveUpAfter: Double) {
        self.pauses = pauses
        self.giveUpAfter = giveUpAfter
    }

    /// 1 min, 5 min, 15 min, 1 h, 2 h, 4 h, then every 8 h; given up after 24 h.
    package static let standard = RetrySchedule(
        pauses: [60, 300, 900, 3_600, 7_200, 14_400, 28_800], giveUpAfter: 86_400)

    /// 2 s, 5 s, 15 s, then every minute: an agent's author who tries out failures does not want to wait.
    package static let sandbox = RetrySchedule(pauses: [2, 5, 15, 60], giveUpAfter: 3_600)

    /// Of Standard Webhooks: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h; given up after the tenth try.
    package static let webhooks = RetrySchedule(
        pauses: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400], giveUpAfter: 864_000)

    /// The same pauses with another give-up time, seconds; nil changes nothing.
    package func givingUp(after seconds: Double?) -> RetrySchedule {
        RetrySchedule(pauses: pauses, giveUpAfter: seconds ?? giveUpAfter)
    }

    /// Seconds until the next attempt, spread by ±20 % so that sends which failed together do not return together.
    ///
    /// - Parameters:
    ///   - attempt: 1 for the first.
    ///   - fraction: 0 up to 1, random.
    package func pause(after attempt: Int, fraction: Double) -> Double {
        guard let last = pauses.last else { return giveUpAfter }
        let pause = attempt <= pauses.count ? pauses[max(attempt, 1) - 1] : last
        return pause * (0.8 + 0.4 * fraction)
    }
}
