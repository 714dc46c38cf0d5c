#if DEBUG
import Glibc
import Sending
import Synchronization

/// Ends the process as `kill -9` does, when a milestone is reached for the n-th time: for the tests that prove what
/// happens then.
final class StopPoint: Sendable {
    private let milestone: Milestone
    private let left: Atomic<Int>

    init(_ milestone: Milestone, after count: Int) {
        self.milestone = milestone
        self.left = Atomic(count)
    }

    func reached(_ milestone: Milestone) {
        guard milestone == self.milestone else { return }
        if left.subtract(1, ordering: .relaxed).newValue <= 0 { kill(getpid(), SIGKILL) }
    }
}
#endif
