import JSON
import Testing

@testable import MCP

/// What a message of a binding has to be by the schema of its revision.
enum SchemaReading {
    /// Fails the test when the message does not validate.
    ///
    /// - Parameter method: of the request that it answers.
    static func check(_ message: JSON, in revision: Revision, answering method: String?) async {
        let definition = definition(of: message, answering: method)
        let fault = await SchemaJudge.shared.fault(in: message, readings: [(revision, definition)])
        if let fault { Issue.record("\(message) is no \(definition) of \(revision.rawValue): \(fault)") }
    }

    static func definition(of message: JSON, answering method: String?) -> String {
        if message.array != nil { return "JSONRPCBatchResponse" }
        if let own = message["method"]?.string { return definitions[own] ?? "unknown \(own)" }
        if let error = message["error"] { return errors[error["code"]?.integer ?? 0] ?? "error" }
        if message["result"]?["resultType"] == "input_required" { return "InputRequiredResult" }
        return definitions[method ?? ""] ?? "EmptyResult"
    }

    private static let errors: [Int64: String] = [
        -32020: "HeaderMismatchError", -32021: "MissingRequiredClientCapabilityError",
        -32022: "UnsupportedProtocolVersionError",
    ]

    private static let definitions = [
        "initialize": "InitializeResult", "server/discover": "DiscoverResult",
        "tools/list": "ListToolsResult",
        "tools/call": "CallToolResult", "resources/list": "ListResourcesResult",
        "resources/read": "ReadResourceResult", "resources/templates/list": "ListResourceTemplatesResult",
        "prompts/list": "ListPromptsResult", "prompts/get": "GetPromptResult",
        "completion/complete": "CompleteResult", "subscriptions/listen": "SubscriptionsListenResult",
        "elicitation/create": "ElicitRequest", "notifications/progress": "ProgressNotification",
        "notifications/cancelled": "CancelledNotification",
        "notifications/message": "LoggingMessageNotification",
        "notifications/resources/updated": "ResourceUpdatedNotification",
        "notifications/subscriptions/acknowledged": "SubscriptionsAcknowledgedNotification",
    ]
}
