import JSON
import Synchronization
import Testing

@testable import MCP

/// What a client has sent so far, from which follows what each message of the server must be by the protocol's schema.
final class Transcript: Sendable {
    private struct State {
        /// Every method that a request with that id had; an id can be used again while it is taken.
        var methods: [JSON: Set<String>] = [:]
        var revisions: Set<Revision> = []
        var lines = LineSplitter(limit: .max)

        mutating func note(_ message: JSON) {
            guard let id = message["id"], let method = message["method"]?.string else { return }
            let params = message["params"]
            methods[id, default: []].insert(method)
            if params?["_meta"]?[Meta.protocolVersion] != nil {
                revisions.insert(.july2026)
            } else if method == "initialize" {
                let asked = params?["protocolVersion"]?.string ?? ""
                revisions.insert(Revision.legacy.first { $0.rawValue == asked } ?? .latestLegacy)
            } else if revisions.allSatisfy(\.isModern) {
                revisions.insert(.latestLegacy)
            }
        }
    }

    private let state = Mutex(State())

    /// Takes what the client writes, cut wherever.
    func note(_ bytes: [UInt8], atEnd end: Bool = false) {
        state.withLock { state in
            state.lines.append(bytes[...])
            while case .line(let line) = state.lines.next(atEnd: end) {
                guard let json = try? JSON(parsing: line) else { continue }
                for message in json.array ?? [json] { state.note(message) }
            }
        }
    }

    /// Fails the test when no reading of the message fits the schema.
    func check(_ message: JSON) async {
        let readings = readings(of: message)
        if let fault = await SchemaJudge.shared.fault(in: message, readings: readings) {
            Issue.record("\(message) fits nothing of \(readings): \(fault)")
        }
    }

    private func readings(of message: JSON) -> [(Revision, String)] {
        let state = state.withLock { $0 }
        let revisions = state.revisions.isEmpty ? [.latestLegacy] : state.revisions.sorted()
        return revisions.flatMap { revision in
            definitions(of: message, state.methods).map { (revision, $0) }
        }
    }

    private func definitions(of message: JSON, _ methods: [JSON: Set<String>]) -> [String] {
        if message.array != nil { return ["JSONRPCBatchResponse"] }
        if let method = message["method"]?.string { return [Self.definitions[method] ?? method] }
        if message["error"] != nil { return ["error"] }
        if message["result"]?["resultType"] == "input_required" { return ["InputRequiredResult"] }
        return (methods[message["id"] ?? .null] ?? []).map { Self.definitions[$0] ?? $0 }
    }

    private static let definitions = [
        "initialize": "InitializeResult", "ping": "EmptyResult", "server/discover": "DiscoverResult",
        "tools/list": "ListToolsResult", "tools/call": "CallToolResult", "prompts/list": "ListPromptsResult",
        "prompts/get": "GetPromptResult", "resources/list": "ListResourcesResult",
        "resources/templates/list": "ListResourceTemplatesResult", "resources/read": "ReadResourceResult",
        "resources/subscribe": "EmptyResult", "resources/unsubscribe": "EmptyResult",
        "logging/setLevel": "EmptyResult", "completion/complete": "CompleteResult",
        "subscriptions/listen": "SubscriptionsListenResult", "elicitation/create": "ElicitRequest",
        "sampling/createMessage": "CreateMessageRequest", "roots/list": "ListRootsRequest",
        "notifications/progress": "ProgressNotification", "notifications/cancelled": "CancelledNotification",
        "notifications/message": "LoggingMessageNotification",
        "notifications/resources/updated": "ResourceUpdatedNotification",
        "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
    ]
}
