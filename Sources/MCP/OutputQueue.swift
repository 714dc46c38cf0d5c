import Glibc

/// Bytes on their way to a descriptor, written without ever waiting for a slow reader.
struct OutputQueue {
    private let descriptor: Int32
    private let isNonblocking: Bool
    private var bytes: [UInt8] = []
    private var written = 0
    /// True once nobody reads any more; what is added then is dropped.
    private(set) var isClosed = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        isNonblocking = flags >= 0 && flags & O_NONBLOCK != 0
    }

    /// Bytes that wait.
    var count: Int { bytes.count - written }
    /// Bytes in memory, those that wait and those not yet forgotten.
    var held: Int { bytes.count }

    mutating func append(line: [UInt8]) {
        if isClosed { return }
        if written > max(count, 1 << 16) {
            // A client that reads, but never everything, must not have all that it was ever told kept.
            bytes.removeFirst(written)
            written = 0
        }
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func close() {
        isClosed = true
        bytes = []
        written = 0
    }

    /// Writes what can be written now.
    ///
    /// O_NONBLOCK would belong to the open file and so to everyone who inherited it, a terminal's shell too. A
    /// blocking pipe or socket that poll(2) calls writable takes 4096 bytes (PIPE_BUF) without waiting instead.
    mutating func flush() {
        while count > 0 {
            if !isNonblocking, !isWritable { return }
            let size = isNonblocking ? count : min(count, 4096)
            let sent = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + written }, size) }
            if sent > 0 {
                written += sent
            } else if sent < 0, errno == EINTR {
                continue
            } else if sent < 0, errno == EAGAIN || errno == EWOULDBLOCK {
                return
            } else {
                return close()
            }
        }
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        written = 0
    }

    private var isWritable: Bool {
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // An error is left for write(2) to name.
        return poll(&poller, 1, 0) == 1
    }
}
