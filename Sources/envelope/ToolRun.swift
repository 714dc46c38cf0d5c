import ArgumentParser
import JSON
import MCP
import Mail
import Sending
import Store
import Tools

/// One reading tool run from the command line: the same answer that an agent gets, nothing sent on the side.
struct ToolRun {
    private let options: SettingsOptions

    init(_ options: SettingsOptions) { self.options = options }

    func run(_ name: String, _ arguments: JSON.Object) async throws {
        let environment = Environment.variables
        let settings = try Settings(options, environment: environment)
        let path = try databasePath(settings, environment)
        // Without accounts it claims nothing.
        let service = SendingService(
            accounts: [],
            door: StoreDoor(open: { try Store.open(at: path) }, exists: { SystemFile.exists(path) }),
            roots: AttachmentRoots(folders: [], limit: 0), surroundings: .system(environment),
            logger: .standardError(level: settings.logLevel))
        let tools = try MailTools.all { .success(service) }
        guard let tool = tools.first(where: { $0.name == name }) else { return }
        let result = await tool.call(ToolCall(name: name, arguments: arguments))
        print(result.structured.map { JSON.object($0).prettyText } ?? result.text)
        if result.isError { throw ExitCode(1) }
    }
}
