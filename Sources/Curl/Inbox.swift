import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The only thing that the engine's thread shares with everybody else: orders going in, and the pipe that wakes it.
final class Inbox: Sendable {
    private struct State {
        var orders: [Order] = []
        var isStopped = false
        /// True while the thread waits in poll, or is about to: only then an order has to ring.
        var isAsleep = false
        /// True from the octet in the pipe until the thread has read it: one wake-up for many orders.
        var isRinging = false
        var bell: (read: Int32, write: Int32)?
    }

    private let state = Mutex(State())

    /// Hands an order over; false once stopped, and then the order was not taken. A job is not taken before the
    /// thread is there either.
    func put(_ order: Order) -> Bool {
        state.withLock { state in
            if state.isStopped { return false }
            if case .run = order, state.bell == nil { return false }
            state.orders.append(order)
            if state.isAsleep { Self.ring(&state) }
            return true
        }
    }

    /// Every order since the last call.
    func take() -> [Order] {
        state.withLock { state in
            state.isAsleep = false
            if state.isRinging, let bell = state.bell {
                var octet: UInt8 = 0
                _ = read(bell.read, &octet, 1)
                state.isRinging = false
            }
            defer { state.orders = [] }
            return state.orders
        }
    }

    /// True when nothing has come in since `take`, so that the thread may wait; from now on orders ring.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.orders.isEmpty
            return state.isAsleep
        }
    }

    /// Opens the pipe; its read end, or nil when the process has no descriptors left.
    func hangBell() -> Int32? {
        state.withLock { state in
            if let bell = state.bell { return bell.read }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return nil }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            state.bell = (ends[0], ends[1])
            return ends[0]
        }
    }

    /// Refuses every later order and gives back those still waiting.
    func stop() -> [Order] {
        state.withLock { state in
            state.isStopped = true
            if let bell = state.bell {
                close(bell.read)
                close(bell.write)
                state.bell = nil
            }
            defer { state.orders = [] }
            return state.orders
        }
    }

    private static func ring(_ state: inout State) {
        guard !state.isRinging, let bell = state.bell else { return }
        var octet: UInt8 = 1
        state.isRinging = write(bell.write, &octet, 1) == 1
    }
}
