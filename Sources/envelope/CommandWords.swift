import JSON
import MCP
import Mail

/// Names the record, and the sandbox, in the commands that sentences give to a person: their shell has other settings
/// than the host, and would look into the default record for real mail.
///
/// The sentences are made by rooms that know no paths, with each command between backticks.
struct CommandWords: Sendable {
    /// ` --db /path --sandbox`; nil for real mail in the default record.
    private let flag: String?

    /// Those that take `--db` and `--sandbox`.
    private static let commands: Set<Substring> = [
        "accounts", "approve", "cancel", "deny", "doctor", "drain", "list", "mailbox", "prune", "retry",
        "sandbox", "send", "suppressions", "track", "webhooks",
    ]

    init(_ settings: Settings, _ environment: [String: String]) {
        let path = settings.database.map(SystemFile.absolute)
        let record = path == Folders(environment).database ? nil : path.map { " --db " + Self.quoted($0) }
        flag = settings.isSandbox ? (record ?? "") + " --sandbox" : record
    }

    /// As a shell reads it.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet) || (0x61...0x7A).contains(octet)
                || "/._-+,:@".utf8.contains(octet)
        }
        return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }

    func text(_ text: String) -> String { named(text) ?? text }

    /// The text with the record named in it; nil where there is no command to name it in.
    ///
    /// One pass over its octets: the answers of a busy server pass here.
    private func named(_ text: String) -> String? {
        guard let flag else { return nil }
        let octets = text.utf8
        var named = ""
        var done = octets.startIndex
        var rest = octets[...]
        while let start = rest.firstIndex(of: Self.quote) {
            let inside = octets.index(after: start)
            guard let end = octets[inside...].firstIndex(of: Self.quote) else { break }
            if Self.isCommand(octets[inside..<end]) {
                named += text[done..<end]
                named += flag
                done = end
            }
            rest = octets[octets.index(after: end)...]
        }
        return named.isEmpty ? nil : named + text[done...]
    }

    private static let quote = UInt8(ascii: "`")

    /// One of ours, that names neither yet.
    private static func isCommand(_ part: Substring.UTF8View) -> Bool {
        guard part.starts(with: "envelope ".utf8) else { return false }
        let words = part.split(separator: UInt8(ascii: " "))
        return words.count > 1 && commands.contains(Substring(words[1]))
            && !words.contains { $0.elementsEqual("--db".utf8) || $0.elementsEqual("--sandbox".utf8) }
    }

    func failure(_ failure: Failure) -> Failure {
        Failure(
            failure.code, text(failure.message), hint: text(failure.hint), retryable: failure.retryable,
            mayHaveBeenDelivered: failure.mayHaveBeenDelivered, field: failure.field, phase: failure.phase,
            smtp: failure.smtp, retryAfter: failure.retryAfter)
    }

    /// A result or a send, as the tools give it.
    func object(_ object: JSON.Object) -> JSON.Object {
        var object = object
        name(in: &object)
        return object
    }

    /// True when there was something to name it in.
    @discardableResult private func name(in object: inout JSON.Object) -> Bool {
        var isNamed = false
        if let step = object["next_step"]?.string, let named = named(step) {
            object["next_step"] = .string(named)
            isNamed = true
        }
        for name in ["message", "hint"] {
            guard var error = object["error"]?.object, let words = error[name]?.string,
                let named = named(words)
            else { continue }
            error[name] = .string(named)
            object["error"] = .object(error)
            isNamed = true
        }
        return isNamed
    }

    func tool(_ tool: Tool) -> Tool {
        if flag == nil { return tool }
        return Tool(
            definition: tool.definition,
            asking: { call in
                let outcome = await tool.run(call)
                guard case .result(let result) = outcome, var structured = result.structured,
                    name(in: &structured)
                else { return outcome }
                return .result(
                    ToolResult(structured: structured, links: result.links, isError: result.isError))
            })
    }
}
