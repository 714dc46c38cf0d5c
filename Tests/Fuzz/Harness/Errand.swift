import Dispatch
import Synchronization

@testable import MCP

/// A call that runs, and what it says on the way, one event after the other.
final class Errand: Sendable {
    enum Event {
        case notice(Notice)
        case ended(Answer?)
    }

    private let events = Mutex<[Event]>([])
    private let posted = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - carries: false when nobody can receive what it says.
    ///   - cancelled: true when it is told to end as soon as it has begun.
    init(_ call: Call, carries: Bool, cancelled: Bool) {
        let task = Task.immediate {
            let answer = await call.run { notice in
                self.post(.notice(notice))
                return carries
            }
            self.post(.ended(answer))
        }
        if cancelled { task.cancel() }
    }

    /// Waits for the next event; a call that neither says anything nor ends is a hang, which libFuzzer finds.
    func next() -> Event {
        posted.wait()
        return events.withLock { $0.removeFirst() }
    }

    private func post(_ event: Event) {
        events.withLock { $0.append(event) }
        posted.signal()
    }
}
