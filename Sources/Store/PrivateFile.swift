#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that only their owner may read: the record holds other people's mail.
enum PrivateFile {
    /// Makes the file (0600) and the folders above it (0700) where they are missing; what exists keeps its mode,
    /// except that a file of ours is closed to others.
    static func ensure(_ path: String) throws(SystemError) {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try ensureFolder(String(path[..<slash]))
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw SystemError("open", path) }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & 0o077 != 0, status.st_uid == geteuid() {
            _ = fchmod(descriptor, 0o600)
        }
    }

    /// The path without symbolic links, so that everybody who opens the same file finds the same things beside it.
    static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func ensureFolder(_ path: String) throws(SystemError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw SystemError("mkdir", path, ENOTDIR) }
            return
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try ensureFolder(String(path[..<slash]))
        }
        // Another process may make it at the same moment.
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw SystemError("mkdir", path) }
    }
}

/// A system call that failed, with its errno in words.
struct SystemError: Error, CustomStringConvertible {
    let call: String
    let path: String
    let number: Int32

    init(_ call: String, _ path: String, _ number: Int32 = errno) {
        self.call = call
        self.path = path
        self.number = number
    }

    var description: String { "\(call) \(path): \(String(cString: strerror(number)))" }
}
