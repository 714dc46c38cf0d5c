import JSON
import MCP
import Mail
import Sending
import Store

/// The tool `cancel_send`, off unless the settings name it: stops a send that is not at the final dot.
struct CancelSend: Sendable {
    let definition: Definition
    let service: ServiceSource

    func run(_ given: JSON.Object) async -> ToolResult {
        do throws(Failure) {
            let arguments = try Arguments(given, checkedBy: definition.input)
            let id = try arguments.sendID()
            let history = try await service().get().cancel(id, wait: .seconds(4))
            return ToolResult(structured: .send(history.send))
        } catch {
            return .failure(error)
        }
    }
}
