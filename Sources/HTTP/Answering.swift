import HTTPTypes
import HummingbirdCore
import MCP
import NIOCore

/// Brings a request from the wire to the face, and the reply back.
struct Answering: Sendable {
    let face: Face
    let limits: HTTPLimits
    let budget: BodyBudget
    let clock: DateClock

    @concurrent func answer(
        _ request: HummingbirdCore.Request, _ waiting: Waiting, _ writer: consuming ResponseWriter
    ) async throws {
        var taken = 0
        defer { budget.giveBack(taken) }
        let reply = await face.respond(
            request.method.rawValue, request.head.path ?? "", HTTPFields(request), waiting: waiting
        ) { limit throws(Face.BodyFault) in
            try await body(of: request, limit, &taken)
        }
        var head = HTTPResponse(
            status: HTTPResponse.Status(code: reply.status, reasonPhrase: Phrase.of(reply.status)))
        for line in reply.fields.lines {
            if let name = FieldNames.name(line.name) {
                head.headerFields.append(HTTPField(name: name, value: line.value))
            }
        }
        head.headerFields[.date] = clock.now
        // Nothing of this is for a cache, a frame or another site's page, unless a route says so.
        for (name, value) in FieldNames.usual where head.headerFields[name] == nil {
            head.headerFields.append(HTTPField(name: name, value: value))
        }
        if face.traffic.isEnding { head.headerFields[.connection] = "close" }
        switch reply {
        case .whole(let status, _, let bytes):
            if status != 204, head.headerFields[.contentLength] == nil {
                head.headerFields[.contentLength] = String(bytes.count)
            }
            if bytes.count <= Self.piece {
                let body = bytes.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
                try await writer.write(response: head, body: body)
            } else {
                try await write(bytes, head, writer)
            }
        case .stream(_, _, let stream):
            var output = try await writer.writeHead(head)
            await waiting.watch.follow(stream) { bytes in
                (try? await output.write(ByteBuffer(bytes: bytes))) != nil
            }
            try await output.finish(nil)
        }
    }

    private static let piece = 65_536

    /// In pieces, each of which the client has its time for.
    @concurrent private func write(
        _ bytes: [UInt8], _ head: HTTPResponse, _ writer: consuming ResponseWriter
    ) async throws {
        var output = try await writer.writeHead(head)
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.piece, bytes.count)
            try await output.write(ByteBuffer(bytes: bytes[start..<end]))
            start = end
        }
        try await output.finish(nil)
    }

    /// - Parameter taken: what the budget gave for it; to be given back once the answer is written.
    private func body(
        of request: HummingbirdCore.Request, _ limit: Int, _ taken: inout Int
    ) async throws(Face.BodyFault) -> [UInt8] {
        var bytes: [UInt8] = []
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }) {
            if announced > limit { throw .tooLarge }
            if announced == 0 { return [] }
            try take(announced, &taken)
            bytes.reserveCapacity(announced)
        }
        do {
            for try await buffer in request.body {
                if bytes.count + buffer.readableBytes > limit { throw Face.BodyFault.tooLarge }
                if bytes.count + buffer.readableBytes > taken { try take(buffer.readableBytes, &taken) }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let fault as Face.BodyFault {
            throw fault
        } catch is ConnectionGuard.TooSlow {
            throw .tooSlow
        } catch {
            throw .broken
        }
        return bytes
    }

    private func take(_ bytes: Int, _ taken: inout Int) throws(Face.BodyFault) {
        guard budget.take(bytes) else { throw .tooMuchAtOnce }
        taken += bytes
    }
}

extension MCP.HTTPFields {
    /// `Host` stands apart in Hummingbird's requests.
    init(_ request: HummingbirdCore.Request) {
        self.init(request.headers.lazy.map { (name: $0.name.rawName, value: $0.value) })
        if let host = request.head.authority { append("Host", host) }
    }
}

/// Names of fields, made once.
enum FieldNames {
    private static let known: [String: HTTPField.Name] = {
        var known: [String: HTTPField.Name] = [:]
        for name in [
            "Content-Type", "Content-Length", "Content-Security-Policy", "Content-Disposition", "Location",
            "Link", "Vary", "Allow", "Connection", "Retry-After", "WWW-Authenticate", "Cache-Control",
        ] {
            known[name] = HTTPField.Name(name)
        }
        return known
    }()

    static func name(_ text: String) -> HTTPField.Name? { known[text] ?? HTTPField.Name(text) }

    static let usual: [(HTTPField.Name, String)] = [
        ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ].compactMap { pair in HTTPField.Name(pair.0).map { ($0, pair.1) } }
}
