import ArgumentParser
import JSON
import MCP
import Mail
import Sending
import Store
import Tools

extension HouseRun.Status {
    /// Of a refusal.
    fileprivate init(_ result: ToolResult) {
        let error = result.structured?["error"]
        let code = error?["code"]?.string.flatMap(Failure.Code.init(rawValue:)) ?? .internal
        self.init(code, isRetryable: error?["retryable"] == true)
    }
}

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
            door: StoreDoor(open: { try Store.open(at: path) }, exists: { !SystemFile.isMissing(path) }),
            roots: AttachmentRoots(folders: [], limit: 0), surroundings: .system(environment),
            logger: .standardError(level: try settings.logLevel()))
        let tools = try MailTools.all { .success(service) }
        guard let tool = tools.first(where: { $0.name == name }) else { return }
        let words = CommandWords(settings, environment)
        let result = await tool.call(ToolCall(name: name, arguments: arguments))
        var object = result.structured ?? ["error": ["message": .string(result.text)]]
        if var error = object["error"]?.object, error["code"] == "not_found",
            let message = error["message"]?.string
        {
            error["message"] = .string("\(message) The record is \(path).")
            object["error"] = .object(error)
        }
        print(JSON.object(words.object(object)).prettyText)
        if result.isError { throw ExitCode(HouseRun.Status(result).rawValue) }
    }
}
