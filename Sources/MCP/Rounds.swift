import JSON

/// One request and the questions that its handler asks before it has a result. The handler is the same for both eras:
/// a modern client gets the questions as a result and comes back with the answers in a new request, a legacy client is
/// asked while its request waits.
struct Rounds {
    /// How one run of the handler ends.
    enum Step: Sendable {
        case done(Call.Output)
        case ask(Questions)
    }

    typealias Handler = (_ answers: [String: JSON.Object], _ state: JSON?) async throws(ProtocolError) -> Step

    let context: CallContext
    let method: String
    let name: String
    let arguments: CallArguments
    /// `inputResponses` and `requestState` of a modern request.
    let responses: JSON.Object
    let token: String?
    let notify: Notice.Carrier

    private static let cancelled: JSON.Object = ["action": "cancel"]

    func run(_ handler: Handler) async throws(ProtocolError) -> Call.Output {
        var (answers, state, round) = try opening()
        while true {
            let questions: Questions
            switch try await handler(answers, state) {
            case .done(let output): return output
            case .ask(let asked): questions = asked
            }
            round += 1
            if round > context.options.rounds { throw .internal("The request asked too often.") }
            let possible = questions.requests.filter { parameters(of: $0.request) != nil }
            if context.revision.isModern, let seal = context.catalogue.seal,
                !possible.isEmpty || (questions.requests.isEmpty && questions.state != nil)
            {
                return Call.Output(json: inputRequired(possible, questions, round: round, seal: seal))
            }
            answers = await ask(possible)
            for (key, _) in questions.requests where answers[key] == nil { answers[key] = Self.cancelled }
            state = questions.state
        }
    }

    /// Nil for what this client cannot be asked.
    private func parameters(of request: InputRequest) -> JSON.Object? {
        context.client.can(request.capability) ? context.revision.question(request) : nil
    }

    // MARK: - Modern

    private func inputRequired(
        _ possible: [(key: String, request: InputRequest)], _ questions: Questions, round: Int,
        seal: StateSeal
    ) -> JSON {
        var requests: JSON.Object = [:]
        for (key, request) in possible {
            var json: JSON.Object = ["method": .string(request.method)]
            if !request.params.isEmpty { json["params"] = .object(request.params) }
            requests[key] = .object(json)
        }
        let asked = questions.requests.map { ($0.key, JSON.string($0.request.capability)) }
        var payload: JSON.Object = [
            "v": 1, "m": .string(method), "n": .string(name), "a": .string(digest(seal)),
            "p": .string(context.options.principal), "o": .string(String(seal.random(), radix: 36)),
            "e": .integer(seal.now() + context.options.stateTime), "r": .integer(Int64(round)),
            "k": .object(JSON.Object(asked)),
        ]
        payload["s"] = questions.state
        var result = context.revision.result([:], by: context.serverInfo)
        result["resultType"] = "input_required"
        if !requests.isEmpty { result["inputRequests"] = .object(requests) }
        result["requestState"] = .string(seal.close(payload))
        return .object(result)
    }

    /// What the client brought back from the round before; nothing in the first one.
    private func opening() throws(ProtocolError) -> (answers: [String: JSON.Object], state: JSON?, round: Int)
    {
        guard context.revision.isModern, let token else { return ([:], nil, 0) }
        guard let seal = context.catalogue.seal, let payload = seal.open(token), payload["v"] == 1,
            payload["m"] == .string(method), payload["n"] == .string(name),
            payload["p"] == .string(context.options.principal), payload["a"] == .string(digest(seal)),
            let end = payload["e"]?.integer, seal.now() < end, let round = payload["r"]?.integer,
            let asked = payload["k"]?.object
        else { throw .invalidParams("`requestState` is not one that this request may bring.") }
        var answers: [String: JSON.Object] = [:]
        for (key, capability) in asked {
            let capability = capability.string ?? ""
            if !context.client.can(capability) {
                answers[key] = Self.cancelled
            } else if let answer = responses[key]?.object, Self.isAnswer(answer, to: capability) {
                answers[key] = answer
            }
        }
        return (answers, payload["s"], Int(clamping: round))
    }

    private func digest(_ seal: StateSeal) -> String {
        Base64URL.text(ArgumentsDigest.of(arguments.object, sign: seal.sign))
    }

    // MARK: - Legacy

    private func ask(_ requests: [(key: String, request: InputRequest)]) async -> [String: JSON.Object] {
        await withTaskGroup(of: (String, JSON.Object).self) { group in
            for (key, request) in requests {
                guard let params = parameters(of: request) else { continue }
                group.addTask {
                    let answer = await context.inquiries.ask(
                        request.method, params, within: context.options.answerTime,
                        clock: context.options.clock,
                        notify: notify)
                    guard let answer = answer?.object, Self.isAnswer(answer, to: request.capability) else {
                        return (key, Self.cancelled)
                    }
                    return (key, answer)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// True when it has the members that the kind of question calls for.
    private static func isAnswer(_ answer: JSON.Object, to capability: String) -> Bool {
        switch capability {
        case "sampling": answer["role"]?.string != nil && answer["content"] != nil
        case "roots": answer["roots"]?.array != nil
        default:
            ["accept", "decline", "cancel"].contains(answer["action"])
                && (answer["content"] == nil || answer["content"]?.object != nil)
        }
    }
}
