import GRDB
import Synchronization

/// Brings what was committed from SQLite's log into the database before the log grows long (sqlite.org/wal.html §2.1).
///
/// SQLite by itself does it within a commit, and all that wait for theirs wait some 10 ms for 16 MiB. Here another
/// connection does nearly all of it while commits go on; the writer adds what came meanwhile, after which the log
/// begins anew.
final class LogKeeper: Sendable {
    /// Frames, one for each page (4 KiB) that a commit changed. A page that is changed often should go to the database
    /// once and not with every thousandth of them.
    private static let most = 4000

    /// Where it stands with the log.
    struct Plan {
        enum Step { case resting, copying, copied }
        enum Errand { case copy, rest }

        private(set) var step = Step.resting
        /// The length of the log at which it is time.
        private var next = LogKeeper.most

        /// What is to be done now that the log has so many frames.
        mutating func errand(_ frames: Int) -> Errand? {
            if frames < LogKeeper.most {
                next = LogKeeper.most
                // Another process has done it.
                if step == .copied { step = .resting }
            }
            if frames < next { return nil }
            switch step {
            case .copying: return nil
            case .resting:
                step = .copying
                return .copy
            case .copied:
                step = .resting
                // While a reader needs an old page the log goes on, and each commit is not to try anew.
                next = frames + LogKeeper.most / 4
                return .rest
            }
        }

        mutating func noteCopied() { step = .copied }
    }

    private struct State {
        var plan = Plan()
        /// Made when it is first needed.
        var connection: DatabaseQueue?
        var isClosed = false
    }

    private let path: String
    private let index: LogIndex
    private let state = Mutex(State())

    init(path: String, index: LogIndex) {
        self.path = path
        self.index = index
    }

    /// Takes it out of SQLite's hands, unless nobody can tell how long the log is.
    func takeOver(_ db: Database) throws {
        try db.execute(sql: "PRAGMA wal_autocheckpoint = \(index.frames == nil ? Self.most : 0)")
    }

    /// Looks how long the log is, and does what is to be done about it.
    ///
    /// - Parameter db: the writer's connection, between two transactions.
    func lookAfter(_ db: Database) {
        guard let frames = index.frames else { return }
        switch state.withLock({ $0.plan.errand(frames) }) {
        case .copy: copy()
        case .rest: _ = try? db.checkpoint(.passive)
        case nil: break
        }
    }

    var isCopying: Bool { state.withLock { $0.plan.step == .copying } }

    private func copy() {
        guard let connection = connection() else { return ended() }
        connection.asyncWriteWithoutTransaction { db in
            _ = try? db.checkpoint(.passive)
            self.ended()
        }
    }

    private func ended() { state.withLock { $0.plan.noteCopied() } }

    /// Nil where there is none to be had: then the writer does it all.
    private func connection() -> DatabaseQueue? {
        state.withLock { state in
            if state.isClosed { return nil }
            if state.connection == nil { state.connection = try? DatabaseQueue(path: path) }
            return state.connection
        }
    }

    /// Waits for what is under way.
    func close() throws {
        let connection = state.withLock { state in
            state.isClosed = true
            defer { state.connection = nil }
            return state.connection
        }
        try connection?.close()
    }
}
