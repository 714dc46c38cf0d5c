extension Schema {
    private static let annotationNames = ["title", "description", "default", "examples", "format"]

    init(_ json: JSON, at pointer: String) throws(SchemaError) {
        switch json {
        case .bool(true): self.init(rules: [], annotations: [:])
        case .bool(false): self.init(rules: [.never], annotations: [:])
        case .object(let object): try self.init(object, at: pointer)
        default:
            throw SchemaError(
                pointer: pointer, keyword: "", reason: "a schema must be an object, true or false")
        }
    }

    private init(_ object: JSON.Object, at pointer: String) throws(SchemaError) {
        var rules: [Rule] = []
        var annotations = JSON.Object()
        for (keyword, value) in object {
            let loading = Loading(keyword: keyword, value: value, pointer: pointer)
            if Self.annotationNames.contains(keyword) {
                annotations[keyword] = value
            } else if let rule = try loading.rule(in: object) {
                rules.append(rule)
            }
        }
        // The kind first: when it is wrong, nothing else is worth saying.
        let kinds = rules.filter { if case .kinds = $0 { true } else { false } }
        let others = rules.filter { if case .kinds = $0 { false } else { true } }
        self.init(rules: kinds + others, annotations: annotations)
    }
}

/// One keyword of a schema on its way to a rule.
private struct Loading {
    let keyword: String
    let value: JSON
    let pointer: String

    /// Nil for a keyword that demands nothing.
    func rule(in object: JSON.Object) throws(SchemaError) -> Rule? {
        switch keyword {
        case "type": return .kinds(try kinds())
        case "enum": return .oneOfValues(try array())
        case "const": return .constant(value)
        case "required": return .required(try names())
        case "items": return .items(try Schema(value, at: here))
        case "anyOf": return .anyOf(try schemas())
        case "oneOf": return .oneOf(try schemas())
        case "uniqueItems":
            guard let unique = value.bool else { throw fault("must be true or false") }
            return unique ? .uniqueItems : nil
        case "properties": return .members(try members(additional: object["additionalProperties"]))
        case "additionalProperties":
            if object["properties"] != nil { return nil }
            return .members(Rule.Members(declared: [], additional: try Schema(value, at: here)))
        default:
            guard let limit = Rule.Limit(rawValue: keyword) else {
                throw fault("this keyword is not supported")
            }
            return .limit(limit, try bound(of: limit))
        }
    }

    private var here: String { "\(pointer)/\(escaped(keyword))" }

    private func escaped(_ name: String) -> String {
        name.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
    }

    private func fault(_ reason: String) -> SchemaError {
        SchemaError(pointer: pointer, keyword: keyword, reason: reason)
    }

    private func array() throws(SchemaError) -> [JSON] {
        guard let array = value.array else { throw fault("must be an array") }
        return array
    }

    private func kinds() throws(SchemaError) -> [Schema.Kind] {
        let listed = value.string.map { [JSON.string($0)] } ?? value.array ?? []
        let kinds = listed.compactMap { $0.string.flatMap(Schema.Kind.init(rawValue:)) }
        if kinds.isEmpty || kinds.count != listed.count || Set(kinds).count != kinds.count {
            throw fault("must be a type of JSON Schema or an array of different ones")
        }
        return kinds
    }

    private func names() throws(SchemaError) -> [String] {
        let listed = try array()
        let names = listed.compactMap(\.string)
        if names.count != listed.count || Set(listed).count != listed.count {
            throw fault("must be an array of different strings")
        }
        return names
    }

    private func schemas() throws(SchemaError) -> [Schema] {
        let listed = try array()
        if listed.isEmpty { throw fault("must hold at least one schema") }
        var schemas: [Schema] = []
        for (place, each) in listed.enumerated() { schemas.append(try Schema(each, at: "\(here)/\(place)")) }
        return schemas
    }

    private func members(additional: JSON?) throws(SchemaError) -> Rule.Members {
        guard let object = value.object else { throw fault("must be an object of schemas") }
        var declared: [Schema.Property] = []
        for (name, each) in object {
            declared.append(.init(name: name, schema: try Schema(each, at: "\(here)/\(escaped(name))")))
        }
        var rest: Schema?
        if let additional { rest = try Schema(additional, at: "\(pointer)/additionalProperties") }
        return Rule.Members(declared: declared, additional: rest)
    }

    private func bound(of limit: Rule.Limit) throws(SchemaError) -> JSON {
        guard value.number != nil else { throw fault("must be a number") }
        if limit.counts, (value.integer ?? -1) < 0 { throw fault("must be a whole number, not below zero") }
        return value
    }
}
