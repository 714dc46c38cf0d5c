import JSON
import MCP
import Mail
import Sending
import Store

/// The tool `send_email`: steps 2 to 6 of the way of one message.
struct SendEmail: Sendable {
    let definition: Definition
    let service: ServiceSource

    func run(_ given: JSON.Object) async -> ToolResult {
        do throws(Failure) {
            let arguments = try Arguments(given, checkedBy: definition.input)
            let request = try SendRequest(arguments)
            let service = try await service().get()
            if arguments.flag("dry_run") {
                return ToolResult(structured: .preview(try service.preview(request)))
            }
            let wait = arguments.duration("wait_seconds", default: 4)
            let answer = try await service.send(request, wait: wait)
            var report = JSON.Object.send(answer.history.send)
            if answer.isDeduplicated { report["deduplicated"] = true }
            return ToolResult(structured: report, isError: answer.history.send.status == .failed)
        } catch {
            return .failure(error)
        }
    }
}
