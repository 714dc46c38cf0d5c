import JSON
import MCP
import Mail

/// Names the record in the commands that sentences give to a person: their shell has other settings than the host, and
/// would look into the default one.
///
/// The sentences are made by rooms that know no paths, with each command between backticks.
struct CommandWords: Sendable {
    /// ` --db /path`; nil for the default record.
    private let flag: String?

    /// Those that take `--db`.
    private static let commands: Set<Substring> = [
        "accounts", "approve", "cancel", "deny", "doctor", "drain", "list", "mailbox", "prune", "retry",
        "sandbox", "send", "suppressions", "track", "webhooks",
    ]

    init(_ settings: Settings, _ environment: [String: String]) {
        let path = settings.database.map(SystemFile.absolute)
        flag = path == Folders(environment).database ? nil : path.map { " --db " + Self.quoted($0) }
    }

    /// As a shell reads it.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || "/._-+,:@".utf8.contains(octet)
        }
        return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }

    func text(_ text: String) -> String {
        guard let flag, text.contains("`envelope ") else { return text }
        // Outside and inside of backticks take turns.
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            let words = part.split(separator: " ")
            let isCommand =
                index % 2 == 1 && index < parts.count - 1 && words.count > 1 && words[0] == "envelope"
                && Self.commands.contains(words[1])
            return isCommand && !words.contains("--db") ? part + flag : String(part)
        }.joined(separator: "`")
    }

    func failure(_ failure: Failure) -> Failure {
        Failure(
            failure.code, text(failure.message), hint: text(failure.hint), retryable: failure.retryable,
            mayHaveBeenDelivered: failure.mayHaveBeenDelivered, field: failure.field, phase: failure.phase,
            smtp: failure.smtp, retryAfter: failure.retryAfter)
    }

    /// A result or a send, as the tools give it.
    func object(_ object: JSON.Object) -> JSON.Object {
        if flag == nil { return object }
        var object = object
        if let step = object["next_step"]?.string { object["next_step"] = .string(text(step)) }
        if var error = object["error"]?.object {
            for name in ["message", "hint"] {
                if let words = error[name]?.string { error[name] = .string(text(words)) }
            }
            object["error"] = .object(error)
        }
        return object
    }

    func tool(_ tool: Tool) -> Tool {
        if flag == nil { return tool }
        return Tool(
            definition: tool.definition,
            asking: { call in
                let outcome = await tool.run(call)
                guard case .result(let result) = outcome, let structured = result.structured else {
                    return outcome
                }
                let named = object(structured)
                if named == structured { return outcome }
                return .result(
                    ToolResult(structured: named, links: result.links, isError: result.isError))
            })
    }
}
