package import Mail
package import Store

extension SendingService {
    /// Counts of all that is recorded; nil when nothing ever was.
    package func statistics() async throws(Failure) -> Statistics? {
        guard let store = try door.forReading() else { return nil }
        do {
            return try await store.statistics(at: surroundings.now())
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Transactions of the record by this process, and the writes that shared them.
    package func commits() throws(Failure) -> (transactions: Int, writes: Int) {
        guard let store = try door.forReading() else { return (0, 0) }
        return store.commits
    }

    /// The account's pause, if it is in one.
    package func pause(of account: Account) throws(Failure) -> AccountPause? {
        guard let store = try door.forReading() else { return nil }
        do {
            return try store.pause(of: account.record.id, at: surroundings.now())
        } catch {
            throw .record(error, "The record could not be read")
        }
    }

    /// Proves that the record can be read, or made where there is none yet.
    package func check() throws(Failure) {
        try door.check()
        _ = try ids(beginningWith: "", limit: 1)
    }

    /// The time of day, for ages.
    package var now: Timestamp { surroundings.now() }
    /// Seconds that never jump.
    package var uptime: Double { surroundings.uptime() }
}
