#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A door on 127.0.0.1 that a browser brings one answer to (RFC 8252 §7.3); closed with the object.
package final class LoopbackRedirect: Sendable {
    package let port: Int
    private let descriptor: Int32

    /// A request line with its fields; browsers send a tenth of that.
    private static let longestHead = 32_768
    private static let mostVisitors = 32
    private static let pause = Duration.milliseconds(15)
    private static let patience = Duration.seconds(15)

    /// Listens on a port of the system's choice.
    package init() throws(OAuthError) {
        let descriptor = Self.stream()
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isOpen =
            descriptor >= 0
            && withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
                        && getsockname(descriptor, $0, &size) == 0
                }
            }
        guard isOpen else {
            if descriptor >= 0 { close(descriptor) }
            throw OAuthError(.unfit, "no port on 127.0.0.1 can be listened on")
        }
        Self.prepare(descriptor)
        self.descriptor = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }

    /// Waits for the answer to a request; whatever else is asked for gets 404, an answer with another state 400.
    ///
    /// - Returns: the authorization code.
    /// - Throws: `denied` and its kin when the person or the server said no, `expired` when nobody came in time.
    package func code(
        for request: AuthorizationRequest, within time: Duration
    ) async throws(OAuthError) -> String {
        let end = ContinuousClock.now + time
        var visitors: [Visitor] = []
        defer { for visitor in visitors { close(visitor.descriptor) } }
        var foreign = 0
        while ContinuousClock.now < end {
            admit(&visitors)
            for index in visitors.indices.reversed() {
                guard visitors[index].read(upTo: Self.longestHead) else {
                    if visitors[index].isGone || visitors[index].since + Self.patience < .now {
                        close(visitors.remove(at: index).descriptor)
                    }
                    continue
                }
                let visitor = visitors.remove(at: index)
                defer { close(visitor.descriptor) }
                guard let target = visitor.target else {
                    visitor.say("400 Bad Request", "This is no request of a browser.")
                    continue
                }
                guard target == "/" || target.hasPrefix("/?") else {
                    visitor.say("404 Not Found", "There is nothing here.")
                    continue
                }
                switch request.answer(to: target) {
                case .code(let code):
                    visitor.say(
                        "200 OK",
                        "The answer has arrived: the terminal says whether it works. You can close this page."
                    )
                    return code
                case .refused(let error):
                    visitor.say(
                        "200 OK", "The sign-in was refused: the terminal says more. You can close this page.")
                    throw error
                case .foreign:
                    foreign += 1
                    visitor.say(
                        "400 Bad Request", "This answer does not belong to the sign-in that is waited for.")
                }
            }
            do { try await Task.sleep(for: Self.pause) } catch {
                throw OAuthError(.cancelled, "it was stopped")
            }
        }
        throw OAuthError(
            .expired,
            foreign == 0
                ? "nobody signed in within \(time)"
                : "nobody signed in within \(time), and \(foreign) answers of another state were refused")
    }

    private static func stream() -> Int32 {
        #if canImport(Glibc)
        socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        socket(AF_INET, SOCK_STREAM, 0)
        #endif
    }

    private func admit(_ visitors: inout [Visitor]) {
        while visitors.count < Self.mostVisitors {
            let visitor = accept(descriptor, nil, nil)
            if visitor < 0 { return }
            Self.prepare(visitor)
            visitors.append(Visitor(descriptor: visitor, since: .now))
        }
    }

    private static func prepare(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}

/// A connection of a browser; many are opened in advance and never say anything.
private struct Visitor {
    let descriptor: Int32
    let since: ContinuousClock.Instant
    private var head: [UInt8] = []
    private(set) var isGone = false

    init(descriptor: Int32, since: ContinuousClock.Instant) {
        self.descriptor = descriptor
        self.since = since
    }

    /// Reads what is there; true once a whole head, or too long a one, has come.
    mutating func read(upTo limit: Int) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while head.count <= limit {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count <= 0 {
                isGone = count == 0 || (errno != EAGAIN && errno != EINTR)
                break
            }
            head += chunk[..<count]
            if head.count >= 4, head.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) { return true }
        }
        return head.count > limit
    }

    /// Of `GET /?code=… HTTP/1.1`; nil for anything else.
    var target: Substring? {
        let line = head.prefix { $0 != 0x0D && $0 != 0x0A }
        guard line.count <= 16_384, line.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        let words = String(decoding: line, as: UTF8.self).split(
            separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "GET", words[2].hasPrefix("HTTP/1.") else { return nil }
        return words[1]
    }

    func say(_ status: String, _ text: String) {
        let page = """
            HTTP/1.1 \(status)\r
            Content-Type: text/plain; charset=utf-8\r
            Content-Length: \(text.utf8.count + 1)\r
            Cache-Control: no-store\r
            Referrer-Policy: no-referrer\r
            X-Content-Type-Options: nosniff\r
            Connection: close\r
            \r
            \(text)

            """
        let octets = Array(page.utf8)
        #if canImport(Darwin)
        let flags: Int32 = 0
        #else
        // A browser that has gone away must not end the program.
        let flags = Int32(MSG_NOSIGNAL)
        #endif
        _ = octets.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
        shutdown(descriptor, Int32(SHUT_WR))
    }
}
