import Curl
import TestPeers
import Testing

@Suite("HTTP exchanges with a real server")
struct ExchangeTests {
    /// Far enough that it never decides a test.
    private var later: ContinuousClock.Instant { .now + .seconds(60) }

    private func failure(_ engine: Engine, _ request: HTTPRequest, _ deadline: ContinuousClock.Instant? = nil)
        async -> CurlError?
    {
        do throws(CurlError) {
            _ = try await engine.perform(request, deadline: deadline ?? later)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Method, fields and body arrive as they were given, and come back",
        arguments: [HTTPRequest.Method.post, .put, .get, .delete])
    func exchanges(_ method: HTTPRequest.Method) async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let body = method == .post || method == .put ? String(repeating: "{\"ä\": 1}", count: 40_000) : ""
            let request = try HTTPRequest(
                method, peer.url("/ok?x=1"), fields: [HTTPField("X-Mine", "one, two")],
                body: Array(body.utf8), reach: .everywhere, limits: .init(body: 1_000_000))
            let response = try await engine.perform(request, deadline: later)
            #expect(response.status == 200 && response.isWhole)
            #expect(String(decoding: response.body, as: UTF8.self) == body)
            #expect(response.value(of: "x-method") == method.rawValue)
            let heard = try #require(try peer.requests().first)
            #expect(heard.path == "/ok?x=1" && heard.fields["x-mine"] == "one, two" && heard.body == body)
            #expect(heard.fields["expect"] == nil && heard.fields["content-type"] == nil)
        }
        await engine.shutdown()
    }

    @Test("Any status is an answer", arguments: [204, 301, 400, 404, 410, 429, 500, 503])
    func statuses(_ status: Int) async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let request = try HTTPRequest(
                .get, peer.url("/status/\(status)?Retry-After=7&Location=http://127.0.0.1:1/"),
                reach: .everywhere)
            let response = try await engine.perform(request, deadline: later)
            #expect(response.status == status)
            #expect(response.value(of: "Retry-After") == "7")
            #expect(try peer.requests().count == 1)
        }
        await engine.shutdown()
    }

    @Test("A response's fields hold no control characters, and those of interim responses are dropped")
    func fields() async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let request = try HTTPRequest(.get, peer.url("/ok"), reach: .everywhere)
            let odd = try await engine.perform(request, deadline: later).value(of: "X-Odd")
            #expect(odd == "a[31mb")
            let interim = try HTTPRequest(.get, peer.url("/interim"), reach: .everywhere)
            let response = try await engine.perform(interim, deadline: later)
            #expect(response.value(of: "X-Early") == nil && response.value(of: "X-Late") == "1")
        }
        await engine.shutdown()
    }

    @Test("TLS is verified: the tests' own authority is needed, and the right name")
    func tls() async throws {
        let engine = Engine()
        try await withWebPeer(certificateFor: "127.0.0.1") { peer in
            let known = try HTTPRequest(.get, peer.url("/ok"), reach: .everywhere, caFile: peer.caFile)
            #expect(try await engine.perform(known, deadline: later).status == 200)
            let unknown = await failure(engine, try HTTPRequest(.get, peer.url("/ok"), reach: .everywhere))
            #expect(unknown?.kind == .tlsFailed)
            #expect(unknown?.session.isRequested == false)
            let other = try HTTPRequest(
                .get, peer.url("/ok", host: "localhost"), reach: .everywhere, caFile: peer.caFile)
            #expect(await failure(engine, other)?.kind == .tlsFailed)
            #expect(try peer.requests().count == 1)
        }
        await engine.shutdown()
    }

    @Test(
        "A private address is not connected to, however it is spelt",
        arguments: [
            "127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0", "127.1",
        ])
    func wall(_ host: String) async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let error = await failure(engine, try HTTPRequest(.post, peer.url("/ok", host: host)))
            #expect(error?.kind == .addressRefused)
            #expect(error?.session.isConnected == false && error?.session.isRequested == false)
            #expect(error?.detail.contains("address") == true)
            #expect(try peer.requests().isEmpty)
        }
        await engine.shutdown()
    }

    @Test("An earlier exchange with a private address opens no way for a later one")
    func noReuse() async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let free = try HTTPRequest(.get, peer.url("/ok"), reach: .everywhere)
            #expect(try await engine.perform(free, deadline: later).status == 200)
            #expect(try await failure(engine, HTTPRequest(.get, peer.url("/ok")))?.kind == .addressRefused)
        }
        await engine.shutdown()
    }

    @Test("A redirect is not followed unless asked, and never to a private address")
    func redirects() async throws {
        let engine = Engine()
        try await withWebPeer { near in
            try await withWebPeer(at: "127.0.0.2") { far in
                let target = far.url("/ok", host: "127.0.0.2")
                let reach = HTTPRequest.Reach.publicAddresses(and: ["127.0.0.1"])
                let plain = try HTTPRequest(.get, near.url("/redirect?to=\(target)"), reach: reach)
                #expect(try await engine.perform(plain, deadline: later).status == 302)
                let following = try HTTPRequest(
                    .get, near.url("/redirect?to=\(target)"), reach: reach, redirects: 3)
                #expect(await failure(engine, following)?.kind == .addressRefused)
                #expect(try far.requests().isEmpty)
                let inside = try HTTPRequest(
                    .get, near.url("/redirect?to=\(near.url("/ok"))"), reach: reach, redirects: 3)
                #expect(try await engine.perform(inside, deadline: later).status == 200)
                let round = try HTTPRequest(
                    .get, near.url("/redirect?to=/redirect"), reach: reach, redirects: 1)
                #expect(await failure(engine, round) != nil)
                let file = try HTTPRequest(
                    .get, near.url("/redirect?to=file:///etc/passwd"), reach: reach, redirects: 3)
                #expect(await failure(engine, file) != nil)
                let posted = try HTTPRequest(
                    .post, near.url("/redirect?to=\(near.url("/ok"))"), reach: reach, redirects: 3)
                #expect(try await engine.perform(posted, deadline: later).status == 302)
            }
        }
        await engine.shutdown()
    }

    @Test(
        "A server without end, without sense or without a word fails, and holds nobody up",
        arguments: [
            ("/endless-header", CurlError.Kind.tooLong), ("/endless-interim", .tooLong),
            ("/endless-body", .tooLong), ("/early", .lineLost), ("/garbage", .lineLost),
        ])
    func hostile(_ path: String, _ kind: CurlError.Kind) async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let request = try HTTPRequest(.get, peer.url(path), reach: .everywhere)
            let error = await failure(engine, request)
            #expect(error?.kind == kind, "\(String(describing: error))")
            #expect(error?.session.isRequested == true)
        }
        await engine.shutdown()
    }

    @Test("A header line without end fails")
    func endlessLine() async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let request = try HTTPRequest(.get, peer.url("/endless-line"), reach: .everywhere)
            #expect(await failure(engine, request) != nil)
        }
        await engine.shutdown()
    }

    @Test("A body beyond the limit fails, or is cut where that is asked for; one at the limit is whole")
    func bodyLimit() async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            func request(_ octets: Int, cut: Bool) throws -> HTTPRequest {
                try HTTPRequest(
                    .get, peer.url("/body?octets=\(octets)"), reach: .everywhere,
                    limits: .init(body: 100_000, cutsBody: cut))
            }
            let whole = try await engine.perform(request(100_000, cut: true), deadline: later)
            #expect(whole.body.count == 100_000 && whole.isWhole)
            #expect(try await failure(engine, request(100_001, cut: false))?.kind == .tooLong)
            let cut = try await engine.perform(request(3_000_000, cut: true), deadline: later)
            #expect(cut.status == 200 && cut.body.count == 100_000 && !cut.isWhole)
            let endless = try HTTPRequest(
                .get, peer.url("/endless-body"), reach: .everywhere, limits: .init(cutsBody: true))
            #expect(try await engine.perform(endless, deadline: later).isWhole == false)
        }
        await engine.shutdown()
    }

    @Test("A deadline ends a stalled exchange and says how far it got", arguments: ["/slow", "/silent"])
    func deadline(_ path: String) async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let request = try HTTPRequest(.post, peer.url(path), body: [0x78], reach: .everywhere)
            let error = await failure(engine, request, .now + .milliseconds(1_500))
            #expect(error?.kind == .timedOut)
            #expect(error?.session.isRequested == true)
            #expect(error?.session.lines == (path == "/slow" ? [.server("HTTP/1.1 200 OK")] : []))
        }
        await engine.shutdown()
    }

    @Test("Cancelling gives an exchange up at once, and shutting the engine down too")
    func cancels() async throws {
        let engine = Engine()
        try await withWebPeer { peer in
            let request = try HTTPRequest(.get, peer.url("/silent"), reach: .everywhere)
            let cancelled = Task { await failure(engine, request) }
            try await eventually { try peer.requests().count == 1 }
            cancelled.cancel()
            #expect(await cancelled.value?.kind == .cancelled)
            let stopped = Task { await failure(engine, request) }
            try await eventually { try peer.requests().count == 2 }
            await engine.shutdown()
            #expect(await stopped.value?.kind == .stopped)
            #expect(await failure(engine, request)?.kind == .stopped)
        }
    }

    @Test("More exchanges than have a place at once all come through, beside stalled ones")
    func many() async throws {
        let engine = Engine(limits: .init(exchangesInFlight: 4))
        try await withWebPeer { peer in
            let silent = try HTTPRequest(.get, peer.url("/silent"), reach: .everywhere)
            let stalled = (0..<3).map { _ in Task { await failure(engine, silent) } }
            let request = try HTTPRequest(.get, peer.url("/ok"), reach: .everywhere)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await engine.perform(request, deadline: later).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 40))
            for task in stalled { task.cancel() }
            for task in stalled { #expect(await task.value?.kind == .cancelled) }
        }
        await engine.shutdown()
    }

    @Test("Nobody at the port is a failed connect, and a name without address a failed look-up")
    func refused() async throws {
        let engine = Engine()
        let error = await failure(engine, try HTTPRequest(.get, "http://127.0.0.1:1/", reach: .everywhere))
        #expect(error?.kind == .connectFailed && error?.name == "CURLE_COULDNT_CONNECT")
        let nobody = try HTTPRequest(.get, "http://nobody.invalid/", reach: .everywhere)
        #expect(await failure(engine, nobody)?.kind == .resolveFailed)
        await engine.shutdown()
    }
}
