#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A blocking TCP socket on loopback, with the rude endings that real networks have.
final class PeerSocket: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Listens on a port of the system's choice at 127.0.0.1.
    static func listen() throws -> (socket: PeerSocket, port: Int) {
        #if canImport(Darwin)
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { throw PeerError("socket: errno \(errno)") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Self.start(descriptor) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else { throw PeerError("bind or listen: errno \(errno)") }
        return (PeerSocket(descriptor), Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func start(_ descriptor: Int32) -> Int32 {
        #if canImport(Glibc)
        Glibc.listen(descriptor, 128)
        #elseif canImport(Musl)
        Musl.listen(descriptor, 128)
        #else
        Darwin.listen(descriptor, 128)
        #endif
    }

    /// Nil once `wake` was called.
    func nextConnection() -> PeerSocket? {
        while true {
            let connection = accept(descriptor, nil, nil)
            if connection >= 0 { return PeerSocket(connection) }
            if errno != EINTR { return nil }
        }
    }

    /// Makes the peer's receive window small, so that a sender of much has to wait.
    func narrow() {
        var size: Int32 = 4_096
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Up to 64 KiB; empty at the end of the line.
    func read() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { return Array(buffer[..<count]) }
            if count == 0 || errno != EINTR { return [] }
        }
    }

    func write(_ octets: [UInt8]) {
        var offset = 0
        while offset < octets.count {
            #if canImport(Darwin)
            let flags: Int32 = 0
            #else
            let flags = Int32(MSG_NOSIGNAL)
            #endif
            let count = octets[offset...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, flags)
            }
            if count <= 0 { return }
            offset += count
        }
    }

    /// Ends the line with FIN.
    func drop() { close(descriptor) }

    /// Ends the line with RST, as a crash or a middlebox does.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(descriptor)
    }

    /// Makes a blocked `read` or `nextConnection` return.
    func wake() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}

package struct PeerError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
