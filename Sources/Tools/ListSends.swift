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
            let service = try await service().get()
            try await Self.check(filter.account, service)
            if let position, try !service.holds(position) { throw Cursor.unknown }
            let page = try await service.list(
                filter, limit: arguments.integer("limit") ?? 50, after: position)
            var result: JSON.Object = ["sends": .array(page.sends.map { .object(.summary($0)) })]
            result["next_cursor"] = page.next.map { .string(Cursor($0, for: filter).text) }
            return ToolResult(structured: result)
        } catch {
            return .failure(error)
        }
    }

    /// An empty list would say that nothing was sent.
    private static func check(_ account: String?, _ service: SendingService) async throws(Failure) {
        guard let account, try await !service.knows(account: account) else { return }
        let names = service.accounts.map(\.record.name).joined(separator: ", ")
        throw Failure(
            .unknownAccount, "There is no account named \(account.prefix(320).debugDescription).",
            hint: names.isEmpty ? "Leave `account` out." : "Use one of: \(names); or leave `account` out.",
            field: "account")
    }
}

extension SendFilter {
    init(_ arguments: Arguments) throws(Failure) {
        self.init()
        status = arguments.string("status").flatMap(SendStatus.init(rawValue:))
        state = arguments.string("state").flatMap(SendState.init(rawValue:))
        account = arguments.string("account")
        from = try Self.address("from", arguments)
        to = try Self.address("to", arguments)
        query = arguments.string("query")
        tag = arguments.string("tag")
        since = try arguments.parsed("since", Timestamp.init(parsing:))
        until = try arguments.parsed("until", Timestamp.init(parsing:))
    }

    /// As it stands in a result too, with a name.
    private static func address(_ name: String, _ arguments: Arguments) throws(Failure) -> Address? {
        do {
            return try arguments.parsed(name, Mailbox.init(parsing:))?.address
        } catch {
            throw Failure(
                error.code, error.message,
                hint: "Give one address, as in ada@example.com; call once for each.", field: error.field)
        }
    }
}
