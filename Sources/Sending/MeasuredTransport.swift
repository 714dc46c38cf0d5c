import Mail
import Synchronization

/// A transport that measures what goes through it.
struct MeasuredTransport: MailTransport {
    let base: any MailTransport
    let metrics: Metrics
    /// Seconds that never jump.
    let uptime: @Sendable () -> Double

    var executor: (any TaskExecutor)? { base.executor }

    func carry(
        _ mailData: MailData, in envelope: Envelope, gate: @escaping Gate, progress: @escaping Progress
    ) async -> Transaction {
        let times = Times()
        metrics.began()
        let transaction = await base.carry(mailData, in: envelope, gate: gate) { moment in
            times.note(moment, at: uptime())
            progress(moment)
        }
        metrics.ended(transaction, times.all, at: uptime())
        return transaction
    }

    /// The phases of one attempt. A lock, because the moments come from the wire's thread.
    private final class Times: Sendable {
        private let list = Mutex<[(phase: Phase, at: Double)]>([])

        var all: [(phase: Phase, at: Double)] { list.withLock { $0 } }

        func note(_ moment: TransactionMoment, at time: Double) {
            let phase: Phase
            switch moment {
            case .phase(let entered): phase = entered
            case .finalDotSent: phase = .finalDot
            case .halfOfBodySent, .finalDotAnswered: return
            }
            list.withLock { list in
                if list.last?.phase != phase { list.append((phase, time)) }
            }
        }
    }
}

extension Account {
    /// The same account, with what its transport does counted.
    package func measured(by metrics: Metrics, uptime: @escaping @Sendable () -> Double) -> Account {
        var account = self
        account.transport = MeasuredTransport(base: transport, metrics: metrics, uptime: uptime)
        return account
    }
}
