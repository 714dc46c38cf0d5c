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
        /// Pieces of tasks that prefer this thread.
        var jobs: [UnownedJob] = []
        var isStopped = false
        /// True while the thread waits in poll, or is about to: only then an order has to ring.
        var isAsleep = false
        /// True from the octet in the pipe until the thread has read it: one wake-up for many orders.
        var isRinging = false
        var bell: (read: Int32, write: Int32)?
    }

    private let state = Mutex(State())

    /// Hands an order over; false once stopped, and then the order was not taken.
    ///
    /// On the engine's own thread octets are moved at once, so that most conversations wait only for their peer.
    func put(_ order: Order) -> Bool {
        switch order {
        case .send, .receive:
            if let loop = EngineThread.loop, loop.inbox === self, !loop.isStopping {
                loop.obey(order)
                return true
            }
        default: break
        }
        return state.withLock { state in
            if state.isStopped { return false }
            state.orders.append(order)
            if state.isAsleep { Self.ring(&state) }
            return true
        }
    }

    /// Hands a job over; false once stopped and before the thread is there, and then it was not taken.
    func put(_ job: UnownedJob) -> Bool {
        state.withLock { state in
            if state.isStopped || state.bell == nil { return false }
            state.jobs.append(job)
            if state.isAsleep { Self.ring(&state) }
            return true
        }
    }

    /// Puts every order and job since the last call into the arrays, which are empty and keep their storage.
    func take(_ orders: inout [Order], _ jobs: inout [UnownedJob]) {
        state.withLock { state in
            state.isAsleep = false
            if state.isRinging, let bell = state.bell {
                var octet: UInt8 = 0
                _ = read(bell.read, &octet, 1)
                state.isRinging = false
            }
            swap(&state.orders, &orders)
            swap(&state.jobs, &jobs)
        }
    }

    /// True when nothing has come in since `take`, so that the thread may wait; from now on orders ring.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.orders.isEmpty && state.jobs.isEmpty
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

    /// Refuses whatever comes later and gives back what is still waiting.
    func stop() -> (orders: [Order], jobs: [UnownedJob]) {
        state.withLock { state in
            state.isStopped = true
            if let bell = state.bell {
                close(bell.read)
                close(bell.write)
                state.bell = nil
            }
            defer { (state.orders, state.jobs) = ([], []) }
            return (state.orders, state.jobs)
        }
    }

    private static func ring(_ state: inout State) {
        guard !state.isRinging, let bell = state.bell else { return }
        var octet: UInt8 = 1
        state.isRinging = write(bell.write, &octet, 1) == 1
    }
}
