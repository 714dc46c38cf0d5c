import JSON
import Synchronization

extension HTTPBinding {
    /// Begins a session, or answers again in the one that the request names.
    func initialize(_ request: Request, _ post: Post) -> HTTPReply {
        if let id = post.fields.only(LegacySession.field),
            let session = sessions.session(id, of: post.principal),
            case .answer(let answer) = session.receive(post.json)
        {
            return Self.reply(answer, status: Self.legacyStatus(answer), to: post.acceptance)
                .adding(LegacySession.field, id)
        }
        var session = newSession(of: post.principal)
        guard case .answer(let answer) = session.receive(post.json) else { return .empty(202) }
        let reply = Self.reply(answer, status: Self.legacyStatus(answer), to: post.acceptance)
        if answer.errorCode != nil { return reply }
        guard let begun = sessions.begin(session, for: post.principal) else {
            return Self.busy(request.id, status: 503)
        }
        return reply.adding(LegacySession.field, begun.id)
    }

    /// Takes a message that belongs to a session.
    func postLegacy(_ post: Post, id: RequestID?) async -> HTTPReply {
        if post.version == .unknown {
            return Self.error(.invalidRequest(VersionField.refusal), to: id)
        }
        let ids = post.fields.values(of: LegacySession.field)
        if ids.count != 1 {
            let field = LegacySession.field
            return Self.error(
                .invalidRequest("Send `initialize` first, and its `\(field)` with every request."), to: id)
        }
        guard let session = sessions.session(ids[0], of: post.principal) else {
            return Self.error(
                .invalidRequest("That session has ended. Send `initialize` again."), to: id, status: 404)
        }
        switch session.receive(post.json) {
        case .silence: return .empty(202)
        case .answer(let answer):
            return Self.reply(answer, status: Self.legacyStatus(answer), to: post.acceptance)
        case .cancel(let serial):
            session.cancel(serial)
            return .empty(202)
        case .call(let call):
            return await run([call], isAlone: true, in: session, post) { $0.first }
        case .subscribe(let answer, let call):
            session.watch(call)
            return Self.reply(answer, status: 200, to: post.acceptance)
        case .unsubscribe(let answer, let serial):
            if let serial { session.stopWatching(serial) }
            return Self.reply(answer, status: 200, to: post.acceptance)
        case .batch(let reactions): return await run(reactions, in: session, post)
        }
    }

    /// Runs the calls of a batch; its other messages are dealt with already.
    private func run(_ reactions: [Reaction], in session: LegacySession, _ post: Post) async -> HTTPReply {
        var answers: [Answer] = []
        var calls: [Call] = []
        for reaction in reactions {
            switch reaction {
            case .answer(let answer): answers.append(answer)
            case .call(let call): calls.append(call)
            case .cancel(let serial): session.cancel(serial)
            case .subscribe(let answer, let call):
                answers.append(answer)
                session.watch(call)
            case .unsubscribe(let answer, let serial):
                answers.append(answer)
                if let serial { session.stopWatching(serial) }
            case .silence, .batch: break
            }
        }
        let known = answers
        if calls.isEmpty {
            guard let all = Answer(batch: known) else { return .empty(202) }
            return Self.reply(all, status: 200, to: post.acceptance)
        }
        return await run(calls, isAlone: false, in: session, post) { Answer(batch: known + $0) }
    }

    /// Runs calls whose answers go out together, once all are there.
    private func run(
        _ calls: [Call], isAlone: Bool, in session: LegacySession, _ post: Post,
        together: @escaping @Sendable ([Answer]) -> Answer?
    ) async -> HTTPReply {
        let queue = EventQueue(limit: limits.unread, streams: post.acceptance.events)
        let rest = Mutex((open: calls.count, answers: [Answer]()))
        let (load, size) = (load, post.size / calls.count)
        for call in calls {
            let done: @Sendable (Answer?) -> Void = { answer in
                let answers = rest.withLock { rest -> [Answer]? in
                    rest.open -= 1
                    if let answer { rest.answers.append(answer) }
                    return rest.open == 0 ? rest.answers : nil
                }
                if let answers { queue.finish(together(answers)) }
            }
            if load.enter(size) {
                let isRunning = session.run(call, send: { queue.send($0) }) { answer in
                    load.leave(size)
                    done(answer)
                }
                if isRunning { continue }
                load.leave(size)
            } else {
                session.forget(call)
            }
            if isAlone { return Self.busy(call.id, status: 503) }
            done(Answer(to: call.id, error: .internal(Self.tooMuch)))
        }
        return await reply(from: queue, to: post.acceptance, status: Self.legacyStatus) {}
    }

    /// The status tells what is wrong with the message; what is wrong with the request is told in the body alone.
    static func legacyStatus(_ answer: Answer) -> Int {
        answer.errorCode == -32700 || answer.errorCode == -32600 ? 400 : 200
    }

    // MARK: - GET and DELETE

    /// The stream for what belongs to no call.
    func openStream(_ message: HTTPMessage) -> HTTPReply {
        let session: LegacySession
        do throws(HTTPRefusal) {
            session = try self.session(of: message)
        } catch {
            return error.reply
        }
        if !Acceptance(message.fields).events {
            return HTTPRefusal(406, "The stream is `text/event-stream`.").reply
        }
        let queue = EventQueue(limit: limits.unread, streams: true)
        keepAlive(queue) { session.close(queue) }
        session.open(queue)
        return .stream(status: 200, fields: Self.streamFields, body: queue.stream)
    }

    func endSession(_ message: HTTPMessage) -> HTTPReply {
        do throws(HTTPRefusal) {
            sessions.end(try session(of: message))
            return .empty(204)
        } catch {
            return error.reply
        }
    }

    private func session(of message: HTTPMessage) throws(HTTPRefusal) -> LegacySession {
        let version = VersionField(message.fields)
        if version == .unknown { throw HTTPRefusal(400, VersionField.refusal) }
        let ids = message.fields.values(of: LegacySession.field)
        if ids.isEmpty || version == .modern {
            throw HTTPRefusal(405, "Without a session this endpoint takes POST.", fields: ["Allow": "POST"])
        }
        if ids.count > 1 { throw HTTPRefusal(400, "A request belongs to one session.") }
        guard let session = sessions.session(ids[0], of: message.principal) else {
            throw HTTPRefusal(404, "That session has ended.")
        }
        return session
    }
}

extension Answer {
    /// What a batch is answered with: one array of all that is to be said; nil when there is nothing.
    fileprivate init?(batch answers: [Answer]) {
        if answers.isEmpty { return nil }
        let all = answers.map(\.bytes).joined(separator: [UInt8(ascii: ",")])
        bytes = [UInt8(ascii: "[")] + all + [UInt8(ascii: "]")]
        errorCode = nil
    }
}
