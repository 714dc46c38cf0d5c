import JSON
import Logging
import MCP
import Mail
import Sending
import Store
import TestPeers

@testable import Tools

/// All tools over a real record and a scripted transport.
struct Counter: Sendable {
    let tools: [Tool]
    let resources: Resources
    let prompts: [Prompt]
    let transport: ScriptedTransport
    let clock: ManualClock

    init(
        _ acts: [ScriptedTransport.Act], folder: String, kind: AccountRecord.Kind = .smtp,
        approval: ApprovalPolicy = .none, rails: GuardRails = .none
    ) throws {
        let sender = try Mailbox(parsing: "Me <me@example.com>")
        let transport = ScriptedTransport(acts)
        let record = AccountRecord(
            id: "env-1", name: "me", kind: kind, server: "smtps://mail.example.com:465", username: "me",
            sender: sender.address)
        let path = folder + "/envelope.db"
        let clock = ManualClock()
        let service = SendingService(
            accounts: [
                Account(
                    record: record, sender: sender, transport: transport, schedule: .standard, rails: rails)
            ],
            door: StoreDoor(open: { try Store.open(at: path) }, exists: { true }),
            approval: approval, roots: AttachmentRoots(folders: [folder + "/files"], limit: 1_000),
            surroundings: Surroundings(
                now: { clock.now }, uptime: { clock.uptime }, sleep: { try await clock.sleep($0) },
                random: { UInt64.random(in: .min ... .max) },
                machine: Surroundings.Machine(host: "test", bootID: "boot", pid: 1)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        self.transport = transport
        self.clock = clock
        self.tools = try MailTools.all(MailTools.names) { .success(service) }
        self.resources = SendResources.all { .success(service) }
        self.prompts = MailPrompts.all { .success(service) }
    }

    /// One round of a call.
    func run(_ call: ToolCall) async throws -> ToolOutcome {
        guard let tool = tools.first(where: { $0.name == call.name }) else { throw NoSuchTool() }
        return await tool.run(call)
    }

    func page(_ cursor: String? = nil) async throws -> (resources: [JSON.Object], next: String?) {
        try await resources.list(cursor)
    }

    func read(_ uri: String) async throws -> JSON.Object? { try await resources.read(uri)?.first }

    func prompt(_ name: String, _ arguments: [String: String]) async throws -> [JSON] {
        guard let prompt = prompts.first(where: { $0.name == name }) else { throw NoSuchTool() }
        switch try await prompt.get(PromptCall(name: name, arguments: arguments)) {
        case .messages(let messages, _): return messages
        case .ask: return []
        }
    }

    func call(_ name: String, _ arguments: JSON.Object) async throws -> ToolResult {
        guard let tool = tools.first(where: { $0.name == name }) else { throw NoSuchTool() }
        let result = await tool.call(ToolCall(name: name, arguments: arguments))
        // What a tool returns keeps the promise of its own schema, errors too: some clients check those as well.
        if let structured = result.structured {
            let schema = try Schema(tool.definition["outputSchema"] ?? false)
            let violations = schema.validate(.object(structured))
            if !violations.isEmpty { throw BrokenPromise(violations: violations.map(\.message)) }
        }
        return result
    }

    struct NoSuchTool: Error {}
    struct BrokenPromise: Error { let violations: [String] }
}

/// Lends the tools with a record in a folder of its own.
func withCounter<Result>(
    _ acts: [ScriptedTransport.Act] = [], kind: AccountRecord.Kind = .smtp,
    approval: ApprovalPolicy = .none, rails: GuardRails = .none,
    _ body: (Counter, _ folder: String) async throws -> Result
) async throws -> Result {
    try await withTemporaryFolder { folder in
        try await body(Counter(acts, folder: folder, kind: kind, approval: approval, rails: rails), folder)
    }
}

extension ToolResult {
    subscript(path: String...) -> JSON? {
        var value = structured.map(JSON.object)
        for name in path { value = Int(name).flatMap { value?[$0] } ?? value?[name] }
        return value
    }
}
