import JSON

extension Catalogue {
    /// `Implementation` as that revision has it.
    func serverInfo(for revision: Revision) -> JSON {
        var info: JSON.Object = ["name": .string(name)]
        if revision >= .june2025 { info["title"] = .string(title) }
        info["version"] = .string(version)
        if revision >= .november2025, let websiteURL { info["websiteUrl"] = .string(websiteURL) }
        return .object(info)
    }

    /// `InitializeResult` of a legacy revision.
    ///
    /// - Parameter pushes: false where nothing can be sent to the client of its own accord.
    func initializeResult(for revision: Revision, pushes: Bool = true) -> JSON {
        var result: JSON.Object = [
            "protocolVersion": .string(revision.rawValue),
            "capabilities": .object(capabilities(for: revision, pushes: pushes)),
            "serverInfo": serverInfo(for: revision),
        ]
        result["instructions"] = instructions.map(JSON.string)
        return .object(result)
    }

    /// `DiscoverResult` of a modern revision.
    func discoverResult(for revision: Revision) -> JSON {
        var result: JSON.Object = [
            "supportedVersions": .array(Revision.modern.map { .string($0.rawValue) }),
            "capabilities": .object(capabilities(for: revision)),
        ]
        result["instructions"] = instructions.map(JSON.string)
        return fixed(result, for: revision)
    }

    /// `ListToolsResult`, `ListPromptsResult` and `ListResourceTemplatesResult`: all on one page.
    func list(_ list: RenderedCatalogue.List, for revision: Revision) -> JSON {
        switch list {
        case .tools:
            fixed(["tools": .array(tools.map { .object(revision.tool($0.definition)) })], for: revision)
        case .prompts:
            fixed(["prompts": .array(prompts.map { .object(revision.prompt($0.definition)) })], for: revision)
        case .templates:
            fixed(
                [
                    "resourceTemplates": .array(
                        (resources?.templates ?? []).map { .object(revision.resource($0)) })
                ], for: revision)
        }
    }

    /// True when some argument of a prompt or a template can be completed.
    var completes: Bool { resources?.complete != nil || prompts.contains { $0.complete != nil } }

    /// Exactly what is served to that revision.
    private func capabilities(for revision: Revision, pushes: Bool = true) -> JSON.Object {
        let unchanging: JSON = revision.isModern ? [:] : ["listChanged": false]
        var capabilities: JSON.Object = ["tools": unchanging]
        if let resources {
            let subscribe = resources.changes != nil && pushes
            capabilities["resources"] =
                revision.isModern
                ? (subscribe ? ["subscribe": true] : [:])
                : ["subscribe": .bool(subscribe), "listChanged": false]
        }
        if !prompts.isEmpty { capabilities["prompts"] = unchanging }
        if completes, revision >= .march2025 { capabilities["completions"] = [:] }
        if loggingEnabled { capabilities["logging"] = [:] }
        return capabilities
    }

    /// An hour, and shareable: nothing in the catalogue depends on who asks or changes while the program runs.
    private func fixed(_ result: JSON.Object, for revision: Revision) -> JSON {
        .object(revision.result(result, ttl: 3_600_000, scope: "public", by: serverInfo(for: revision)))
    }
}
