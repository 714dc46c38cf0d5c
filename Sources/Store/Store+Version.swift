import GRDB
import GRDBSQLite
import Synchronization

/// Which writing of the record it is: equal as long as nobody, in this process or another, has written anything.
package struct RecordVersion: Hashable, Sendable {
    /// The count of commits, the salt of the log, and the checksum of the head.
    private let change: UInt64
    private let salt: UInt64
    private let checksum: UInt64

    fileprivate init(head: UnsafeRawPointer) {
        change = head.load(fromByteOffset: 8, as: UInt64.self)
        salt = head.load(fromByteOffset: 32, as: UInt64.self)
        checksum = head.load(fromByteOffset: 40, as: UInt64.self)
    }
}

extension Store {
    /// The version that the record has now, for a thousandth of the cost of reading a send; nil when it cannot be told.
    package func version() -> RecordVersion? { index.version() }
}

/// The head of SQLite's wal-index, the shared memory by which each reader finds out how far the log goes. It changes with
/// every commit of every process, and what it says is what a reader would see (sqlite.org/walformat.html §2.1).
final class LogIndex: Sendable {
    /// It stands there twice, written one after the other: what is being written differs.
    private static let copy = 48
    private static let page: Int32 = 32_768
    /// Where SQLite has mapped it; nil when it has not, and after `forget`.
    private let address: Mutex<UInt?>

    /// - Parameter db: a connection that stays open until `forget`.
    init(of db: Database) throws {
        // The index is there once somebody has read.
        _ = try db.first("SELECT count(*) FROM sqlite_master") { $0.number(0) }
        address = Mutex(Self.address(in: db))
    }

    func version() -> RecordVersion? {
        address.withLock { address in
            guard let head = address.flatMap(UnsafeRawPointer.init(bitPattern:)) else { return nil }
            // Read in the order opposite to that of writing, as SQLite's readers do.
            let second = RecordVersion(head: head + Self.copy)
            atomicMemoryFence(ordering: .acquiring)
            let first = RecordVersion(head: head)
            return first == second ? first : nil
        }
    }

    /// How far the log goes, in frames; nil when it cannot be told.
    var frames: Int? {
        address.withLock { address in
            guard let head = address.flatMap(UnsafeRawPointer.init(bitPattern:)) else { return nil }
            return Int(head.load(fromByteOffset: 16, as: UInt32.self))
        }
    }

    /// Before the connection ends, and its memory with it.
    func forget() { address.withLock { $0 = nil } }

    /// Asked of SQLite's own file: to open the file again would be wrong, since closing it lets go of the locks that the
    /// process has on it (fcntl(2)).
    private static func address(in db: Database) -> UInt? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var start: UnsafeMutableRawPointer?
        guard
            sqlite3_file_control(db.sqliteConnection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let file, let methods = file.pointee.pMethods, methods.pointee.iVersion >= 2,
            methods.pointee.xShmMap?(file, 0, page, 0, &start) == SQLITE_OK, let start
        else { return nil }
        return UInt(bitPattern: start)
    }
}
