import Foundation

/// A web server with good and bad manners on loopback, made with Python's `http.server`; lent by `withWebPeer`.
///
/// The path says how it answers: `/ok` (the body comes back, 200), `/status/503?retry-after=2`, `/redirect?to=URL`,
/// `/endless-header`, `/endless-line`, `/endless-body`, `/slow` (a header, then silence), `/silent`, `/early` (ends in
/// mid-body), `/garbage`, and `/scripted`, whose answers are set by `answer`.
package struct WebPeer: Sendable {
    package let port: Int
    /// PEM of the authority that signed its certificate; there only with TLS.
    package let caFile: String
    package let isSecure: Bool
    fileprivate let folder: URL

    package struct Request: Decodable, Sendable {
        package let method: String
        package let path: String
        /// Names in lower case.
        package let fields: [String: String]
        package let body: String
    }

    package func url(_ path: String, host: String = "127.0.0.1") -> String {
        "\(isSecure ? "https" : "http")://\(host):\(port)\(path)"
    }

    /// Where the requests are written down, one JSON object a line: `method`, `path`, `fields`, `body`.
    package var log: String { folder.appending(path: "requests.log").path }

    /// Every request that came in whole, in order.
    package func requests() throws -> [Request] {
        guard let text = try? String(contentsOfFile: log, encoding: .utf8)
        else { return [] }
        return try text.split(separator: "\n").map {
            try JSONDecoder().decode(Request.self, from: Data($0.utf8))
        }
    }

    /// From now on `…/config-v1.1.xml` is this text; 404 before.
    package func serve(_ document: String) throws {
        try Data(document.utf8).write(to: folder.appending(path: "document"))
    }

    /// From now on the requests to `/scripted` get these, in order, and the last one for ever: `200`, `503`,
    /// `429 retry-after=3`, `close` (no answer).
    package func answer(_ answers: String...) throws {
        let next = folder.appending(path: "answers.next")
        try Data(answers.joined(separator: "\n").utf8).write(to: next)
        let file = folder.appending(path: "answers")
        guard rename(next.path, file.path) == 0 else { throw PeerError("answers cannot be set") }
    }
}

/// Lends a web server.
///
/// - Parameters:
///   - name: whom its certificate is for; nil for plain HTTP.
///   - address: where it listens, for example 127.0.0.2.
package func withWebPeer<Result>(
    certificateFor name: String? = nil, at address: String = "127.0.0.1",
    _ body: (WebPeer) async throws -> Result
) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "web-peer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    if let name { try await makeCertificates(in: folder, for: name) }
    return try await withPythonPeer(webScript, [folder.path, name == nil ? "plain" : "tls", address]) {
        port in
        try await body(
            WebPeer(
                port: port, caFile: folder.appending(path: "ca.pem").path, isSecure: name != nil,
                folder: folder))
    }
}

private let webScript = #"""
    import json, os, ssl, sys, threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from urllib.parse import parse_qs, unquote, urlsplit
    folder, mode, address = sys.argv[1:4]
    lock = threading.Lock()
    life = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def reply(self, status, fields=(), body=b""):
            self.send_response(status)
            for name, value in fields:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def scripted(self):
            with lock:
                try:
                    lines = open(folder + "/answers").read().split("\n")
                except OSError:
                    lines = ["200"]
                if len(lines) > 1:
                    with open(folder + "/answers", "w") as file:
                        file.write("\n".join(lines[1:]))
            words = lines[0].split(" ")
            if words[0] == "close":
                self.close_connection = True
                return
            self.reply(int(words[0]), [w.split("=", 1) for w in words[1:]], b"scripted")

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            with lock, open(folder + "/requests.log", "a") as log:
                fields = {k.lower(): v for k, v in self.headers.items()}
                text = {"method": self.command, "path": self.path, "fields": fields,
                        "body": body.decode("utf-8", "replace")}
                log.write(json.dumps(text) + "\n")
            where = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(where.query).items()}
            raw = self.wfile.write
            if where.path == "/ok":
                self.reply(200, [("X-Method", self.command), ("X-Odd", "a\x1b[31m\tb")], body)
            elif where.path == "/scripted":
                self.scripted()
            elif where.path.startswith("/status/"):
                self.reply(int(where.path.split("/")[2]), list(query.items()), b"as asked")
            elif where.path.endswith("/config-v1.1.xml"):
                try:
                    self.reply(200, [("Content-Type", "text/xml")], open(folder + "/document", "rb").read())
                except OSError:
                    self.reply(404)
            elif where.path == "/redirect":
                self.reply(302, [("Location", query["to"])])
            elif where.path == "/body":
                self.reply(200, (), b"x" * int(query["octets"]))
            elif where.path == "/interim":
                raw(b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
                self.reply(200, [("X-Late", "1")])
            elif where.path == "/endless-header":
                raw(b"HTTP/1.1 200 OK\r\n")
                while True:
                    raw(b"X-More: " + b"x" * 1000 + b"\r\n")
            elif where.path == "/endless-interim":
                while True:
                    raw(b"HTTP/1.1 103 Early Hints\r\nX-More: 1\r\n\r\n")
            elif where.path == "/endless-line":
                raw(b"HTTP/1.1 200 OK\r\nX-More: ")
                while True:
                    raw(b"x" * 1000)
            elif where.path == "/endless-body":
                raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while True:
                    raw(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            elif where.path == "/slow":
                raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
                self.wfile.flush()
                life.wait()
            elif where.path == "/silent":
                life.wait()
            elif where.path == "/early":
                raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
                self.close_connection = True
            elif where.path == "/garbage":
                raw(b"\x00\x01\x02 what?\r\n\r\n")
                self.close_connection = True
            else:
                self.reply(404)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def handle(self):
            try:
                super().handle()
            except (OSError, ValueError):
                pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def get_request(self):
            line, peer = super().get_request()
            line.settimeout(60)
            return line, peer

        def finish_request(self, request, peer):
            # The handshake on the thread of its own.
            if mode == "tls":
                try:
                    request = context.wrap_socket(request, server_side=True)
                except (OSError, ValueError):
                    return
            super().finish_request(request, peer)
            try:
                request.close()
            except OSError:
                pass

    if mode == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder + "/peer.pem", folder + "/peer.key")
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0))).start()
    server = Server((address, 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """#
