import JSON

/// What newer revisions have, taken away for those that may stumble over it.
extension Revision {
    /// A result as clients of this revision expect it: what a modern one demands, and nothing of it before.
    ///
    /// - Parameters:
    ///   - ttl: for a result that may be kept, how long, in milliseconds.
    ///   - scope: for such a result, `public` when it is the same for everybody, else `private`.
    func result(_ members: JSON.Object, ttl: Int64? = nil, scope: String = "private", by serverInfo: JSON)
        -> JSON.Object
    {
        if !isModern { return members }
        var result: JSON.Object = ["resultType": "complete"]
        for member in members { result[member.key] = member.value }
        if let ttl {
            result["ttlMs"] = .integer(ttl)
            result["cacheScope"] = .string(scope)
        }
        var meta = members["_meta"]?.object ?? [:]
        meta[Meta.serverInfo] = serverInfo
        result["_meta"] = .object(meta)
        return result
    }

    func tool(_ tool: JSON.Object) -> JSON.Object {
        var tool = described(tool)
        if self != .november2025 { tool["execution"] = nil }
        if self < .june2025 { tool["outputSchema"] = nil }
        if self < .march2025 { tool["annotations"] = nil }
        return tool
    }

    func prompt(_ prompt: JSON.Object) -> JSON.Object {
        var prompt = described(prompt)
        if self < .june2025, let arguments = prompt["arguments"]?.array {
            prompt["arguments"] = .array(
                arguments.map { argument in
                    guard var argument = argument.object else { return argument }
                    argument["title"] = nil
                    return .object(argument)
                })
        }
        return prompt
    }

    /// For a `Resource`, a `ResourceTemplate` and a `resource_link` alike.
    func resource(_ resource: JSON.Object) -> JSON.Object { annotated(described(resource)) }

    /// A `ContentBlock`; nil for a kind that this revision does not have.
    func block(_ block: JSON) -> JSON? {
        guard let members = block.object else { return block }
        switch members["type"]?.string {
        case "audio" where self < .march2025, "resource_link" where self < .june2025: return nil
        case "resource_link": return .object(resource(members))
        case "resource":
            var members = annotated(members)
            if self < .june2025 { members["_meta"] = nil }
            members["resource"] = members["resource"]?.object.map { .object(contents($0)) }
            return .object(members)
        default:
            var members = annotated(members)
            if self < .june2025 { members["_meta"] = nil }
            return .object(members)
        }
    }

    /// `ResourceContents`.
    func contents(_ contents: JSON.Object) -> JSON.Object {
        var contents = contents
        if self < .june2025 { contents["_meta"] = nil }
        return contents
    }

    /// The parameters of a request to the client; nil when this revision cannot ask that.
    func question(_ request: InputRequest) -> JSON.Object? {
        if request.method != "elicitation/create" { return request.params }
        if self < .june2025 { return nil }
        var params = request.params
        if self < .november2025 {
            if params["mode"] == "url" { return nil }
            params["mode"] = nil
        }
        return params
    }

    private func described(_ object: JSON.Object) -> JSON.Object {
        var object = object
        if self < .november2025 { object["icons"] = nil }
        if self < .june2025 {
            object["title"] = nil
            object["_meta"] = nil
        }
        return object
    }

    private func annotated(_ object: JSON.Object) -> JSON.Object {
        guard self < .june2025, var annotations = object["annotations"]?.object else { return object }
        var object = object
        annotations["lastModified"] = nil
        object["annotations"] = .object(annotations)
        return object
    }
}
