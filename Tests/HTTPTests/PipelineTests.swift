import Glibc
import JSON
import TestPeers
import Testing

@testable import HTTP

// The limit is only there so that a broken test ends.
@Suite("Requests behind each other", .timeLimit(.minutes(2)))
struct PipelineTests {
    @Test("Three thousand that come in one go are each answered, in order")
    func many() async throws {
        try await withServer { server in
            let ready = SocketTests.get.replacing("healthz", with: "readyz")
            let text = String(repeating: SocketTests.get + ready, count: 1_500)
            let (answers, _) = try await server.exchange(text) { text in
                text.utf8.count > 1_000_000 && text.ranges(of: "HTTP/1.1 200").count == 3_000
                    || text.ranges(of: "HTTP/1.1 200").count == 3_000 && text.hasSuffix("}\n")
            }
            let order = answers.matches(of: /"status":"(\w+)"/).map { String($0.output.1) }
            #expect(order.count == 3_000)
            #expect(
                !order.enumerated().contains { $0.element != ($0.offset.isMultiple(of: 2) ? "ok" : "ready") })
        }
    }

    @Test("One that waits does not let the next one overtake it")
    func waiting() async throws {
        try await withServer([ScriptedTransport.accepts]) { server in
            let send = SocketTests.post(Shop.message.text).replacing(
                "wait_seconds=0", with: "wait_seconds=60")
            let (answers, _) = try await server.exchange(send + SocketTests.get) { text in
                text.ranges(of: "HTTP/1.1 200").count == 2 && text.hasSuffix("}\n")
            }
            let sent = try #require(answers.firstRange(of: "\"state\":\"accepted\""))
            let healthy = try #require(answers.firstRange(of: "\"status\":\"ok\""))
            #expect(sent.lowerBound < healthy.lowerBound)
        }
    }

    @Test("One of which only a part came behind one that waits is given up in its time")
    func halfBehind() async throws {
        try await withServer([ScriptedTransport.accepts], limits: { $0.bodyTime = .milliseconds(50) }) {
            server in
            let send = SocketTests.post(Shop.message.text).replacing(
                "wait_seconds=0", with: "wait_seconds=60")
            let (answers, hasEnded) = try await server.exchange(send + SocketTests.post("{", length: 100))
            #expect(answers.contains("\"state\":\"accepted\""))
            #expect(answers.contains("HTTP/1.1 408 "), "\(answers)")
            #expect(hasEnded)
        }
    }

    @Test(
        "A request that would like another protocol is answered in this one, and is the last",
        arguments: ["GET /healthz HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"])
    func upgrade(head: String) async throws {
        try await withServer { server in
            let (answers, hasEnded) = try await server.exchange(head + "Host: localhost\r\n\r\n")
            #expect(answers.hasPrefix("HTTP/1.1 200 ") && answers.contains("Connection: close"), "\(answers)")
            #expect(hasEnded)
        }
    }

    @Test("What cannot be read behind a good request is refused after that one is answered")
    func brokenBehind() async throws {
        try await withServer { server in
            let (answers, hasEnded) = try await server.exchange(SocketTests.get + "no such thing\r\n\r\n")
            #expect(answers.hasPrefix("HTTP/1.1 200 "))
            #expect(answers.ranges(of: "HTTP/1.1 400 ").count == 1, "\(answers)")
            #expect(hasEnded)
        }
    }

    @Test(
        "A client of HTTP/1.0 gets its answer and the end, unless it asks to go on",
        arguments: [("", true), ("Connection: keep-alive\r\n", false)])
    func old(field: String, ends: Bool) async throws {
        try await withServer { server in
            let get = "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\(field)\r\n"
            let (text, hasEnded) = try await server.exchange(get) { text in !ends && text.hasSuffix("}\n") }
            #expect(text.contains(" 200 "))
            #expect(hasEnded == ends)
            #expect(text.contains("Connection: keep-alive") == !ends, "\(text)")
        }
    }

    @Test("A client that does not read its answers is let go of")
    func unread() async throws {
        try await withServer([ScriptedTransport.accepts], limits: { $0.writeTime = .milliseconds(200) }) {
            server in
            let text = String(repeating: "0123456789abcdef\n", count: 60_000)
            let id = try #require(
                await server.shop.send(["to": "a@example.org", "subject": "x", "text": .string(text)])["id"]?
                    .string)
            let deaf = try DeafClient(port: server.port)
            defer { deaf.close() }
            // 60 MB in all: more than any socket's buffers take.
            deaf.send(
                String(
                    repeating: "GET /sends/\(id)/message HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 60))
            let metrics = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            try await eventually {
                let metrics = try await server.exchange(metrics).text
                return metrics.contains("\nenvelope_http_connections 1\n")
                    && metrics.contains("route=\"/sends/{id}/message\"")
            }
        }
    }
}

/// A socket that is written to and never read from, with as little room for what comes as the system allows.
private struct DeafClient {
    private let socket: Int32

    init(port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var room: Int32 = 4096
        setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw NotConnected() }
    }

    private struct NotConnected: Error {}

    func send(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
    }

    func close() { Glibc.close(socket) }
}
