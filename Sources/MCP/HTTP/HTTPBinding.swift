import JSON

/// MCP over HTTP, both eras on one path, without a server around it: each request becomes a reply.
///
/// Whoever mounts it lets an `HTTPGuard` decide first who may come in. Modern requests (2026-07-28) stand alone; legacy
/// ones belong to a session, which `initialize` begins.
package final class HTTPBinding: Sendable {
    package let limits: Limits
    let rendered: RenderedCatalogue
    let sessions: LegacySessions
    let load: Load
    private let options: Session.Options

    /// - Parameters:
    ///   - options: what holds for every conversation; each gets the principal of its own. Its clock also keeps
    ///     streams alive and tells which sessions are idle.
    ///   - sessionID: makes an id of visible ASCII that nobody can guess, at least 128 bits of randomness.
    package init(
        catalogue: Catalogue, options: Session.Options = Session.Options(), limits: Limits = Limits(),
        sessionID: @escaping @Sendable () -> String
    ) {
        rendered = RenderedCatalogue(catalogue)
        self.options = options
        self.limits = limits
        sessions = LegacySessions(limits, now: Self.time(on: options.clock), newID: sessionID)
        load = Load(limits)
    }

    func newSession(of principal: String) -> Session {
        var options = options
        options.principal = principal
        // The announcement is a request of its own, which may be dealt with after those that follow it.
        options.waitsForInitialized = false
        return Session(rendered, options: options)
    }

    /// Answers one request. Cancelling the task that waits here says that the client is gone.
    package func respond(to message: HTTPMessage) async -> HTTPReply {
        if load.hasEnded {
            return HTTPRefusal(503, "This server is shutting down.").reply
        }
        switch message.method {
        case "POST": return await post(message)
        case "GET": return openStream(message)
        case "DELETE": return endSession(message)
        default: return Self.notAllowed("GET, POST, DELETE")
        }
    }

    /// Ends every stream that would last, each in the way of its era, and every session; calls of modern clients go on to
    /// their answers. Requests that come later are refused.
    package func end() {
        load.end()
        sessions.endAll()
    }

    /// Live legacy sessions.
    package var sessionCount: Int { sessions.count }

    static func notAllowed(_ methods: String) -> HTTPReply {
        HTTPRefusal(405, "This endpoint takes \(methods).", fields: ["Allow": methods]).reply
    }

    private static func time<C: Clock<Duration>>(on clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }

    // MARK: - Replies

    static let streamFields: HTTPFields = [
        "Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
    ]

    /// An answer that was known at once. An error is plain JSON even for a client that would rather have a stream: only
    /// there its status can be seen.
    static func reply(_ answer: Answer, status: Int, to acceptance: Acceptance) -> HTTPReply {
        if acceptance.json || answer.errorCode != nil { return .json(answer.bytes, status: status) }
        var event: [UInt8] = []
        EventQueue.append(answer.bytes, to: &event)
        return .whole(status: status, fields: streamFields, body: event)
    }

    static func error(_ error: ProtocolError, to id: RequestID?, status: Int = 400) -> HTTPReply {
        .json(Answer(to: id, error: error).bytes, status: status)
    }

    /// What a queue turns out to be: a plain answer, or a stream from the first message on that comes before it. `closed`
    /// is called when the client has read everything or is gone.
    func reply(
        from queue: EventQueue, to acceptance: Acceptance, status: (Answer) -> Int,
        closed: @escaping @Sendable () -> Void
    ) async -> HTTPReply {
        keepAlive(queue, closed: closed)
        switch await queue.opening() {
        case .stream: return .stream(status: 200, fields: Self.streamFields, body: queue.stream)
        case .answer(let answer):
            queue.close()
            guard let answer else { return .empty(202) }
            return Self.reply(answer, status: status(answer), to: acceptance)
        // Nobody is there to read it.
        case .gone: return .empty(503)
        }
    }

    /// Has a comment sent on a stream whenever it was silent for long, until it is closed.
    func keepAlive(_ queue: EventQueue, closed: @escaping @Sendable () -> Void) {
        let (clock, interval) = (options.clock, limits.keepAlive)
        let beat = Task {
            while (try? await clock.sleep(for: interval)) != nil, queue.keepAlive() {}
        }
        queue.whenClosed {
            beat.cancel()
            closed()
        }
    }
}
