import JSON

/// One client's conversation: what was agreed in it and which calls are open. It decides what each message means and
/// does no input or output of its own.
///
/// The era is decided message by message: a request with `io.modelcontextprotocol/protocolVersion` in its `_meta` is
/// modern and reads nothing of the session but its open ids; `initialize` and what follows it is legacy. So a client
/// whose probe for the modern era timed out can still begin with `initialize`.
package struct Session: Sendable {
    let rendered: RenderedCatalogue
    /// What `initialize` agreed on; nil before it.
    package private(set) var negotiated: Revision?
    private var openCalls: [RequestID: Int] = [:]
    private var serials = 0

    package init(_ rendered: RenderedCatalogue) {
        self.rendered = rendered
    }

    /// Takes one line or one body.
    package mutating func receive(_ bytes: [UInt8]) -> Reaction {
        do {
            let json = try JSON(parsing: bytes)
            if case .array(let elements) = json { return receive(batch: elements) }
            return receive(Message(json))
        } catch {
            return .answer(Answer(to: nil, error: .parse(error)))
        }
    }

    /// Ends a call; false when its answer is no longer wanted, because the client cancelled it.
    package mutating func settle(_ call: Call) -> Bool {
        if openCalls[call.id] != call.serial { return false }
        openCalls[call.id] = nil
        return true
    }

    /// True while a call's answer is still wanted.
    package func isOpen(_ call: Call) -> Bool { openCalls[call.id] == call.serial }

    private mutating func receive(batch elements: [JSON]) -> Reaction {
        let refusal: String? =
            if negotiated != .march2025 {
                "Batches are not part of this version of the protocol; send one message at a time."
            } else if elements.isEmpty {
                "A batch must not be empty."
            } else if elements.count > 100 {
                "A batch may hold at most 100 messages."
            } else {
                nil
            }
        if let refusal { return .answer(Answer(to: nil, error: .invalidRequest(refusal))) }
        var reactions: [Reaction] = []
        for element in elements {
            let message = Message(element)
            if case .request(let request) = message, request.method == "initialize" || request.isModern {
                let error = ProtocolError.invalidRequest("This request must not be part of a batch.")
                reactions.append(.answer(Answer(to: request.id, error: error)))
            } else {
                reactions.append(receive(message))
            }
        }
        return .batch(reactions)
    }

    private mutating func receive(_ message: Message) -> Reaction {
        switch message {
        case .invalid(let error, let id): return .answer(Answer(to: id, error: error))
        case .response: return .silence
        case .notification("notifications/cancelled", let params):
            guard let id = RequestID(params["requestId"]), let serial = openCalls.removeValue(forKey: id)
            else {
                return .silence
            }
            return .cancel(serial: serial)
        case .notification: return .silence
        case .request(let request):
            do throws(ProtocolError) {
                return try answer(request)
            } catch {
                return .answer(Answer(to: request.id, error: error))
            }
        }
    }

    private mutating func answer(_ request: Request) throws(ProtocolError) -> Reaction {
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

    private mutating func initialize(_ request: Request) throws(ProtocolError) -> Reaction {
        guard let requested = try request.params()["protocolVersion"]?.string else {
            throw .invalidParams(
                "`protocolVersion` must be a string.",
                data: ["supported": .array(Revision.legacy.map { .string($0.rawValue) })])
        }
        let revision = Revision.legacy.first { $0.rawValue == requested } ?? .latestLegacy
        negotiated = revision
        return .answer(Answer(to: request.id, result: rendered.catalogue.initializeResult(for: revision)))
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
        return try answerCommon(request, in: negotiated)
    }

    private mutating func answerModern(_ request: Request) throws(ProtocolError) -> Reaction {
        guard let version = request.meta[Meta.protocolVersion]?.string else {
            throw .invalidParams("`\(Meta.protocolVersion)` in `_meta` must be a string.")
        }
        if request.meta[Meta.clientCapabilities]?.object == nil {
            throw request.missingMeta(Meta.clientCapabilities)
        }
        guard let revision = Revision.modern.first(where: { $0.rawValue == version }) else {
            throw .unsupportedVersion(version)
        }
        if request.method == "server/discover" {
            return .answer(Answer(to: request.id, result: rendered.catalogue.discoverResult(for: revision)))
        }
        return try answerCommon(request, in: revision)
    }

    /// The methods that both eras have.
    private mutating func answerCommon(_ request: Request, in revision: Revision) throws(ProtocolError)
        -> Reaction
    {
        switch request.method {
        case "tools/list":
            switch try request.params()["cursor"] {
            case nil, .null: return .answer(Answer(to: request.id, result: rendered.toolList(for: revision)))
            // The list has one page, so no cursor was ever given out.
            default: throw .invalidParams("`cursor` is not one that this server gave out.")
            }
        case "tools/call": return .call(try call(request, in: revision))
        default: throw .methodNotFound(request.method)
        }
    }

    private mutating func call(_ request: Request, in revision: Revision) throws(ProtocolError) -> Call {
        let params = try request.params()
        guard let name = params["name"]?.string else { throw .invalidParams("`name` must be a string.") }
        let arguments: JSON.Object
        switch params["arguments"] {
        case nil, .null: arguments = [:]
        case .object(let object): arguments = object
        default: throw .invalidParams("`arguments` must be an object.")
        }
        guard let tool = rendered.catalogue.tool(named: name) else {
            throw .invalidParams("Unknown tool: \(name.shownInMessage)")
        }
        serials += 1
        openCalls[request.id] = serials
        return Call(
            id: request.id, serial: serials, tool: tool, arguments: arguments,
            progressToken: RequestID(request.meta[Meta.progressToken])?.json, revision: revision,
            serverInfo: rendered.catalogue.serverInfo(for: revision))
    }
}

extension Request {
    /// True when the request carries its own protocol version, whatever else is wrong with it.
    fileprivate var isModern: Bool { meta[Meta.protocolVersion] != nil }

    fileprivate func missingMeta(_ name: String) -> ProtocolError {
        .invalidParams("`params._meta` must hold `\(name)`.")
    }
}
