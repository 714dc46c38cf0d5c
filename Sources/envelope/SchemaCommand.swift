import ArgumentParser
import JSON
import MCP
import Mail
import Sending
import Tools

/// Prints the tools' definitions: the same objects that `tools/list` returns.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the tools' JSON schemas.",
        discussion: "Without a tool's name it prints those that are on by default, as a JSON array.")

    @Argument(help: "send_email, track_send, list_sends or cancel_send.")
    var tool: String?
    @Flag(help: "As the other commands have it; it prints JSON always.") var json = false

    func run() async throws {
        let tools = try MailTools.all(tool == nil ? MailTools.usual : MailTools.names) {
            .failure(.noAccountConfigured)
        }
        guard let tool else {
            return print(JSON.array(tools.map { .object($0.definition) }).prettyText)
        }
        guard let found = tools.first(where: { $0.name == tool }) else {
            throw ValidationError(
                "There is no tool \(tool.debugDescription); use \(tools.map(\.name).joined(separator: ", "))."
            )
        }
        print(JSON.object(found.definition).prettyText)
    }
}
