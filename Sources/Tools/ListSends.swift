import JSON
import MCP
import Mail
import Sending
import Store

/// The tool `list_sends`: the recorded sends in pages, newest first.
struct ListSends: Sendable {
    let definition: Definition
    let service: ServiceSource

    func run(_ given: JSON.Object) async -> ToolResult {
        do throws(Failure) {
            let arguments = try Arguments(given, checkedBy: definition.input)
            let filter = try SendFilter(arguments)
            let position = try arguments.string("cursor").map { text throws(Failure) in
                try Cursor(text, for: filter).position
            }
            let page = try await service().get().list(
                filter, limit: arguments.integer("limit") ?? 50, after: position)
            var result: JSON.Object = ["sends": .array(page.sends.map { .object(.summary($0)) })]
            result["next_cursor"] = page.next.map { .string(Cursor($0, for: filter).text) }
            return ToolResult(structured: result)
        } catch {
            return .failure(error)
        }
    }
}

extension SendFilter {
    init(_ arguments: Arguments) throws(Failure) {
        self.init()
        status = arguments.string("status").flatMap(SendStatus.init(rawValue:))
        state = arguments.string("state").flatMap(SendState.init(rawValue:))
        account = arguments.string("account")
        from = try arguments.parsed("from", Address.init(parsing:))
        to = try arguments.parsed("to", Address.init(parsing:))
        query = arguments.string("query")
        tag = arguments.string("tag")
        since = try Self.time("since", arguments)
        until = try Self.time("until", arguments)
    }

    private static func time(_ name: String, _ arguments: Arguments) throws(Failure) -> Timestamp? {
        guard let text = arguments.string(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw Failure(
                .invalidRequest,
                "`\(name)` is not an RFC 3339 time with an offset: \(text.prefix(40).debugDescription).",
                hint: "Write it like 2026-01-31T09:00:00Z or 2026-01-31T09:00:00+02:00.", field: name)
        }
        return time
    }
}
