package import Mail
package import Store
import Synchronization

/// Opens the record when somebody first needs it, so that a process which is only asked for its tools touches no file.
///
/// A lock and not an actor: once it is open, asking costs no change of thread.
package final class StoreDoor: Sendable {
    private enum State: Sendable {
        case closed
        case open(Store)
        /// The process ends; opening again would have two pools on one file.
        case shut
    }

    private let open: @Sendable () throws -> Store
    private let exists: @Sendable () -> Bool
    private let objection: @Sendable () -> Failure?
    private let state = Mutex(State.closed)

    /// - Parameters:
    ///   - open: makes the file where it is missing.
    ///   - exists: whether there is a file; a reader makes none.
    ///   - objection: why a missing file could not be made; nil where it could.
    package init(
        open: @escaping @Sendable () throws -> Store, exists: @escaping @Sendable () -> Bool,
        objection: @escaping @Sendable () -> Failure? = { nil }
    ) {
        self.open = open
        self.exists = exists
        self.objection = objection
    }

    /// Proves that the record can be opened, or made where it is missing; makes nothing.
    func check() throws(Failure) {
        if try forReading() == nil, let objection = objection() { throw objection }
    }

    /// The record, made where it is missing.
    package func forWriting() throws(Failure) -> Store {
        let opened = state.withLock { state -> Result<Store, Failure> in
            switch state {
            case .open(let store): return .success(store)
            case .shut: return .failure(.shutDown)
            case .closed:
                do {
                    let store = try open()
                    state = .open(store)
                    return .success(store)
                } catch {
                    return .failure(.unopenable(error))
                }
            }
        }
        return try opened.get()
    }

    /// The record, or nil when nothing was ever recorded.
    package func forReading() throws(Failure) -> Store? {
        let isClosed = state.withLock { state in if case .closed = state { true } else { false } }
        return isClosed && !exists() ? nil : try forWriting()
    }

    /// Lets go of the record for good; its connections end with the last reader.
    package func close() { state.withLock { $0 = .shut } }
}

extension Failure {
    /// Our own fault at the record.
    static func record(_ error: any Error, _ consequence: String) -> Failure {
        if let failure = error as? Failure { return failure }
        if StoreError.isDamage(error) {
            return Failure(
                .internal, "\(consequence): \(error).",
                hint: "The record is damaged: `envelope doctor` looks at it, and says how to rescue it.")
        }
        return Failure(
            .internal, "\(consequence): \(error).",
            hint: "See that the disk is not full and that the database file is whole, then try again.",
            retryable: true)
    }

    /// What opening the record came to.
    package static func unopenable(_ error: any Error) -> Failure {
        let message = "The record of sends cannot be opened, so nothing was sent: \(error)."
        switch error {
        case StoreError.notDatabase:
            return Failure(
                .internal, message,
                hint:
                    "Name another file with ENVELOPE_DB (--db), or move this one away: then a new record is made in its"
                    + " place.")
        case StoreError.newerVersion:
            return Failure(
                .internal, message,
                hint: "Install that version, or name another file with ENVELOPE_DB (--db).")
        case StoreError.damaged(let path, _):
            return Failure(.internal, message, hint: rescue(path))
        case StoreError.notUsable:
            return Failure(
                .internal, message,
                hint: "Set ENVELOPE_DB (--db) to a file in a folder that this user can write to.")
        case StoreError.busy:
            return Failure(
                .internal, message,
                hint: "See which program holds it, perhaps a backup or an open sqlite3, and call again.",
                retryable: true)
        default:
            return Failure(
                .internal, message,
                hint:
                    "Set ENVELOPE_DB (--db) to a file in a folder that this user can write to, and see that the disk is"
                    + " not full.", retryable: true)
        }
    }

    /// The way out for a record that SQLite finds damaged.
    package static func rescue(_ path: String) -> String {
        "Restore a backup, or rescue it: sqlite3 '\(path)' .recover | sqlite3 new.db"
    }

    fileprivate static let shutDown = Failure(
        .internal, "The server is shutting down, so nothing was sent.", hint: "Start it again.",
        retryable: true)
}
