#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file lock that dies with its process: whoever can take it knows that the owner is gone.
///
/// Held by the dispatcher for its life; `flock` belongs to the open file, so the kernel releases it at once on any
/// end of the process, `kill -9` too.
package final class OwnerLock: Sendable {
    package let owner: String
    private let path: String
    private let descriptor: Int32

    /// Makes and takes the lock of a new owner.
    package init(owner: String, in store: Store) throws {
        do {
            try PrivateFile.ensureFolder(store.ownersFolder)
            self.owner = owner
            self.path = store.ownersFolder + "/" + owner
            self.descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            if descriptor < 0 { throw SystemError("open", path) }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { throw SystemError("flock", path) }
        } catch {
            throw StoreError.cannotOpen(path: store.ownersFolder, reason: String(describing: error))
        }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    /// True when no process holds the owner's lock on this machine; its file is then removed.
    static func isDead(_ owner: String, folder: String) -> Bool {
        let path = folder + "/" + owner
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        if descriptor < 0 { return errno == ENOENT }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 { return false }
        unlink(path)
        return true
    }
}
