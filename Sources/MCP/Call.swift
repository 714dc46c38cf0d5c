import JSON
import Synchronization

/// A tool call that has been understood and waits to be run.
package struct Call: Sendable {
    package let id: RequestID
    /// Different for every call of a session, unlike the id, which a client may use again.
    package let serial: Int
    let tool: Tool
    let arguments: JSON.Object
    let progressToken: JSON?
    let revision: Revision
    let serverInfo: JSON

    /// Runs the tool. `notify` takes each progress notification, as the bytes of one line.
    package func run(notify: @escaping @Sendable ([UInt8]) -> Void) async -> Answer {
        let progress = progressToken.map { Progress(token: $0, revision: revision, notify: notify) }
        let call = ToolCall(name: tool.name, arguments: arguments, progress: progress?.report)
        let result = await tool.call(call)
        return Answer(to: id, result: result.json(for: revision, serverInfo: serverInfo))
    }
}

/// The progress of one call, which must grow with each notification; what does not grow is left out.
private final class Progress: Sendable {
    private let token: JSON
    private let revision: Revision
    private let notify: @Sendable ([UInt8]) -> Void
    private let last = Mutex(-Double.infinity)

    init(token: JSON, revision: Revision, notify: @escaping @Sendable ([UInt8]) -> Void) {
        self.token = token
        self.revision = revision
        self.notify = notify
    }

    @Sendable func report(_ progress: Double, of total: Double?, message: String?) {
        let grows = last.withLock { last in
            if progress <= last || !progress.isFinite { return false }
            last = progress
            return true
        }
        if !grows { return }
        var params: JSON.Object = ["progressToken": token, "progress": .number(progress)]
        if let total, total.isFinite { params["total"] = .number(total) }
        if revision >= .march2025, let message { params["message"] = .string(message) }
        let notification: JSON = [
            "jsonrpc": "2.0", "method": "notifications/progress", "params": .object(params),
        ]
        notify(notification.bytes)
    }
}
