import JSON
import MCP
import Synchronization

/// A tool whose calls the test watches begin and lets end, one by one.
final class Gate: Sendable {
    /// The `name` argument of each call, as it begins.
    let began: AsyncStream<String>
    private let begins: AsyncStream<String>.Continuation
    private let waiting = Mutex<[String: CheckedContinuation<Void, Never>]>([:])

    init() {
        (began, begins) = AsyncStream.makeStream()
    }

    /// Ends when opened, and says `opened`; when cancelled, and says `cancelled`, unless it heeds nothing.
    func tool(heedsCancellation: Bool = true) -> Tool {
        Tools.tool("wait") { [self] call in
            let name = call.arguments["name"]?.string ?? ""
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    waiting.withLock { $0[name] = continuation }
                    begins.yield(name)
                    if heedsCancellation, Task.isCancelled { open(name) }
                }
            } onCancel: {
                if heedsCancellation { open(name) }
            }
            return ToolResult(text: Task.isCancelled ? "cancelled" : "opened")
        }
    }

    func open(_ name: String) {
        waiting.withLock { $0.removeValue(forKey: name) }?.resume()
    }

    func nextBegun() async -> String? {
        for await name in began { return name }
        return nil
    }
}
