import Glibc

/// A blocking SMTP client that sends what it is told to, right or wrong.
final class Client {
    struct Fault: Error {
        let what: String
        let errno: Int32
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    init(host: String = "127.0.0.1", port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // Only a server that hangs, or does not read, makes a test wait this long.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var sendPatience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &sendPatience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Fault(what: "connect", errno: errno) }
    }

    deinit { close(descriptor) }

    /// Sends octets as they are.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Fault(what: "send", errno: errno) }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends a line and gives the whole reply, its lines parted by a line feed.
    func say(_ line: String) throws -> String {
        try send(line + "\r\n")
        return try reply()
    }

    /// One reply, multi-line or not, without the last CRLF.
    func reply() throws -> String {
        var lines: [String] = []
        repeat { lines.append(try line()) } while lines.last?.dropFirst(3).first == "-"
        return lines.joined(separator: "\n")
    }

    /// True when the server closes the line without another octet.
    func isAtEnd() throws -> Bool {
        received.isEmpty ? try fill() == 0 : false
    }

    private func line() throws -> String {
        while true {
            if let end = received.firstIndex(of: 0x0A) {
                let line = received[..<end].dropLast()
                received.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            guard try fill() > 0 else { throw Fault(what: "line lost", errno: 0) }
        }
    }

    private func fill() throws -> Int {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0, errno == ECONNRESET { return 0 }
        guard count >= 0 else { throw Fault(what: "recv", errno: errno) }
        received += chunk[..<count]
        return count
    }
}
