import Glibc
import Mail
import Synchronization

/// The key of what clients carry between two rounds of a request: a private file beside the record.
///
/// In a file and not in memory, because the second round may come to another process.
final class StateKey: Sendable {
    private let file: KeyFile
    private let kept = Mutex<[UInt8]?>(nil)

    init(beside database: String) { file = KeyFile(path: database + ".key") }

    /// Made when it is first asked for; nil when the file can be neither read nor made.
    var octets: [UInt8]? {
        kept.withLock { kept in
            if kept == nil { kept = try? found() }
            return kept
        }
    }

    private func found() throws(Failure) -> [UInt8]? {
        // A backup may have brought it back with another mode.
        _ = chmod(file.path, 0o600)
        if let octets = try file.read() { return octets }
        try file.make()
        return try file.read()
    }
}
