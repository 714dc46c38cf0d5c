import JSON

extension Session {
    mutating func answer(_ request: Request) throws(ProtocolError) -> Reaction {
        if openCalls[request.id] != nil {
            throw .invalidRequest("A request with this id is still being answered.")
        }
        if request.isModern { return try answerModern(request) }
        switch request.method {
        case "initialize": return try initialize(request)
        case "server/discover": throw request.missingMeta(Meta.protocolVersion)
        default: return try answerLegacy(request)
        }
    }

    // MARK: - Legacy

    private mutating func initialize(_ request: Request) throws(ProtocolError) -> Reaction {
        guard let requested = try request.params()["protocolVersion"]?.string else {
            throw .invalidParams(
                "`protocolVersion` must be a string.",
                data: ["supported": .array(Revision.legacy.map { .string($0.rawValue) })])
        }
        let revision = Revision.legacy.first { $0.rawValue == requested } ?? .latestLegacy
        negotiated = revision
        capabilities = try request.params()["capabilities"]?.object ?? [:]
        isInitialized = false
        let result = rendered.catalogue.initializeResult(for: revision, pushes: options.pushes)
        return .answer(Answer(to: request.id, result: result))
    }

    private mutating func answerLegacy(_ request: Request) throws(ProtocolError) -> Reaction {
        if request.method == "ping" {
            _ = try request.params()
            return .answer(Answer(to: request.id, result: [:]))
        }
        guard let negotiated else {
            throw .invalidRequest(
                "Send `initialize` first, or put `\(Meta.protocolVersion)` into `params._meta`.")
        }
        let client = Client(
            revision: negotiated, capabilities: capabilities,
            isAskable: options.asks && (isInitialized || !options.waitsForInitialized))
        switch request.method {
        case "resources/subscribe" where options.pushes: return try subscribe(request, client)
        case "resources/unsubscribe" where options.pushes: return try unsubscribe(request)
        case "logging/setLevel" where rendered.catalogue.loggingEnabled:
            logLevel = try Self.logLevel(request.params()["level"])
            return .answer(Answer(to: request.id, result: [:]))
        default: return try answerCommon(request, client)
        }
    }

    // MARK: - Modern

    private mutating func answerModern(_ request: Request) throws(ProtocolError) -> Reaction {
        guard let version = request.meta[Meta.protocolVersion]?.string else {
            throw .invalidParams("`\(Meta.protocolVersion)` in `_meta` must be a string.")
        }
        guard let capabilities = request.meta[Meta.clientCapabilities]?.object else {
            throw request.missingMeta(Meta.clientCapabilities)
        }
        guard let revision = Revision.modern.first(where: { $0.rawValue == version }) else {
            throw .unsupportedVersion(version)
        }
        let client = Client(
            revision: revision, capabilities: capabilities, isAskable: rendered.catalogue.seal != nil)
        switch request.method {
        case "server/discover":
            return .answer(Answer(to: request.id, result: rendered.catalogue.discoverResult(for: revision)))
        case "subscriptions/listen": return try listen(request, client)
        default: return try answerCommon(request, client)
        }
    }

    // MARK: - Both

    private mutating func answerCommon(_ request: Request, _ client: Client) throws(ProtocolError) -> Reaction
    {
        let catalogue = rendered.catalogue
        switch request.method {
        case "tools/list": return try list(.tools, request, client)
        case "tools/call": return try callTool(request, client)
        case "prompts/list" where !catalogue.prompts.isEmpty: return try list(.prompts, request, client)
        case "prompts/get" where !catalogue.prompts.isEmpty: return try getPrompt(request, client)
        case "completion/complete" where catalogue.completes: return try complete(request, client)
        default:
            guard let resources = catalogue.resources else { throw .methodNotFound(request.method) }
            switch request.method {
            case "resources/list": return try list(resources, request, client)
            case "resources/read": return try read(resources, request, client)
            case "resources/templates/list": return try list(.templates, request, client)
            default: throw .methodNotFound(request.method)
            }
        }
    }

    /// A list that has one page, so that no cursor was ever given out.
    private func list(_ list: RenderedCatalogue.List, _ request: Request, _ client: Client)
        throws(ProtocolError)
        -> Reaction
    {
        if try request.cursor() != nil {
            throw .invalidParams("`cursor` is not one that this server gave out.")
        }
        return .answer(Answer(to: request.id, result: rendered.list(list, for: client.revision)))
    }

    static func logLevel(_ json: JSON?) throws(ProtocolError) -> LogLevel {
        guard let level = json?.string.flatMap(LogLevel.init(rawValue:)) else {
            throw .invalidParams(
                "A log level must be one of \(LogLevel.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return level
    }

    // MARK: - Calls

    /// Opens a call for a request, or a stream without an id of its own.
    mutating func open(
        _ request: Request, _ client: Client, name: String? = nil, kind: Call.Kind = .request,
        isLookUp: Bool = true,
        _ work:
            @escaping @Sendable (CallContext, @escaping Notice.Carrier)
            async throws(ProtocolError)
            -> Call.Output
    ) throws(ProtocolError) -> Call {
        let context = CallContext(
            catalogue: rendered.catalogue, client: client, options: options, inquiries: inquiries,
            trace: TraceContext(meta: request.meta),
            progressToken: RequestID(request.meta[Meta.progressToken])?.json,
            logLevel: try logLevel(for: request, client))
        let call = Call(
            id: request.id, serial: nextSerial(), method: request.method, name: name, kind: kind,
            isLookUp: isLookUp, context: context
        ) { notify async throws(ProtocolError) in try await work(context, notify) }
        if kind != .watching { openCalls[request.id] = call.serial }
        return call
    }

    private func logLevel(for request: Request, _ client: Client) throws(ProtocolError) -> LogLevel? {
        let isOffered = rendered.catalogue.loggingEnabled
        if !client.revision.isModern { return isOffered ? logLevel : nil }
        guard let level = request.meta[Meta.logLevel] else { return nil }
        let asked = try Self.logLevel(level)
        return isOffered ? asked : nil
    }
}
