import JSON

extension HTTPBinding {
    /// A request that stands alone: its envelope first, then what the header fields repeat of it, then the rest.
    func postModern(_ request: Request, _ post: Post) async -> HTTPReply {
        do throws(ProtocolError) {
            try request.checkEnvelope()
            try MirroredFields(fields: post.fields).check(against: request)
        } catch {
            return Self.error(error, to: request.id)
        }
        if request.method == "subscriptions/listen", !post.acceptance.events {
            return HTTPRefusal(406, "A subscription is answered with `text/event-stream`.").reply
        }
        var session = newSession(of: post.principal)
        switch session.receive(post.json) {
        case .answer(let answer):
            return Self.reply(answer, status: Self.modernStatus(answer), to: post.acceptance)
        case .call(let call): return await run(call, post)
        case .silence, .cancel, .subscribe, .unsubscribe, .batch: return .empty(202)
        }
    }

    /// Runs a call for as long as its client is there: a modern client cancels by leaving.
    private func run(_ call: Call, _ post: Post) async -> HTTPReply {
        let queue = EventQueue(limit: limits.unread, streams: post.acceptance.events)
        let task = load.run(call, size: post.size) {
            queue.finish(await call.run { queue.send($0) })
        }
        guard let task else { return Self.busy(call.id, status: 503) }
        return await reply(from: queue, to: post.acceptance, status: Self.modernStatus) { task.cancel() }
    }

    /// 404 is for a method alone; what is wrong inside a request that was understood is no matter of HTTP.
    static func modernStatus(_ answer: Answer) -> Int {
        switch answer.errorCode {
        case nil, -32602, -32603: 200
        case -32601: 404
        case .some(-32768 ... -32000): 400
        case .some: 200
        }
    }

    static let tooMuch = "Too much is going on. Try again soon."

    static func busy(_ id: RequestID?, status: Int) -> HTTPReply {
        error(.internal(tooMuch), to: id, status: status).adding("Retry-After", "1")
    }
}

extension Request {
    /// What every modern request must carry.
    fileprivate func checkEnvelope() throws(ProtocolError) {
        if meta[Meta.protocolVersion] == nil { throw missingMeta(Meta.protocolVersion) }
        if meta[Meta.clientCapabilities]?.object == nil { throw missingMeta(Meta.clientCapabilities) }
    }
}
