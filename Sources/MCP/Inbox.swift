import Glibc
import Synchronization

/// What other tasks have to tell the thread that owns the wire, with a pipe that wakes it from poll(2).
final class Inbox: Sendable {
    enum Event: Sendable {
        case finished(Call, Answer?)
        case notice(Call, Notice)
        case stop
    }

    /// Readable when there are events.
    let wakeDescriptor: Int32
    private let wakingDescriptor: Int32
    private let events = Mutex<[Event]>([])

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 { throw SystemError("pipe", errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeDescriptor = ends[0]
        wakingDescriptor = ends[1]
    }

    deinit {
        close(wakeDescriptor)
        close(wakingDescriptor)
    }

    func post(_ event: Event) {
        let wasEmpty = events.withLock { events in
            events.append(event)
            return events.count == 1
        }
        if !wasEmpty { return }
        var byte: UInt8 = 0
        _ = write(wakingDescriptor, &byte, 1)
    }

    func takeAll() -> [Event] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        // The pipe first: a byte for an event that is taken now is only a needless waking later.
        while read(wakeDescriptor, &bytes, bytes.count) > 0 {}
        return events.withLock { events in
            let taken = events
            events = []
            return taken
        }
    }
}
