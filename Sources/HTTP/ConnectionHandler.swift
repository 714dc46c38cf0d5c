import MCP
import NIOCore
import NIOHTTP1

/// One connection on its event loop: has each request answered in turn, keeps the client from taking more time than it
/// should, and ends it so that the last answer arrives.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = AnswerPart
    typealias OutboundOut = ByteBuffer

    private let answering: Answering
    private let connections: Connections
    private let limits: HTTPLimits
    private let watch = ConnectionWatch()

    private var current: Exchange?
    /// What came behind it. While anything is here, no more is read.
    private var backlog = CircularBuffer<HTTPServerRequestPart>()
    private var isTaking = false
    private var isReadHeld = false
    private var parserError: HTTPParserError?
    /// From when on the client has its time for the next header section.
    private var idleSince = NIODeadline.now()
    private var idleTimer = LoopTimer()
    private var bodyTimer = LoopTimer()
    private var writeTimer = LoopTimer()
    private var isInputClosed = false
    /// The answer being written is the last one.
    private var isLast = false
    private var framing = AnswerFraming()
    /// The last answer is written; what still comes in is thrown away.
    private var isOver = false

    init(_ answering: Answering, _ connections: Connections, _ limits: HTTPLimits) {
        self.answering = answering
        self.connections = connections
        self.limits = limits
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { opened(context) }
    }

    func channelActive(context: ChannelHandlerContext) { opened(context) }

    private func opened(_ context: ChannelHandlerContext) {
        connections.opened(watch)
        awaitHead(context)
    }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    private func end() {
        idleTimer.stop()
        bodyTimer.stop()
        writeTimer.stop()
        current?.body.finish(.failure(.broken))
        current = nil
        backlog.removeAll()
        connections.closed(watch)
    }

    // MARK: - Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return }
        backlog.append(unwrapInboundIn(data))
        take(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) { startUnread(context) }

    /// A body that has not come with its head is waited for by who wants it, and has its time.
    private func startUnread(_ context: ChannelHandlerContext) {
        start(context)
        if let current, !current.isRead, !bodyTimer.isRunning, !isOver { awaitBody(current.head, context) }
    }

    /// Of a client that sends much before it reads an answer, only so much is read.
    func read(context: ChannelHandlerContext) {
        if backlog.isEmpty, context.channel.isWritable { context.read() } else { isReadHeld = true }
    }

    private func readAgain(_ context: ChannelHandlerContext) {
        if isReadHeld, backlog.isEmpty, context.channel.isWritable {
            isReadHeld = false
            context.read()
        }
    }

    /// Goes on with what came, up to the next request while one is not done. A loop, for an answer may be there at once:
    /// a thousand requests in one go must not be a thousand calls deep.
    private func take(_ context: ChannelHandlerContext) {
        if isTaking { return }
        isTaking = true
        while let part = backlog.first, !isOver {
            // The next one waits for the answer before it, and for the client to take what it has been told.
            if case .head = part, current != nil || !context.channel.isWritable { break }
            backlog.removeFirst()
            switch part {
            case .head(let head): begin(head, context)
            case .body(let buffer): current?.body.append(buffer)
            case .end: readWhole(context)
            }
        }
        isTaking = false
        if current == nil, backlog.isEmpty, !isOver {
            if let error = parserError { return answering.refuse(error, on: context.channel) }
            if isInputClosed { return context.close(promise: nil) }
            awaitHead(context)
        }
        readAgain(context)
    }

    /// With what came before it could be taken; of the last one only a part may be here.
    private func goOn(_ context: ChannelHandlerContext) {
        take(context)
        startUnread(context)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let size = head.bodySize
        current = Exchange(head: head, body: RequestBody(announced: size, budget: answering.budget))
        if head.isLast { isLast = true }
        if size != 0, head.asksToGoOn, size ?? 0 <= limits.messageBody {
            let interim = ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")
            context.writeAndFlush(wrapOutboundOut(interim), promise: nil)
        }
    }

    private func readWhole(_ context: ChannelHandlerContext) {
        bodyTimer.stop()
        current?.isRead = true
        current?.body.finish(.success(()))
        start(context)
        endIfDone()
    }

    private func endIfDone() {
        guard let done = current, done.isRead, done.isAnswered else { return }
        current = nil
        idleSince = .now()
    }

    private func awaitBody(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        bodyTimer.start(self, context, in: limits.time(forBody: head.bodySize)) { this, context in
            guard let body = this.current?.body, !this.isOver else { return }
            // Whoever is answered without its body has had that answer long ago.
            if body.isAwaited { body.finish(.failure(.tooSlow)) } else { context.close(promise: nil) }
        }
    }

    /// Begins on this thread: what only looks something up is answered before anything else happens here.
    private func start(_ context: ChannelHandlerContext) {
        guard let current, !current.isStarted, !isOver else { return }
        self.current?.isStarted = true
        let (answering, channel, watch) = (answering, context.channel, watch)
        let executor = LoopExecutor(context.eventLoop)
        Task.immediate(executorPreference: executor) {
            await answering.answer(
                current.head, current.body, Waiting(watch: watch, executor: executor), on: channel)
        }
        current.body.settle()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputClosed = true
            watch.leave()
            if isOver { context.close(promise: nil) } else { take(context) }
        case is ChannelShouldQuiesceEvent:
            isLast = true
            if current == nil { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
        parserError = error
        if let current, !current.isRead, backlog.isEmpty {
            if current.isAnswered { return leave(context) }
            isLast = true
            current.body.finish(.failure(.broken))
        }
        take(context)
    }

    // MARK: - Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        let isOld = current?.head.version == .http1_0
        if let head = part.head {
            let isEnding = isLast || (isInputClosed && backlog.isEmpty)
            isLast =
                isEnding || head.isLast || current?.head.isKeepAlive == false || (head.isOpenEnded && isOld)
        }
        context.write(
            wrapOutboundOut(framing.octets(of: part, isLast: isLast, isOld: isOld)), promise: promise)
        guard part.isEnd else { return }
        if isLast { return leave(context) }
        current?.isAnswered = true
        endIfDone()
        if current == nil { goOn(context) }
    }

    /// Closing at once would reset the line while the client still sends, and it would never read the answer
    /// (RFC 9112 §9.6).
    private func leave(_ context: ChannelHandlerContext) {
        isOver = true
        backlog.removeAll()
        context.flush()
        if isInputClosed { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        writeTimer.start(self, context, in: .seconds(2)) { $1.close(promise: nil) }
    }

    // MARK: - Time

    /// One timer that looks again later is cheaper than one for every answer.
    private func awaitHead(_ context: ChannelHandlerContext) {
        if idleTimer.isRunning { return }
        let left = idleSince + TimeAmount(limits.headerTime) - .now()
        idleTimer.start(self, context, in: .nanoseconds(left.nanoseconds)) { this, context in
            this.idleTimer.stop()
            // While it is answered the client owes nothing; the end of the answer sets the timer again.
            if this.current != nil { return }
            if this.idleSince + TimeAmount(this.limits.headerTime) > .now() { return this.awaitHead(context) }
            context.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        // After the last answer it is the time to go that runs.
        if !isOver {
            writeTimer.stop()
            if !context.channel.isWritable {
                writeTimer.start(self, context, in: limits.writeTime) { $1.close(promise: nil) }
            }
        }
        goOn(context)
        context.fireChannelWritabilityChanged()
    }
}
