import JSON
import MCP
import Tools

/// `POST /send`: the tool `send_email`, its arguments from the body, and for two of them from elsewhere too.
struct SendRoute: Sendable {
    let tool: Tool

    /// Octets of a body that is read beside the thread on which others are answered.
    private static let long = 65_536

    func send(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        if request.body.count <= Self.long { return try await answer(request) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            () async throws(Refused) in try await answer(request)
        }
    }

    private func answer(_ request: WebRequest) async throws(Refused) -> HTTPReply {
        let arguments = try arguments(request)
        let call = ToolCall(name: tool.name, arguments: arguments)
        let result =
            arguments["wait_seconds"] == 0
            ? await tool.call(call) : await request.waiting.whileThere { await tool.call(call) }
        if result.isError { throw Refused(Problem(result)) }
        let status = result.httpStatus
        var fields: HTTPFields = [:]
        if status == 202, let id = result.structured?["id"]?.string {
            fields.append("Location", "/track/\(id)")
        }
        return .result(result, status: status, pretty: request.wantsPretty, fields: fields)
    }

    private func arguments(_ request: WebRequest) throws(Refused) -> JSON.Object {
        let json: JSON
        do {
            json = try JSON(parsing: request.body)
        } catch {
            throw Refused(
                400, "The body is not JSON: \(error.description).",
                hint: "Send one JSON object; /schemas/send_email says what may be in it.")
        }
        guard var arguments = json.object else {
            throw Refused(
                400, "The body must be a JSON object.",
                hint: "Send the arguments as one object; /schemas/send_email says what may be in it.")
        }
        if let from = arguments["from_email"] {
            arguments["from_email"] = nil
            if !from.isNull { try arguments.take(from, as: "from", givenBy: "from_email") }
        }
        let keys = request.fields.values(of: "Idempotency-Key")
        if keys.count > 1 {
            throw Refused(
                422, "`Idempotency-Key` stands twice.", hint: "Send it once.", field: "Idempotency-Key")
        }
        if let key = keys.first {
            try arguments.take(.string(Self.unquoted(key)), as: "idempotency_key", givenBy: "Idempotency-Key")
        }
        if let wait = request.query("wait_seconds") {
            try arguments.take(Self.number(wait), as: "wait_seconds", givenBy: "wait_seconds")
        }
        return arguments
    }

    /// A string of RFC 9651 §3.3.3, as the draft of the field has it, or the bare key that most clients send.
    static func unquoted(_ key: String) -> String {
        guard key.utf8.count >= 2, key.hasPrefix("\""), key.hasSuffix("\"") else { return key }
        var text = ""
        var isEscaped = false
        for character in key.dropFirst().dropLast() {
            if !isEscaped, character == "\"" { return key }
            isEscaped = !isEscaped && character == "\\"
            if !isEscaped { text.append(character) }
        }
        return isEscaped ? key : text
    }

    /// As a number where it is one, so that it equals the same number in the body.
    static func number(_ text: String) -> JSON {
        guard let parsed = try? JSON(parsing: text), parsed.number != nil else { return .string(text) }
        return parsed
    }
}

extension JSON.Object {
    /// An argument that came beside the body.
    ///
    /// - Throws: 422 when the body says otherwise.
    fileprivate mutating func take(_ value: JSON, as name: String, givenBy source: String) throws(Refused) {
        if let own = self[name], !own.isNull, own != value {
            throw Refused(
                422, "`\(source)` and `\(name)` are both given and differ.", hint: "Give one of them.",
                field: source)
        }
        self[name] = value
    }
}
