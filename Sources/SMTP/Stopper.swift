import Synchronization

/// Decides, once, whether the cancel or the final dot came first.
final class Stopper: Sendable {
    private enum State { case open, stopped, passed }
    private let state = Mutex(State.open)

    /// True when the cancel came first: the transaction will not send its final dot.
    func stop() -> Bool {
        state.withLock { state in
            if state == .open { state = .stopped }
            return state == .stopped
        }
    }

    /// True when the final dot may go out, and from then on no cancel counts.
    func pass() -> Bool {
        state.withLock { state in
            if state == .open { state = .passed }
            return state == .passed
        }
    }
}
