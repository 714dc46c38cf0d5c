package import JSON

/// One client's conversation: what was agreed in it and which calls are open. It decides what each message means and
/// does no input or output of its own.
///
/// The era is decided message by message: a request with `io.modelcontextprotocol/protocolVersion` in its `_meta` is
/// modern and reads nothing of the session but its open ids; `initialize` and what follows it is legacy. So a client
/// whose probe for the modern era timed out can still begin with `initialize`.
package struct Session: Sendable {
    let rendered: RenderedCatalogue
    let options: Options
    let inquiries = Inquiries()
    /// What `initialize` agreed on; nil before it.
    package internal(set) var negotiated: Revision?
    /// `ClientCapabilities` of the handshake.
    var capabilities: JSON.Object = [:]
    /// True once the client has said so; before that it is asked nothing.
    var isInitialized = false
    /// What `logging/setLevel` last said.
    var logLevel = LogLevel.info
    var openCalls: [RequestID: Int] = [:]
    var streams = OpenStreams()
    private var serials = 0

    /// - Parameter negotiated: for a legacy client that is served without a handshake, the revision to assume.
    package init(
        _ rendered: RenderedCatalogue, options: Options = Options(), negotiated: Revision? = nil
    ) {
        self.rendered = rendered
        self.options = options
        self.negotiated = negotiated
    }

    /// Takes one line or one body.
    package mutating func receive(_ bytes: [UInt8]) -> Reaction {
        do {
            return receive(try JSON(parsing: bytes))
        } catch {
            return .answer(Answer(to: RequestID(recoveredFrom: bytes), error: .parse(error)))
        }
    }

    package mutating func receive(_ json: JSON) -> Reaction {
        if case .array(let elements) = json { return receive(batch: elements) }
        return receive(Message(json))
    }

    package mutating func receive(_ message: Message) -> Reaction {
        switch message {
        case .invalid(let error, let id): return .answer(Answer(to: id, error: error))
        case .response(let id, let result):
            inquiries.answer(id, with: result)
            return .silence
        case .notification("notifications/cancelled", let params):
            guard let id = RequestID(params["requestId"]), let serial = openCalls.removeValue(forKey: id)
            else { return .silence }
            streams.end(serial)
            return .cancel(serial: serial)
        case .notification("notifications/initialized", _):
            isInitialized = negotiated != nil
            return .silence
        case .notification: return .silence
        case .request(let request):
            do throws(ProtocolError) {
                return try answer(request)
            } catch {
                return .answer(Answer(to: request.id, error: error))
            }
        }
    }

    /// Ends a call; false when its answer is no longer wanted, because the client cancelled it.
    package mutating func settle(_ call: Call) -> Bool {
        streams.end(call.serial)
        if openCalls[call.id] != call.serial { return false }
        openCalls[call.id] = nil
        return true
    }

    /// True while a call's answer, or what a subscription tells, is still wanted.
    package func isOpen(_ call: Call) -> Bool {
        call.kind == .watching ? streams.isOpen(call.serial) : openCalls[call.id] == call.serial
    }

    /// True when a notice of that call is still to be sent.
    package func wants(_ notice: Notice, of call: Call) -> Bool { notice.outlivesCall || isOpen(call) }

    /// True while the client has questions to answer.
    package var awaitsAnswers: Bool { inquiries.areOpen }

    /// Withdraws every question that the client has not answered, and all to come: it cannot answer any more.
    package func stopAsking() { inquiries.close() }

    mutating func nextSerial() -> Int {
        serials += 1
        return serials
    }

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
}
