import Glibc
import Mail

/// A file of 32 random octets that only its owner can read.
struct KeyFile: Sendable {
    let path: String
    private static let size = 32

    init(path: String) { self.path = path }

    /// Nil when there is none; a failure when it cannot be read or is no key.
    func read() throws(Failure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 {
            if errno == ENOENT { return nil }
            throw failure("cannot be read (\(String(cString: strerror(errno))))")
        }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 || status.st_mode & 0o077 != 0 {
            throw failure("can be read by others; run `chmod 600` on it")
        }
        // One more, so that a longer file is seen.
        var octets = [UInt8](repeating: 0, count: Self.size + 1)
        guard Glibc.read(descriptor, &octets, octets.count) == Self.size else {
            throw failure("is no key of \(Self.size) octets")
        }
        return Array(octets.prefix(Self.size))
    }

    /// Written whole under another name and then linked: nobody reads half a key, and who comes second finds the
    /// first one's.
    func make() throws(Failure) {
        var octets = [UInt8](repeating: 0, count: Self.size)
        guard getentropy(&octets, octets.count) == 0 else { throw failure("cannot be made") }
        let draft = "\(path).\(getpid())"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw failure("cannot be made (\(String(cString: strerror(errno))))") }
        defer { unlink(draft) }
        let isWritten = write(descriptor, &octets, octets.count) == octets.count && fsync(descriptor) == 0
        close(descriptor)
        let isKept = isWritten && (link(draft, path) == 0 || errno == EEXIST)
        if !isKept { throw failure("cannot be made (\(String(cString: strerror(errno))))") }
        syncFolder()
    }

    /// Puts itself into the place of the other.
    func replace(_ other: KeyFile) throws(Failure) {
        if rename(path, other.path) != 0 {
            throw failure("cannot replace \(other.path) (\(String(cString: strerror(errno))))")
        }
        syncFolder()
    }

    func failure(_ what: String) -> Failure {
        Failure(
            .internal, "The key file \(path) \(what).",
            hint:
                "It opens the passwords of the accounts in the record: restore it, or correct who may read it."
        )
    }

    /// A name is on the disk when its folder is.
    private func syncFolder() {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let folder = slash == path.startIndex ? "." : String(path[..<slash])
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { return }
        fsync(descriptor)
        close(descriptor)
    }
}
