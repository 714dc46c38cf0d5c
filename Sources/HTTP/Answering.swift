import MCP
import NIOCore
import NIOHTTP1
import Tools

/// Brings a request from the wire to the face, and the reply back.
final class Answering: Sendable {
    private let face: Face
    private let limits: HTTPLimits
    let budget: BodyBudget
    private let clock = DateClock()

    init(_ face: Face, _ limits: HTTPLimits) {
        self.face = face
        self.limits = limits
        self.budget = BodyBudget(limits.bodies)
    }

    func answer(
        _ request: HTTPRequestHead, _ body: RequestBody, _ waiting: Waiting, on channel: any Channel
    ) async {
        let reply = await face.respond(
            request.method.rawValue, request.uri, HTTPFields(request.headers), waiting: waiting
        ) { limit throws(Face.BodyFault) in
            try await body.collect(limit)
        }
        switch reply {
        case .whole(_, _, let bytes) where bytes.count <= Self.piece:
            channel.writeAndFlush(.whole(head(reply, size: bytes.count), bytes))
        case .whole(_, _, let bytes):
            channel.write(.head(head(reply, size: bytes.count)))
            var start = 0
            while start < bytes.count {
                let end = min(start + Self.piece, bytes.count)
                if await !written(bytes[start..<end], to: channel) { break }
                start = end
            }
            channel.writeAndFlush(.end)
        case .stream(_, _, let stream):
            channel.writeAndFlush(.head(head(reply, size: nil)))
            await waiting.watch.follow(stream) { await written($0[...], to: channel) }
            channel.writeAndFlush(.end)
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
        if case .whole(_, _, let bytes) = reply {
            channel.writeAndFlush(.whole(head(reply, size: bytes.count), bytes))
        }
    }

    private static let piece = 65_536

    /// One piece of an answer, which the client has its time for; false when it did not take it.
    private func written(_ bytes: ArraySlice<UInt8>, to channel: any Channel) async -> Bool {
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.writeTime)) {
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        return (try? await channel.writeAndFlush(AnswerPart.piece(bytes)).get()) != nil
    }

    /// - Parameter size: of the body; nil for one that is not known yet.
    private func head(_ reply: HTTPReply, size: Int?) -> AnswerHead {
        AnswerHead(
            status: reply.status, fields: reply.fields, size: size, date: clock.now,
            isLast: face.traffic.isEnding || reply.fields.contains("Connection"))
    }
}

extension Channel {
    fileprivate func write(_ part: AnswerPart) { write(part, promise: nil) }
    fileprivate func writeAndFlush(_ part: AnswerPart) { writeAndFlush(part, promise: nil) }
}

extension MCP.HTTPFields {
    init(_ headers: HTTPHeaders) {
        var lines: [(name: String, value: String)] = []
        lines.reserveCapacity(headers.count)
        for (name, value) in headers { lines.append((name, value)) }
        self.init(lines)
    }
}
