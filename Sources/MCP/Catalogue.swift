import JSON

/// What a server is called and what it offers; the same for every client.
package struct Catalogue: Sendable {
    package let name: String
    package let title: String
    package let version: String
    package let websiteURL: String?
    /// Guidance for the model about the server as a whole.
    package let instructions: String?
    /// In the order in which they are listed; each name once.
    package let tools: [Tool]
    /// Nil: the server has none and says so.
    package let resources: Resources?
    /// In the order in which they are listed; each name once. Empty: the server has none and says so.
    package let prompts: [Prompt]
    /// Nil: a modern client is never asked anything.
    package let seal: StateSeal?
    /// True when `notifications/message` is offered, which 2026-07-28 deprecates.
    package let loggingEnabled: Bool

    package init(
        name: String, title: String, version: String, websiteURL: String? = nil, instructions: String? = nil,
        tools: [Tool], resources: Resources? = nil, prompts: [Prompt] = [], seal: StateSeal? = nil,
        loggingEnabled: Bool = false
    ) {
        self.name = name
        self.title = title
        self.version = version
        self.websiteURL = websiteURL
        self.instructions = instructions
        self.tools = tools
        self.resources = resources
        self.prompts = prompts
        self.seal = seal
        self.loggingEnabled = loggingEnabled
    }

    package func tool(named name: String) -> Tool? {
        tools.first { JSON.string($0.name) == .string(name) }
    }

    package func prompt(named name: String) -> Prompt? {
        prompts.first { JSON.string($0.name) == .string(name) }
    }
}
