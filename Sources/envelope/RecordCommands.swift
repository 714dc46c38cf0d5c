import ArgumentParser
import JSON
import MCP
import Mail
import Tools

/// `envelope track`: the tool `track_send` for a person.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track", abstract: "Print what became of a send, as JSON.")

    @OptionGroup var options: SettingsOptions
    @Argument(help: "The id of the send, or its Message-ID.") var id: String
    @Flag(help: "As the other commands have it; it prints JSON always.") var json = false

    func run() async throws {
        let key = id.contains("@") ? "message_id" : "id"
        try await ToolRun(options).run("track_send", [key: .string(id)])
    }
}

/// `envelope list`: the tool `list_sends` for a person.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print the recorded sends, newest first, as JSON.")

    @OptionGroup var options: SettingsOptions
    @Option(help: "queued, sent or failed.") var status: String?
    @Option(help: "Any recipient's address.") var to: String?
    @Option(help: "At most this many, up to 200.") var limit = 50
    @Option(help: "next_cursor of the page before.") var cursor: String?
    @Flag(help: "As the other commands have it; it prints JSON always.") var json = false

    func run() async throws {
        var arguments: JSON.Object = ["limit": .integer(Int64(limit))]
        arguments["status"] = status.map(JSON.string)
        arguments["to"] = to.map(JSON.string)
        arguments["cursor"] = cursor.map(JSON.string)
        try await ToolRun(options).run("list_sends", arguments)
    }
}
