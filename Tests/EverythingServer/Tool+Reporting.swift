import JSON
import MCP

extension Tool {
    /// Tools that tell of themselves while they run. The suite wants the pauses: what comes all at once would not show
    /// that a client hears of it in time.
    static let reporting: [Tool] = [
        Tool(definition: definition("test_tool_with_progress", "Reports its progress, if asked to.")) {
            call in
            for step in [0.0, 50, 100] {
                if step > 0 { await pause() }
                call.progress?(step, 100, "Completed step \(Int(step)) of 100")
            }
            return ToolResult(
                text: call.progress == nil ? "Nobody asked for progress." : "Progress reported.")
        },
        Tool(definition: definition("test_tool_with_logging", "Logs three messages.")) { call in
            call.log(.info, "Tool execution started")
            await pause()
            call.log(.info, "Tool processing data")
            await pause()
            call.log(.info, "Tool execution completed")
            return ToolResult(text: "Tool with logging executed successfully")
        },
        Tool(definition: definition("test_logging_tool", "Logs one message.")) { call in
            call.log(.warning, "This is a log message for testing.")
            return ToolResult(text: "Logged.")
        },
    ]

    /// Changes the resource that can be watched.
    static func touch(_ watched: Watched) -> Tool {
        Tool(definition: definition("test_touch_watched_resource", "Changes `\(Watched.uri)`.")) { _ in
            watched.touch()
            return ToolResult(
                text: "Changed.",
                links: [["type": "resource_link", "uri": .string(Watched.uri), "name": "watched-resource"]])
        }
    }

    private static func pause() async { try? await Task.sleep(for: .milliseconds(50)) }
}
