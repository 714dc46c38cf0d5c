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

    package init(
        name: String, title: String, version: String, websiteURL: String? = nil, instructions: String? = nil,
        tools: [Tool]
    ) {
        self.name = name
        self.title = title
        self.version = version
        self.websiteURL = websiteURL
        self.instructions = instructions
        self.tools = tools
    }

    package func tool(named name: String) -> Tool? {
        tools.first { JSON.string($0.name) == .string(name) }
    }

    /// `Implementation` as that revision has it.
    func serverInfo(for revision: Revision) -> JSON {
        var info: JSON.Object = ["name": .string(name)]
        if revision >= .june2025 { info["title"] = .string(title) }
        info["version"] = .string(version)
        if revision >= .november2025, let websiteURL { info["websiteUrl"] = .string(websiteURL) }
        return .object(info)
    }

    /// `InitializeResult` of a legacy revision.
    func initializeResult(for revision: Revision) -> JSON {
        var result: JSON.Object = [
            "protocolVersion": .string(revision.rawValue), "capabilities": ["tools": ["listChanged": false]],
            "serverInfo": serverInfo(for: revision),
        ]
        result["instructions"] = instructions.map(JSON.string)
        return .object(result)
    }

    /// `DiscoverResult` of a modern revision.
    func discoverResult(for revision: Revision) -> JSON {
        var result: JSON.Object = [
            "resultType": "complete",
            "supportedVersions": .array(Revision.modern.map { .string($0.rawValue) }),
            "capabilities": ["tools": [:]],
        ]
        result["instructions"] = instructions.map(JSON.string)
        return cacheable(result, for: revision)
    }

    /// `ListToolsResult`: all on one page.
    func listToolsResult(for revision: Revision) -> JSON {
        var result: JSON.Object = [:]
        if revision.isModern { result["resultType"] = "complete" }
        result["tools"] = .array(tools.map { .object($0.definition(for: revision)) })
        return revision.isModern ? cacheable(result, for: revision) : .object(result)
    }

    /// An hour, and shareable: nothing in the catalogue depends on who asks or changes while the program runs.
    private func cacheable(_ result: JSON.Object, for revision: Revision) -> JSON {
        var result = result
        result["ttlMs"] = 3_600_000
        result["cacheScope"] = "public"
        result["_meta"] = .object([Meta.serverInfo: serverInfo(for: revision)])
        return .object(result)
    }
}
