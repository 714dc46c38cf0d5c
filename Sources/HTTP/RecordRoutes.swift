import JSON
import MCP
import Tools

/// `GET /track/{id}`, `GET /sends` and `POST /sends/{id}/cancel`: the tools `track_send`, `list_sends` and `cancel_send`,
/// their arguments from path and query.
struct RecordRoutes: Sendable {
    let tool: Tool
    let operations: Operations
    private let known = AnswerCache()

    init(_ tool: Tool, _ operations: Operations) {
        self.tool = tool
        self.operations = operations
    }

    /// The names that the query may have: those of the tool's arguments.
    var parameters: [String] { tool.definition["inputSchema"]?["properties"]?.object?.names ?? [] }

    func track(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        var arguments: JSON.Object = ["id": .string(request.path[1])]
        let pretty = request.wantsPretty
        if request.target.query.isEmpty {
            let call = ToolCall(name: tool.name, arguments: arguments)
            let key = (pretty ? "pretty " : "plain ") + request.path[1]
            return try await known.answer(key, at: operations.mark()) { () async throws(Refused) in
                try HTTPReply.answer(await tool.call(call), pretty)
            }
        }
        if let wait = request.query("wait_seconds") { arguments["wait_seconds"] = .string(wait) }
        let call = ToolCall(name: tool.name, arguments: arguments)
        return try .answer(await request.waiting.whileThere { await tool.call(call) }, pretty)
    }

    func cancel(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        let call = ToolCall(name: tool.name, arguments: ["id": .string(request.path[1])])
        return try .answer(
            await request.waiting.whileThere { await tool.call(call) }, request.wantsPretty)
    }

    func list(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        let query = request.target.query
        let call = ToolCall(
            name: tool.name, arguments: JSON.Object(query.map { ($0.name, .string($0.value)) }))
        // It may read long: not on the thread that others are answered on.
        let result = await Task(executorPreference: globalConcurrentExecutor) { await tool.call(call) }.value
        if result.isError { throw Refused(Problem(result)) }
        var fields: HTTPFields = [:]
        if let cursor = result.structured?["next_cursor"]?.string {
            let pairs =
                query.filter { $0.name != "cursor" } + [Target.Parameter(name: "cursor", value: cursor)]
            let text = pairs.map { "\(Target.encoded($0.name))=\(Target.encoded($0.value))" }
            fields.append("Link", "</sends?\(text.joined(separator: "&"))>; rel=\"next\"")
        }
        return .result(result, pretty: request.wantsPretty, fields: fields)
    }
}

extension HTTPReply {
    fileprivate static func answer(_ result: ToolResult, _ pretty: Bool) throws(Refused) -> HTTPReply {
        if result.isError { throw Refused(Problem(result)) }
        return .result(result, pretty: pretty)
    }
}
