import GRDB
import Synchronization

/// Lets all writes that wait at the same time share one transaction, and so one `fsync`.
///
/// A write returns only when the transaction that holds it is on the disk. There is no delay to gather more: while one
/// transaction commits, the next ones gather by themselves. Cancelling the caller stops nothing: what a server said
/// must not be forgotten because somebody hung up.
final class GroupWriter: Sendable {
    /// Writes in one transaction at most, so that other processes get their turn.
    private static let most = 256
    private static let mostBesideUrgent = 32

    private struct Work: Sendable {
        /// May run twice: the first time together with others, one of which failed.
        let run: @Sendable (Database) throws -> Void
        let finish: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var urgent: [Work] = []
        var waiting: [Work] = []
        var isRunning = false

        /// The next transaction's: a line to a server stands still for what is urgent, so not too many others go with it.
        mutating func nextBatch() -> [Work] {
            let first = Array(urgent.prefix(GroupWriter.most))
            let rest = waiting.prefix(first.isEmpty ? GroupWriter.most : GroupWriter.mostBesideUrgent)
            urgent.removeFirst(first.count)
            waiting.removeFirst(rest.count)
            if first.isEmpty, rest.isEmpty { isRunning = false }
            return first + rest
        }
    }

    private let pool: DatabasePool
    private let log: LogKeeper
    private let state = Mutex(State())
    /// Committed by this process, and the writes that shared them.
    let transactions = Atomic(0)
    let writes = Atomic(0)

    init(pool: DatabasePool, log: LogKeeper) {
        self.pool = pool
        self.log = log
    }

    /// The value of `body`, once it is durable.
    ///
    /// - Parameters:
    ///   - isUrgent: goes before what is not.
    ///   - body: may run a second time, after its first run was rolled back.
    func write<Value: Sendable>(
        urgently isUrgent: Bool = false, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Value, any Error>) in
            let made = Made<Value>()
            let work = Work(
                run: { db in
                    let value = try body(db)
                    made.value.withLock { $0 = value }
                },
                finish: { error in
                    if let error { return continuation.resume(throwing: error) }
                    guard let value = made.value.withLock({ $0 }) else {
                        return continuation.resume(
                            throwing: StoreError.corrupt("a write ended without a result"))
                    }
                    continuation.resume(returning: value)
                })
            let isFirst = state.withLock { state in
                if isUrgent { state.urgent.append(work) } else { state.waiting.append(work) }
                defer { state.isRunning = true }
                return !state.isRunning
            }
            if isFirst { pool.asyncWriteWithoutTransaction { db in self.drain(db) } }
        }
    }

    private func drain(_ db: Database) {
        while true {
            let batch = state.withLock { $0.nextBatch() }
            if batch.isEmpty { return }
            write(batch, db)
            log.lookAfter(db)
        }
    }

    /// One that fails is taken out and hears so; the others, rolled back with it, run again without it. When the
    /// database itself fails, all hear it.
    private func write(_ batch: [Work], _ db: Database) {
        var batch = batch
        while !batch.isEmpty {
            var failed: Int?
            do {
                try Self.transact(db) {
                    for (index, work) in batch.enumerated() {
                        do {
                            try work.run(db)
                        } catch  where Self.isAboutOne(error) {
                            failed = index
                            throw error
                        }
                    }
                }
                transactions.add(1, ordering: .relaxed)
                writes.add(batch.count, ordering: .relaxed)
                for work in batch { work.finish(nil) }
                return
            } catch {
                guard let index = failed else {
                    for work in batch { work.finish(error) }
                    return
                }
                batch.remove(at: index).finish(error)
            }
        }
    }

    /// Runs the body between statements that stay compiled.
    private static func transact(_ db: Database, _ body: () throws -> Void) throws {
        try db.run("BEGIN IMMEDIATE")
        do {
            try body()
            try db.run("COMMIT")
        } catch {
            // A full disk has ended it already.
            if db.isInsideTransaction { _ = try? db.run("ROLLBACK") }
            throw error
        }
    }

    /// A send that is not what the write expects; not a full disk or a foreign lock.
    private static func isAboutOne(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return true }
        return error.resultCode == .SQLITE_CONSTRAINT
    }

    private final class Made<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
