package import Mail
import Synchronization

/// What this process has measured of its attempts since it began: counts and times, nothing of any message.
package final class Metrics: Sendable {
    /// Replies of servers, by what they answered and their class.
    package struct Reply: Sendable, Hashable {
        package let phase: Phase
        /// The first digit of the reply code.
        package let kind: Int
    }

    /// All of it at one moment.
    package struct Snapshot: Sendable {
        package var attempts = Histogram()
        /// How long attempts stayed in each phase.
        package var phases: [Phase: Histogram] = [:]
        package var replies: [Reply: Int] = [:]
        /// Attempts that ended without a reply that ends them, by why.
        package var faults: [TransportFault.Kind: Int] = [:]
        /// Attempts under way.
        package var open = 0
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    func began() { state.withLock { $0.open += 1 } }

    /// - Parameter times: the phases entered, each with when it was, in order.
    func ended(_ transaction: Transaction, _ times: [(phase: Phase, at: Double)], at end: Double) {
        let replies = transaction.countedReplies
        state.withLock { state in
            state.open -= 1
            for (index, time) in times.enumerated() where time.phase != .done {
                let next = index + 1 < times.count ? times[index + 1].at : end
                state.phases[time.phase, default: Histogram()].add(next - time.at)
            }
            if let first = times.first { state.attempts.add(end - first.at) }
            for reply in replies { state.replies[reply, default: 0] += 1 }
            if let fault = transaction.fault { state.faults[fault.kind, default: 0] += 1 }
        }
    }
}

extension Transaction {
    /// Each reply that decides something.
    fileprivate var countedReplies: [Metrics.Reply] {
        var replies: [(Phase, Mail.Reply?)] = [
            (phase < .mail ? phase : .greeting, sessionRefusal), (.mail, mail), (.data, data),
            (.finalDot, finalDot),
        ]
        for recipient in recipients { replies.append((.rcpt, recipient.reply)) }
        return replies.compactMap { phase, reply in
            reply.map { Metrics.Reply(phase: phase, kind: $0.code / 100) }
        }
    }
}
