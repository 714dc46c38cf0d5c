import JSON

extension Session {
    mutating func getPrompt(_ request: Request, _ client: Client) throws(ProtocolError) -> Reaction {
        let name = try request.string("name")
        guard let prompt = rendered.catalogue.prompt(named: name) else {
            throw .invalidParams("Unknown prompt: \(name.shownInMessage)")
        }
        let given = try request.object("arguments")
        let arguments = try Self.texts(given)
        for argument in prompt.definition["arguments"]?.array ?? [] where argument["required"] == true {
            if let name = argument["name"]?.string, arguments[name] == nil {
                throw .invalidParams("The argument \(name.shownInMessage) is missing.")
            }
        }
        let (responses, token) = try broughtBack(by: request)
        let call = try open(request, client, name: prompt.name) {
            context, notify async throws(ProtocolError) in
            let rounds = Rounds(
                context: context, method: "prompts/get", name: prompt.name, arguments: CallArguments(given),
                responses: responses, token: token, notify: notify)
            return try await rounds.run { answers, state async throws(ProtocolError) in
                let call = PromptCall(
                    name: prompt.name, arguments: arguments, client: context.client, answers: answers,
                    state: state, trace: context.trace, principal: context.options.principal)
                switch try await prompt.get(call) {
                case .ask(let questions): return .ask(questions)
                case .messages(let messages, let description):
                    var result: JSON.Object = [:]
                    result["description"] = description.map(JSON.string)
                    result["messages"] = .array(messages.compactMap(context.revision.promptMessage))
                    return .done(Call.Output(json: context.result(result)))
                }
            }
        }
        return .call(call)
    }

    /// What can be completed is looked up by kind, and what nobody completes has no suggestions.
    mutating func complete(_ request: Request, _ client: Client) throws(ProtocolError) -> Reaction {
        let reference = try request.object("ref")
        let argument = try request.object("argument")
        guard let name = argument["name"]?.string, let value = argument["value"]?.string else {
            throw .invalidParams("`argument` must have a `name` and a `value`.")
        }
        let context = try Self.texts(request.object("context")["arguments"]?.object ?? [:])
        let suggest: @Sendable () async -> Completion?
        switch reference["type"] {
        case "ref/prompt":
            guard let prompt = rendered.catalogue.prompt(named: reference["name"]?.string ?? "") else {
                throw .invalidParams("`ref` names no prompt.")
            }
            suggest = { await prompt.complete?(name, value, context) }
        case "ref/resource":
            guard let template = reference["uri"], let resources = rendered.catalogue.resources,
                resources.templates.contains(where: { $0["uriTemplate"] == template })
            else { throw .invalidParams("`ref` names no resource template.") }
            suggest = { await resources.complete?(template.string ?? "", name, value, context) }
        default: throw .invalidParams("`ref` must be a `ref/prompt` or a `ref/resource`.")
        }
        let call = try open(request, client) { context, _ async throws(ProtocolError) in
            let completion = await suggest() ?? Completion(values: [])
            return Call.Output(json: context.result(["completion": completion.json]))
        }
        return .call(call)
    }

    private static func texts(_ object: JSON.Object) throws(ProtocolError) -> [String: String] {
        var texts: [String: String] = [:]
        for member in object {
            guard let text = member.value.string else {
                throw .invalidParams("Each of `arguments` must be a string.")
            }
            texts[member.key] = text
        }
        return texts
    }
}

extension Completion {
    /// `completion` of a `CompleteResult`.
    fileprivate var json: JSON {
        var json: JSON.Object = ["values": .array(values.prefix(100).map(JSON.string))]
        json["total"] = total.map { .integer(Int64($0)) }
        if let hasMore {
            json["hasMore"] = .bool(hasMore)
        } else if values.count > 100 {
            json["hasMore"] = true
        }
        return .object(json)
    }
}

extension Revision {
    /// A `PromptMessage`; nil when its content is of a kind that this revision does not have.
    fileprivate func promptMessage(_ message: JSON) -> JSON? {
        guard var members = message.object, let content = members["content"] else { return message }
        guard let block = block(content) else { return nil }
        members["content"] = block
        return .object(members)
    }
}
