import JSON

extension Session {
    mutating func list(_ resources: Resources, _ request: Request, _ client: Client) throws(ProtocolError)
        -> Reaction
    {
        let cursor = try request.cursor()
        let call = try open(request, client) { context, _ async throws(ProtocolError) in
            let page = try await resources.list(cursor)
            var result: JSON.Object = [
                "resources": .array(page.resources.map { .object(context.revision.resource($0)) })
            ]
            result["nextCursor"] = page.next.map(JSON.string)
            return Call.Output(json: context.result(result, ttl: resources.listTTL))
        }
        return .call(call)
    }

    mutating func read(_ resources: Resources, _ request: Request, _ client: Client) throws(ProtocolError)
        -> Reaction
    {
        let uri = try request.string("uri")
        let call = try open(request, client) { context, _ async throws(ProtocolError) in
            guard let contents = try await resources.read(uri), !contents.isEmpty else {
                throw .resourceNotFound(uri)
            }
            let result: JSON.Object = [
                "contents": .array(contents.map { .object(context.revision.contents($0)) })
            ]
            return Call.Output(json: context.result(result, ttl: resources.readTTL))
        }
        return .call(call)
    }

    // MARK: - Subscriptions

    /// Legacy: the answer first, then one notification for each change.
    mutating func subscribe(_ request: Request, _ client: Client) throws(ProtocolError) -> Reaction {
        guard let changes = rendered.catalogue.resources?.changes else {
            throw .methodNotFound(request.method)
        }
        let uri = try request.string("uri")
        let done = Answer(to: request.id, result: [:])
        if streams[uri] != nil { return .answer(done) }
        try checkRoom(for: 1)
        try checkLength(of: uri)
        guard let stream = changes(uri) else {
            throw ProtocolError.resourceNotFound(uri).known(to: client.revision)
        }
        let call = try open(request, client, kind: .watching) { _, notify async throws(ProtocolError) in
            let notice = Notice("notifications/resources/updated", ["uri": .string(uri)], .mayWait)
            for await _ in stream { _ = notify(notice) }
            return Call.Output(json: [:])
        }
        streams.begin(call.serial, uri: uri)
        return .subscribe(done, call)
    }

    mutating func unsubscribe(_ request: Request) throws(ProtocolError) -> Reaction {
        if rendered.catalogue.resources?.changes == nil { throw .methodNotFound(request.method) }
        let serial = streams[try request.string("uri")]
        if let serial { streams.end(serial) }
        return .unsubscribe(Answer(to: request.id, result: [:]), serial: serial)
    }

    /// Modern: an acknowledgement of what will be told, then the changes, and the result once the server ends it.
    mutating func listen(_ request: Request, _ client: Client) throws(ProtocolError) -> Reaction {
        guard let changes = rendered.catalogue.resources?.changes else {
            throw .methodNotFound(request.method)
        }
        guard let filter = try request.params()["notifications"]?.object else {
            throw .invalidParams("`notifications` must be an object.")
        }
        let asked = try resources(in: filter)
        let watched = asked.compactMap { uri in changes(uri).map { (uri, $0) } }
        var honoured: JSON.Object = [:]
        if filter["resourceSubscriptions"]?.array != nil {
            honoured["resourceSubscriptions"] = .array(watched.map { .string($0.0) })
        }
        let meta: JSON = .object([Meta.subscriptionID: request.id.json])
        let acknowledged: JSON.Object = ["_meta": meta, "notifications": .object(honoured)]
        let call = try open(request, client, kind: .listening) {
            context, notify async throws(ProtocolError) in
            _ = notify(Notice("notifications/subscriptions/acknowledged", acknowledged, .must))
            await withTaskGroup(of: Void.self) { group in
                for (uri, stream) in watched {
                    let notice = Notice(
                        "notifications/resources/updated", ["_meta": meta, "uri": .string(uri)], .mayWait)
                    group.addTask { for await _ in stream { _ = notify(notice) } }
                }
                // Whatever becomes of the others, it goes on until the task is cancelled.
                let (never, _) = AsyncStream.makeStream(of: Void.self)
                group.addTask { for await _ in never {} }
            }
            return Call.Output(json: context.result(["_meta": meta]))
        }
        streams.begin(call.serial, weight: watched.count)
        return .call(call)
    }

    /// The URIs of `resourceSubscriptions`, each once, if there is room for them.
    private func resources(in filter: JSON.Object) throws(ProtocolError) -> [String] {
        let uris: [JSON]
        switch filter["resourceSubscriptions"] {
        case nil, .null: uris = []
        case .array(let elements): uris = elements
        default: throw .invalidParams("`resourceSubscriptions` must be an array of strings.")
        }
        var asked: [String] = []
        // Before they are looked at one by one: a line may hold 400,000 of them.
        try checkRoom(for: uris.count)
        for (place, uri) in uris.enumerated() {
            guard let text = uri.string else {
                throw .invalidParams("`resourceSubscriptions` must be an array of strings.")
            }
            try checkLength(of: text)
            if !uris[..<place].contains(uri) { asked.append(text) }
        }
        return asked
    }

    private func checkRoom(for count: Int) throws(ProtocolError) {
        if streams.weight + max(count, 1) > options.subscriptions {
            throw .invalidParams("At most \(options.subscriptions) resources can be subscribed to at once.")
        }
    }

    private func checkLength(of uri: String) throws(ProtocolError) {
        if uri.utf8.count > 2048 { throw .invalidParams("A URI may be at most 2048 bytes long.") }
    }
}
