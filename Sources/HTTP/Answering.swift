import MCP
import NIOCore
import NIOHTTP1
import Tools

/// Brings a request from the wire to the face, and the reply back.
struct Answering: Sendable {
    let face: Face
    let limits: HTTPLimits
    let budget: BodyBudget
    let clock: DateClock

    func answer(
        _ request: HTTPRequestHead, _ body: RequestBody, _ waiting: Waiting, on channel: any Channel
    ) async {
        let reply = await face.respond(
            request.method.rawValue, request.uri, HTTPFields(request.headers), waiting: waiting
        ) { limit throws(Face.BodyFault) in
            try await body.collect(limit)
        }
        switch reply {
        case .whole(_, _, let bytes) where bytes.count <= Self.piece: write(reply, bytes, on: channel)
        case .whole(_, _, let bytes):
            channel.write(.head(head(reply, size: bytes.count)))
            var start = 0
            while start < bytes.count {
                let end = min(start + Self.piece, bytes.count)
                if await !written(bytes[start..<end], to: channel) { break }
                start = end
            }
            channel.writeAndFlush(.end(nil))
        case .stream(_, _, let stream):
            channel.writeAndFlush(.head(head(reply, size: nil)))
            await waiting.watch.follow(stream) { await written($0[...], to: channel) }
            channel.writeAndFlush(.end(nil))
        }
    }

    /// The answer to what the parser could not read, behind which nothing can be read either.
    func refuse(_ error: HTTPParserError, on channel: any Channel) {
        let refused =
            error == .headerOverflow
            ? Refused(431, "The header section is too large.", hint: "Send fewer or shorter header fields.")
            : Refused(
                400, "The request is not HTTP/1.1 as this server reads it.", hint: "Use an HTTP library.")
        let reply = refused.reply.adding("Connection", "close")
        if case .whole(_, _, let bytes) = reply { write(reply, bytes, on: channel) }
    }

    private static let piece = 65_536

    private func write(_ reply: HTTPReply, _ bytes: [UInt8], on channel: any Channel) {
        channel.write(.head(head(reply, size: bytes.count)))
        if !bytes.isEmpty { channel.write(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) }
        channel.writeAndFlush(.end(nil))
    }

    /// One piece of an answer, which the client has its time for; false when it did not take it.
    private func written(_ bytes: ArraySlice<UInt8>, to channel: any Channel) async -> Bool {
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.writeTime)) {
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
        return (try? await channel.writeAndFlush(part).get()) != nil
    }

    /// - Parameter size: of the body; nil for one that is not known yet.
    private func head(_ reply: HTTPReply, size: Int?) -> HTTPResponseHead {
        var headers = HTTPHeaders(reply.fields)
        headers.add(name: "Date", value: clock.now)
        // Nothing of this is for a cache, a frame or another site's page, unless a route says so.
        for (name, value) in Self.usual where !headers.contains(name: name) {
            headers.add(name: name, value: value)
        }
        if let size, reply.status != 204, !headers.contains(name: "Content-Length") {
            headers.add(name: "Content-Length", value: String(size))
        }
        if face.traffic.isEnding { headers.replaceOrAdd(name: "Connection", value: "close") }
        return HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(statusCode: reply.status, reasonPhrase: Phrase.of(reply.status)),
            headers: headers)
    }

    private static let usual = [
        ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}

extension Channel {
    fileprivate func write(_ part: HTTPServerResponsePart) { write(part, promise: nil) }
    fileprivate func writeAndFlush(_ part: HTTPServerResponsePart) { writeAndFlush(part, promise: nil) }
}

extension MCP.HTTPFields {
    init(_ headers: HTTPHeaders) { self.init(headers.lazy.map { (name: $0.name, value: $0.value) }) }
}

extension HTTPHeaders {
    /// What could end a line is left out with its field, whoever put it there (RFC 9110 §5.5).
    init(_ fields: MCP.HTTPFields) {
        self.init(
            fields.lines.filter { !$0.value.utf8.contains { $0 < 0x20 && $0 != 0x09 } }.map {
                ($0.name, $0.value)
            })
    }
}
