import HTTPTypes
import MCP
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Tools

/// Keeps one connection from taking more time than it should, and ends it so that the last answer arrives.
///
/// Stands between the parser and Hummingbird's own handlers, on the event loop.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// The body did not come in time.
    struct TooSlow: Error {}

    private let watch: ConnectionWatch
    private let connections: Connections
    private let limits: HTTPLimits
    private var bodyTimer: Scheduled<Void>?
    private var writeTimer: Scheduled<Void>?
    private var parserError: HTTPParserError?
    /// The answer being written is the last one.
    private var isLast = false
    /// The last answer is written; what still comes in is thrown away.
    private var isOver = false

    init(_ watch: ConnectionWatch, _ connections: Connections, _ limits: HTTPLimits) {
        self.watch = watch
        self.connections = connections
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { connections.opened(watch) }
    }

    func channelActive(context: ChannelHandlerContext) {
        connections.opened(watch)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        bodyTimer?.cancel()
        writeTimer?.cancel()
        connections.closed(watch)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begun(head, context)
        case .body: break
        case .end:
            bodyTimer?.cancel()
            bodyTimer = nil
        }
        context.fireChannelRead(data)
    }

    /// A body may come: it is asked for where the client waits to be, and has its time.
    private func begun(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        let announced = head.headerFields[.contentLength].flatMap { Int($0) }
        if announced == 0 || (announced == nil && head.headerFields[.transferEncoding] == nil) { return }
        let size = announced ?? limits.messageBody
        if head.headerFields[.expect]?.lowercased() == "100-continue", size <= limits.messageBody {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        let time = limits.bodyTime + .seconds(min(size, limits.messageBody) / max(1, limits.bodyRate))
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        bodyTimer?.cancel()
        bodyTimer = context.eventLoop.scheduleTask(in: TimeAmount(time)) {
            let (this, context) = bound.value
            if !this.isOver { context.fireErrorCaught(TooSlow()) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            watch.leave()
            if isOver { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError { parserError = error }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if head.status == .badRequest, head.headerFields[.contentType] == nil {
                return unreadable(context, promise)
            }
            if head.headerFields[.connection] == "close" { isLast = true }
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            if isLast { leave(context) }
        }
    }

    /// Hummingbird's answer to what the parser refused has no body; everything here answers with a problem.
    private func unreadable(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        isLast = true
        let refused =
            parserError == .headerOverflow
            ? Refused(431, "The header section is too large.", hint: "Send fewer or shorter header fields.")
            : Refused(
                400, "The request is not HTTP/1.1 as this server reads it.", hint: "Use an HTTP library.")
        guard case .whole(let status, let fields, let body) = refused.reply else { return }
        var head = HTTPResponse(status: .init(code: status, reasonPhrase: Phrase.of(status)))
        for line in fields.lines {
            if let name = HTTPField.Name(line.name) { head.headerFields[name] = line.value }
        }
        head.headerFields[.connection] = "close"
        head.headerFields[.contentLength] = String(body.count)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
    }

    /// Closing at once would reset the line while the client still sends, and it would never read the answer
    /// (RFC 9112 §9.6).
    private func leave(_ context: ChannelHandlerContext) {
        if isOver { return }
        isOver = true
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.flush()
        context.close(mode: .output, promise: nil)
        context.eventLoop.scheduleTask(in: .seconds(2)) { bound.value.1.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        writeTimer?.cancel()
        writeTimer = nil
        if !context.channel.isWritable {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            writeTimer = context.eventLoop.scheduleTask(in: TimeAmount(limits.writeTime)) {
                bound.value.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }
}
