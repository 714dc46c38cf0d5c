import Synchronization

/// The memory that bodies may take up together: many large ones at once are turned away instead of ending the process.
final class BodyBudget: Sendable {
    private let left: Mutex<Int>

    init(_ bytes: Int) { left = Mutex(bytes) }

    /// False when there is no room.
    func take(_ bytes: Int) -> Bool {
        left.withLock { left in
            if bytes > left { return false }
            left -= bytes
            return true
        }
    }

    func giveBack(_ bytes: Int) { left.withLock { $0 += bytes } }
}
