import Store
import Synchronization

extension Dispatcher {
    /// One attempt under way.
    struct Delivery {
        let claim: Claim
        let task: Task<Void, Never>
        let gate: GatePassed
        var isAtFinalDot: Bool { gate.isSo }
        /// What the attempt came to, while it could not be recorded yet.
        var settlement: Settlement?
    }

    /// Set on the wire's thread, between the gate's commit and the final dot: no time to ask an actor.
    final class GatePassed: Sendable {
        private let flag = Atomic(false)

        var isSo: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }
    }
}
