import JSON

extension HTTPBinding {
    /// One POST, understood so far that its era is known.
    struct Post {
        let json: JSON
        let fields: HTTPFields
        let acceptance: Acceptance
        let version: VersionField
        /// Of the body.
        let size: Int
        let principal: String
    }

    func post(_ message: HTTPMessage) async -> HTTPReply {
        let acceptance = Acceptance(message.fields)
        if message.body.count > limits.body {
            return HTTPRefusal(413, "A body may be at most \(limits.body) bytes long.").reply
        }
        if message.fields.only("Content-Type").flatMap(MediaRange.init)?.isJSON != true {
            return HTTPRefusal(415, "A body must be `application/json`, in UTF-8.").reply
        }
        if !acceptance.json && !acceptance.events {
            return HTTPRefusal(406, "Answers are `application/json` or `text/event-stream`.").reply
        }
        let json: JSON
        do {
            json = try JSON(parsing: message.body)
        } catch {
            return Self.error(.parse(error), to: RequestID(recoveredFrom: message.body))
        }
        return await post(
            Post(
                json: json, fields: message.fields, acceptance: acceptance,
                version: VersionField(message.fields),
                size: message.body.count, principal: message.principal))
    }

    /// Decides the era, message by message.
    private func post(_ post: Post) async -> HTTPReply {
        if post.json.array != nil {
            if post.version == .absent || post.version == .legacy { return await postLegacy(post, id: nil) }
            return Self.error(.invalidRequest("A body must be one message."), to: nil)
        }
        switch Message(post.json) {
        case .invalid(let error, let id): return Self.error(error, to: id)
        case .request(let request):
            if request.isModern { return await postModern(request, post) }
            if request.method == "initialize" { return initialize(request, post) }
            if request.method == "server/discover" || post.version == .modern {
                return Self.error(request.missingMeta(Meta.protocolVersion), to: request.id)
            }
            if post.version == .unknown {
                return Self.error(.invalidParams(VersionField.refusal), to: request.id)
            }
            return await postLegacy(post, id: request.id)
        case .notification(_, let params):
            // Nothing that a modern client may announce means anything over HTTP: there it cancels by disconnecting.
            if post.version == .modern || params["_meta"]?[Meta.protocolVersion] != nil { return .empty(202) }
            return await postLegacy(post, id: nil)
        case .response:
            if post.version != .modern, !post.fields.values(of: LegacySession.field).isEmpty {
                return await postLegacy(post, id: nil)
            }
            return Self.error(.invalidRequest("A body must be a request or a notification."), to: nil)
        }
    }
}
