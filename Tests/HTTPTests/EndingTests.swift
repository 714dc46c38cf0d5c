import JSON
import TestPeers
import Testing

@testable import HTTP

// The limit is only there so that a broken test ends.
@Suite("The end of a call and of the server", .timeLimit(.minutes(2)))
struct EndingTests {
    /// An attempt that nobody answers.
    static let silence: ScriptedTransport.Act = { envelope, _ in
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3_600)) }
        return await ScriptedTransport.replies(rcpt: [450], finalDot: nil)(envelope) {}
    }

    static func waiting(_ body: JSON) -> String {
        let body = body.text
        return "POST /send?wait_seconds=60 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    // The clock of the test never moves: without the cancel the answer would never come.
    @Test("A client that hangs up is waited for no longer")
    func hangsUp() async throws {
        try await withServer([Self.silence]) { server in
            let (text, _) = try await server.exchange(Self.waiting(Shop.message), closing: true)
            #expect(text.hasPrefix("HTTP/1.1 202 "), "\(text)")
            #expect(text.contains("Location: /track/"))
        }
    }

    @Test("At the end of the server, who waits is answered, and the connection ends")
    func answersWhoWaits() async throws {
        try await withServer([Self.silence]) { server in
            async let answer = server.exchange(Self.waiting(Shop.message))
            try await eventually { await !server.isUnrecorded }
            await server.shutDown()
            let (text, hasEnded) = try await answer
            #expect(text.hasPrefix("HTTP/1.1 202 "), "\(text)")
            #expect(text.contains("Connection: close"))
            #expect(hasEnded)
        }
    }

    @Test("Readiness turns red while the server still accepts")
    func redFirst() async throws {
        try await withServer(limits: { $0.redTime = .seconds(2) }) { server in
            let get = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            #expect(try await server.exchange(get).text.hasPrefix("HTTP/1.1 200 "))
            await server.shutDown()
            try await eventually {
                let text = try await server.exchange(get).text
                return text.hasPrefix("HTTP/1.1 503 ") && text.contains("about to end")
            }
        }
    }

    @Test("An idle connection does not keep the server from ending")
    func idle() async throws {
        try await withServer { server in
            let (text, hasEnded) = try await server.connected { connection in
                try await connection.send(SocketTests.get)
                await server.shutDown()
                return try await connection.read { _ in false }
            }
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 200 "))
            #expect(hasEnded)
        }
    }

    @Test("A request that never ends keeps it only for a while")
    func stuck() async throws {
        try await withServer(limits: { $0.drainTime = .milliseconds(100) }) { server in
            let (_, hasEnded) = try await server.connected { connection in
                try await connection.send(SocketTests.post("{", length: 100))
                await server.shutDown()
                return try await connection.read { _ in false }
            }
            #expect(hasEnded)
        }
    }
}

extension Server {
    /// True until the first send is on record.
    fileprivate var isUnrecorded: Bool {
        get async { await shop.ask("GET", "/sends")["sends"] == [] }
    }
}
