import GRDB
import Mail

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The durable record of sends in one SQLite file, which several processes share.
///
/// A write returns only when it is on the disk (`synchronous=FULL`). Readers use their own connections (WAL) and
/// never wait for a writer.
package struct Store: Sendable {
    let pool: DatabasePool
    let writer: GroupWriter
    let index: LogIndex
    let log: LogKeeper
    /// Folder of the lock files that tell a live owner from a dead one.
    let ownersFolder: String

    /// Opens the file, makes it (0600, its folder 0700) where it is missing, and brings its tables up to date.
    ///
    /// - Parameter patience: for others who hold it, seconds.
    /// - Throws: `StoreError`, with the path and what SQLite or the system said.
    package static func open(
        at path: String, busyTimeout seconds: Double = 5, patience: Double = 10
    ) throws -> Store {
        do {
            let deadline = ContinuousClock.now + .seconds(patience)
            try PrivateFile.ensure(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(seconds)
            configuration.maximumReaderCount = 4
            configuration.prepareDatabase { db in
                // The default caches of five connections would be the largest thing in memory: 256 KiB each.
                try db.execute(sql: "PRAGMA cache_size = -256")
            }
            let pool = try againIfBusy(until: deadline) {
                try DatabasePool(path: path, configuration: configuration)
            }
            // Opening in WAL mode sets NORMAL, with which a commit may vanish with the power.
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // A group of writes should fit into memory until it is committed.
                try db.execute(sql: "PRAGMA cache_size = -8192")
            }
            if try pool.read(Migrations.all.hasBeenSuperseded) {
                throw StoreError.newerVersion(path: path)
            }
            try againIfBusy(until: deadline) {
                if try !pool.read(Migrations.all.hasCompletedMigrations) { try Migrations.all.migrate(pool) }
            }
            let index = try pool.writeWithoutTransaction(LogIndex.init(of:))
            let log = LogKeeper(path: path, index: index)
            try pool.writeWithoutTransaction(log.takeOver)
            return Store(
                pool: pool, writer: GroupWriter(pool: pool, log: log), index: index, log: log,
                ownersFolder: PrivateFile.resolved(path) + ".owners")
        } catch let error as StoreError {
            throw error
        } catch let error as SystemError {
            throw StoreError.unopened(error, path)
        } catch let error as DatabaseError {
            throw StoreError.unopened(error, path)
        } catch {
            throw StoreError.cannotOpen(path: path, reason: String(describing: error))
        }
    }

    /// Two processes may make a record at the same moment: who loses finds it locked or made, and looks again.
    private static func againIfBusy<Value>(
        until deadline: ContinuousClock.Instant, _ body: () throws -> Value
    ) throws -> Value {
        var tries = 0
        while true {
            do {
                return try body()
            } catch let error as DatabaseError {
                // Each try waits for the lock by itself, some by no means; what another has made is found by the next.
                let isWorthIt =
                    switch error.resultCode {
                    case .SQLITE_BUSY: ContinuousClock.now < deadline
                    case .SQLITE_ERROR: tries < 25
                    default: false
                    }
                if !isWorthIt { throw error }
                tries += 1
                usleep(20_000)
            }
        }
    }

    /// Reads on the calling thread: readers never wait for a writer, and a read (some 60 µs) is over sooner than another
    /// thread is awake.
    ///
    /// The transaction is begun by statements that stay compiled: GRDB's own `read` compiles them anew each time, a
    /// twelfth of the whole.
    func look<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try pool.unsafeRead { db in
            try db.cachedStatement(sql: "BEGIN DEFERRED").execute()
            do {
                let value = try body(db)
                try db.cachedStatement(sql: "COMMIT").execute()
                return value
            } catch {
                try db.rollback()
                throw error
            }
        }
    }

    /// Ends the connections; nothing may be called afterwards.
    package func close() throws {
        try log.close()
        index.forget()
        try pool.close()
    }
}

/// Our own faults at the record; never a refusal by a server.
package enum StoreError: Error, Hashable, Sendable {
    case cannotOpen(path: String, reason: String)
    /// It may not be read and written, or is a folder: nothing that passes.
    case notUsable(path: String, reason: String)
    /// Another program has locked it, and has not let go of it.
    case busy(path: String)
    /// SQLite finds that the file is not as it left it.
    case damaged(path: String, reason: String)
    /// The file is something else.
    case notDatabase(path: String)
    /// A later version of the program has written it.
    case newerVersion(path: String)
    /// The send is no longer this owner's: another process took it over, or it is settled.
    case notOwner(SendID)
    /// Somebody asked to cancel it before it was at the final dot.
    case cancelRequested(SendID)
    /// The row does not hold what the schema promises.
    case corrupt(String)

    /// A system call at the file that failed.
    fileprivate static func unopened(_ error: SystemError, _ path: String) -> StoreError {
        switch error.number {
        case EACCES, EPERM, EROFS, EISDIR, ENOTDIR, ELOOP, ENAMETOOLONG:
            .notUsable(path: path, reason: error.description)
        default: .cannotOpen(path: path, reason: error.description)
        }
    }

    /// What SQLite said at opening.
    fileprivate static func unopened(_ error: DatabaseError, _ path: String) -> StoreError {
        switch error.resultCode {
        case .SQLITE_NOTADB: .notDatabase(path: path)
        case .SQLITE_CORRUPT: .damaged(path: path, reason: error.message ?? "it is malformed")
        case .SQLITE_BUSY: .busy(path: path)
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
            .notUsable(path: path, reason: error.message ?? "it may not be written")
        default: .cannotOpen(path: path, reason: error.description)
        }
    }

    /// True when no other try will make it better, but a backup may.
    package static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case StoreError.damaged, StoreError.corrupt, StoreError.notDatabase: true
        case let error as DatabaseError: [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason), .notUsable(let path, let reason):
            "the database \(path) cannot be opened: \(reason)"
        case .busy(let path): "the database \(path) is locked by another program"
        case .damaged(let path, let reason): "the database \(path) is damaged: \(reason)"
        case .notDatabase(let path): "the file \(path) is not a database"
        case .newerVersion(let path): "the database \(path) was written by a later version of this program"
        case .notOwner(let id): "the send \(id) is no longer owned by this process"
        case .cancelRequested(let id): "the send \(id) was cancelled"
        case .corrupt(let what): "the record is damaged: \(what)"
        }
    }
}
