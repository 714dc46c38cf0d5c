#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// An open file of the inbox; closed with its last reference.
final class InboxFile {
    private let descriptor: Int32
    private let path: String

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a file that is there; nil when it is not. A symbolic link is not followed.
    static func reading(_ path: String) throws(SandboxInboxError) -> InboxFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
        return InboxFile(descriptor: descriptor, path: path)
    }

    /// Makes a file that must not exist yet; nil when it does.
    static func making(_ path: String) throws(SandboxInboxError) -> InboxFile? {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0, errno == EEXIST { return nil }
        guard descriptor >= 0 else { throw .system(call: "open", path: path, errno: errno) }
        return InboxFile(descriptor: descriptor, path: path)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SandboxInboxError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = posixWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system(call: "write", path: path, errno: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Locks the file for this open descriptor; false when another one has it locked.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    func sync() throws(SandboxInboxError) {
        if fsync(descriptor) != 0 { throw .system(call: "fsync", path: path, errno: errno) }
    }

    /// Octets in the file.
    func size() throws(SandboxInboxError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(call: "fstat", path: path, errno: errno) }
        return Int(status.st_size)
    }

    func contents() throws(SandboxInboxError) -> [UInt8] { try read(upTo: try size()) }

    /// The start of the file, long enough for the trace fields of any transaction and a usual header section.
    func head() throws(SandboxInboxError) -> [UInt8] { try read(upTo: min(try size(), Self.headSize)) }

    /// 1,000 recipients of 256 octets make 270 KiB of trace fields; a usual file is far smaller than this.
    private static let headSize = 512 << 10

    private func read(upTo limit: Int) throws(SandboxInboxError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            while filled < limit {
                let count = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, limit - filled, off_t(filled))
                if count < 0, errno == EINTR { continue }
                if count < 0 { failure = errno }
                if count <= 0 { break }
                filled += count
            }
        }
        if failure != 0 { throw .system(call: "pread", path: path, errno: failure) }
        return bytes
    }

    private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
        Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
