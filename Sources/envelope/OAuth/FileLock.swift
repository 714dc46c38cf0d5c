import Glibc
import Mail

/// A lock among processes that dies with the one that holds it; its file stays.
struct FileLock: Sendable {
    let path: String

    /// Nobody had it within the time.
    struct Busy: Error {}

    /// Runs the body while no other task of any process holds the lock.
    ///
    /// - Parameter patience: how long to wait for it; nil waits for ever, or until the task is cancelled.
    func held<Value>(
        within patience: Duration? = nil, _ body: () async throws -> Value
    ) async throws -> Value {
        let letGo = try await taken(within: patience)
        defer { letGo() }
        return try await body()
    }

    /// - Returns: what lets go of it.
    func taken(within patience: Duration? = nil) async throws -> @Sendable () -> Void {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw KeyFile(path: path).failure("cannot be made") }
        do {
            let end = patience.map { ContinuousClock.now + $0 }
            var pause = Duration.milliseconds(5)
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                if let end, ContinuousClock.now >= end { throw Busy() }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(50))
            }
        } catch {
            close(descriptor)
            throw error
        }
        return { close(descriptor) }
    }
}
