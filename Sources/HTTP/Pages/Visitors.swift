import Synchronization

/// How many pages are kept up to date; each costs a look at the record now and then.
final class Visitors: Sendable {
    private let most: Int
    private let count = Mutex(0)

    init(most: Int = 64) { self.most = most }

    func enter() -> Bool {
        count.withLock { count in
            if count == most { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}
