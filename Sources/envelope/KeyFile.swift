import Glibc
import Synchronization

/// 32 random octets in a private file (0600), made when they are first used, the same for every process.
final class KeyFile: Sendable {
    private static let size = 32

    let path: String
    private let random: @Sendable () -> UInt64
    private let kept = Mutex<[UInt8]?>(nil)

    /// - Parameter random: 64 unpredictable bits a call.
    init(_ path: String, random: @escaping @Sendable () -> UInt64) {
        self.path = path
        self.random = random
    }

    /// Nil when the file can be neither read nor made.
    var octets: [UInt8]? {
        kept.withLock { kept in
            if let kept { return kept }
            kept = read() ?? make()
            return kept
        }
    }

    private func read() -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        var status = stat()
        // A backup may have brought it back with another mode.
        if fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0, status.st_uid == geteuid() {
            _ = fchmod(descriptor, 0o600)
        }
        var octets = [UInt8](repeating: 0, count: Self.size)
        return Glibc.read(descriptor, &octets, octets.count) == octets.count ? octets : nil
    }

    /// Written whole under another name and then linked, so that nobody reads half a key; who comes second reads the
    /// first one's.
    private func make() -> [UInt8]? {
        let octets = (0..<Self.size / 8).flatMap { _ in withUnsafeBytes(of: random()) { Array($0) } }
        let draft = "\(path).\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { return nil }
        let isWritten = octets.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == octets.count
        let isKept = isWritten && fsync(descriptor) == 0
        close(descriptor)
        defer { unlink(draft) }
        if !isKept { return nil }
        if link(draft, path) == 0 { return octets }
        return errno == EEXIST ? read() : nil
    }
}
