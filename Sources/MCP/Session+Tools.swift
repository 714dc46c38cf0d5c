import JSON

extension Session {
    mutating func callTool(_ request: Request, _ client: Client) throws(ProtocolError) -> Reaction {
        let name = try request.string("name")
        let arguments = CallArguments(try request.object("arguments"))
        guard let tool = rendered.catalogue.tool(named: name) else {
            throw .invalidParams("Unknown tool: \(name.shownInMessage)")
        }
        let (responses, token) = try broughtBack(by: request)
        let call = try open(request, client, name: tool.name, isLookUp: tool.isReadOnly) {
            context, notify async throws(ProtocolError) in
            let progress = context.progressToken.map {
                Progress(token: $0, revision: context.revision, notify: notify)
            }
            let log = context.log(notify)
            let rounds = Rounds(
                context: context, method: "tools/call", name: tool.name, arguments: arguments,
                responses: responses, token: token, notify: notify)
            return try await rounds.run { answers, state async throws(ProtocolError) in
                let call = ToolCall(
                    name: tool.name, arguments: arguments, progress: progress?.report, client: context.client,
                    answers: answers, state: state, trace: context.trace,
                    principal: context.options.principal,
                    log: log)
                switch await tool.run(call) {
                case .result(let result):
                    return .done(
                        Call.Output(
                            json: context.result(result.members(for: context.revision)),
                            isError: result.isError))
                case .ask(let questions): return .ask(questions)
                case .refused(let error): throw error
                }
            }
        }
        return .call(call)
    }

    /// `inputResponses` and `requestState`, which a modern request brings back from the round before.
    func broughtBack(by request: Request) throws(ProtocolError) -> (responses: JSON.Object, token: String?) {
        guard request.isModern else { return ([:], nil) }
        let responses = try request.object("inputResponses")
        switch try request.params()["requestState"] {
        case nil, .null: return (responses, nil)
        case .string(let token): return (responses, token)
        default: throw .invalidParams("`requestState` must be a string.")
        }
    }
}

extension ToolResult {
    /// The members of `CallToolResult` that are the tool's, as that revision has them.
    func members(for revision: Revision) -> JSON.Object {
        var result: JSON.Object = ["content": .array((content + links).compactMap(revision.block))]
        if revision >= .june2025, let structured { result["structuredContent"] = .object(structured) }
        if isError { result["isError"] = true }
        return result
    }
}
