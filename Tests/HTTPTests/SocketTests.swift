import JSON
import Mail
import TestPeers
import Testing

@testable import HTTP

// The limit is only there so that a broken test ends.
@Suite("On the socket", .timeLimit(.minutes(2)))
struct SocketTests {
    static let get = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

    static func post(_ body: String, _ fields: String = "", length: Int? = nil) -> String {
        "POST /send?wait_seconds=0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\(fields)"
            + "Content-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)"
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let status: Int
        var testDescription: String { name }
    }

    @Test(
        "What is no HTTP, or could be read in two ways, is a problem and ends the connection",
        arguments: [
            Broken(name: "no HTTP", text: "hello\r\n\r\n", status: 400),
            Broken(name: "bare line feeds", text: "GET / HTTP/1.1\nHost: localhost\n\n", status: 400),
            Broken(
                name: "two lengths",
                text: "POST /send HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                status: 400),
            Broken(
                name: "a length and chunks",
                text:
                    "POST /send HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                status: 400),
            Broken(
                name: "a long field",
                text:
                    "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "a", count: 40_000))\r\n\r\n",
                status: 431),
            Broken(
                name: "many fields",
                text: "GET / HTTP/1.1\r\nHost: localhost\r\n\(String(repeating: "X: a\r\n", count: 200))\r\n",
                status: 431),
            Broken(
                name: "a long target",
                text: "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n",
                status: 431),
            Broken(
                name: "a space in a name", text: "GET / HTTP/1.1\r\nHo st: localhost\r\n\r\n", status: 400),
        ])
    func broken(each: Broken) async throws {
        try await withServer { server in
            let (text, hasEnded) = try await server.exchange(each.text)
            #expect(text.hasPrefix("HTTP/1.1 \(each.status) "), "\(text)")
            #expect(text.contains("application/problem+json"))
            #expect(text.contains("Connection: close"))
            #expect(hasEnded)
        }
    }

    @Test("Two `Host` fields, or none, are a problem")
    func hosts() async throws {
        try await withServer { server in
            for fields in ["", "Host: localhost\r\nHost: attacker.example\r\n"] {
                let (text, _) = try await server.exchange("GET / HTTP/1.1\r\n\(fields)\r\n") {
                    $0.contains("may_have_been_delivered")
                }
                #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text)")
            }
        }
    }

    @Test("Requests that come at once are answered in order on one connection")
    func pipelining() async throws {
        try await withServer { server in
            let ready = Self.get.replacing("healthz", with: "readyz")
            let (text, _) = try await server.exchange(Self.get + ready + Self.get) { text in
                text.ranges(of: "HTTP/1.1 200").count == 3 && text.hasSuffix("}\n")
            }
            let order = text.matches(of: /"status":"(\w+)"/).map { String($0.output.1) }
            #expect(order == ["ok", "ready", "ok"])
        }
    }

    @Test("`Connection: close` ends the connection behind the answer")
    func closing() async throws {
        try await withServer { server in
            let (text, hasEnded) = try await server.exchange(
                Self.get.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
            #expect(text.hasPrefix("HTTP/1.1 200 "))
            #expect(hasEnded)
        }
    }

    @Test("Every answer says that nothing of it is to be kept, sniffed or framed")
    func securityFields() async throws {
        try await withServer { server in
            let (text, _) = try await server.exchange(Self.get) { $0.hasSuffix("}\n") }
            for line in [
                "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
                "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'", "Date: ",
            ] {
                #expect(text.contains("\r\n\(line)"), "\(text)")
            }
            #expect(!text.contains("Server:"))
        }
    }

    @Test("A body that is announced too long is refused before it is read", arguments: [true, false])
    func tooLong(isAnnounced: Bool) async throws {
        try await withServer(
            limits: {
                $0.messageBody = 1_000
                // Nothing but the answer itself ends the connection.
                $0.headerTime = .seconds(3_600)
            }
        ) { server in
            let body = String(repeating: "x", count: 2_000)
            let request =
                isAnnounced
                ? Self.post("", length: 2_000_000)
                : "POST /send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n7d0\r\n\(body)\r\n"
            let (text, hasEnded) = try await server.exchange(request)
            #expect(text.hasPrefix("HTTP/1.1 413 "), "\(text)")
            #expect(text.contains("message_too_large"))
            #expect(hasEnded)
        }
    }

    @Test(
        "A body that is compressed on its way is refused; one in chunks is read",
        arguments: [("gzip, chunked", 501), ("gzip\r\nTransfer-Encoding: chunked", 501), ("Chunked", 202)])
    func codings(coding: String, status: Int) async throws {
        try await withServer([ScriptedTransport.accepts]) { server in
            let body = Shop.message.text
            let (text, _) = try await server.exchange(
                "POST /send?wait_seconds=0 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: \(coding)\r\n\r\n\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
            ) { $0.contains("next_step") }
            #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
        }
    }

    @Test("A client that waits to be asked for its body is asked, unless it is refused")
    func expectation() async throws {
        try await withServer([ScriptedTransport.accepts]) { server in
            let body = Shop.message.text
            let (text, _) = try await server.connected { connection in
                try await connection.send(
                    Self.post("", "Expect: 100-continue\r\n", length: body.utf8.count))
                try await connection.send(body)
                return try await connection.read { $0.contains("next_step") }
            }
            #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 "), "\(text)")
            let (refused, _) = try await server.exchange(
                Self.post("", "Expect: 100-continue\r\n", length: 1_000_000_000))
            #expect(refused.hasPrefix("HTTP/1.1 413 "), "\(refused)")
        }
    }

    @Test("A body that does not come in time is 408, and nothing is recorded")
    func slowBody() async throws {
        try await withServer(limits: { $0.bodyTime = .milliseconds(50) }) { server in
            let (text, hasEnded) = try await server.exchange(Self.post("{", length: 100))
            #expect(text.hasPrefix("HTTP/1.1 408 "), "\(text)")
            #expect(text.contains("application/problem+json"))
            #expect(hasEnded)
            #expect(await server.shop.ask("GET", "/sends")["sends"] == [])
        }
    }

    @Test(
        "A header section that does not come in time ends the connection",
        arguments: ["", "GET / HTTP/1.1\r\nX: "])
    func slowHeader(text: String) async throws {
        try await withServer(limits: { $0.headerTime = .milliseconds(100) }) { server in
            let answer = try await server.connected { connection in
                if !text.isEmpty { try await connection.send(text) }
                return try await connection.read { _ in false }
            }
            #expect(answer.text.isEmpty)
            #expect(answer.hasEnded)
        }
    }

    @Test("Bodies that would take too much memory together are refused for now")
    func budget() async throws {
        try await withServer(limits: { $0.bodies = 4 }) { server in
            let (text, hasEnded) = try await server.exchange(Self.post("", length: 5))
            #expect(text.hasPrefix("HTTP/1.1 503 "), "\(text)")
            #expect(text.contains("Retry-After: 2"))
            #expect(hasEnded)
            // What was taken is given back.
            for _ in 0..<3 {
                let small = try await server.exchange(Self.post("[]")) { $0.contains("may_have_been") }
                #expect(small.text.hasPrefix("HTTP/1.1 400 "), "\(small.text)")
            }
        }
    }

    @Test("More connections than are allowed wait until one ends")
    func connections() async throws {
        try await withServer(limits: { $0.connections = 1 }) { server in
            let (text, _) = try await server.connected { connection in
                // On the only place there is.
                try await connection.send(Self.get)
                async let second = server.exchange(Self.get) { $0.hasSuffix("}\n") }
                connection.finish()
                let first = try await connection.read { _ in false }
                #expect(first.text.hasPrefix("HTTP/1.1 200 "))
                return try await second
            }
            #expect(text.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Large answers arrive whole")
    func large() async throws {
        try await withServer([ScriptedTransport.accepts]) { server in
            let text = String(repeating: "0123456789abcdef\n", count: 30_000)
            let id = try #require(
                await server.shop.send(["to": "a@example.org", "subject": "x", "text": .string(text)])["id"]?
                    .string)
            let message = try #require(server.shop.transport.carried.first).mailData
            let request =
                "GET /sends/\(id)/message HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let (answer, _) = try await server.exchange(request)
            #expect(answer.hasSuffix(String(decoding: message.bytes, as: UTF8.self)))
        }
    }
}
