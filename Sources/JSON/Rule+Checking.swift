extension Rule {
    /// Adds what is wrong with a value and with the values inside it.
    func check(_ value: JSON, at path: Path, into report: inout Report) {
        switch self {
        case .members(let members):
            for (name, value) in value.object ?? [:] where !report.isFull {
                members.check(value, named: name, at: path.member(name), into: &report)
            }
        case .items(let schema):
            for (place, element) in (value.array ?? []).enumerated() where !report.isFull {
                schema.check(element, at: path.element(place), into: &report)
            }
        case .required(let names):
            guard let object = value.object else { return }
            for name in names where object[name] == nil {
                let missing = path.member(name)
                report.add(missing, "required", "\(missing.subject) is missing; it is required")
            }
        default:
            if let (keyword, message) = fault(in: value, at: path) { report.add(path, keyword, message) }
        }
    }

    /// The keyword and the sentence for the rules that look at one value alone.
    private func fault(in value: JSON, at path: Path) -> (keyword: String, message: String)? {
        // Said for what is wrong alone: most of what is checked is right.
        var subject: String { path.subject }
        return switch self {
        case .never: ("false", "\(subject) must not be there")
        case .kinds(let kinds) where !Schema.kinds(kinds, allow: value):
            ("type", "\(subject) is \(value.kindForMessage); it must be \(Schema.words(for: kinds))")
        case .oneOfValues(let values) where !values.contains(value):
            (
                "enum",
                "\(subject) is \(value.shownInMessage); it must be \(Schema.either(values.map(\.shownInMessage)))"
            )
        case .constant(let constant) where value != constant:
            ("const", "\(subject) is \(value.shownInMessage); it must be \(constant.shownInMessage)")
        case .limit(let limit, let bound): limit.fault(in: value, bound: bound, at: path)
        case .uniqueItems: value.array.flatMap { Self.repetition(in: $0, at: path) }
        case .anyOf(let schemas) where !schemas.contains { $0.allows(value) }:
            (
                "anyOf",
                "\(subject) is \(value.shownInMessage); \(Schema.choice(among: schemas, for: value, at: path))"
            )
        case .oneOf(let schemas): Self.oneOfFault(in: value, schemas: schemas, at: path)
        default: nil
        }
    }

    private static func oneOfFault(
        in value: JSON, schemas: [Schema], at path: Path
    ) -> (keyword: String, message: String)? {
        let fitting = schemas.count { $0.allows(value) }
        if fitting == 1 { return nil }
        let wrong =
            fitting == 0
            ? Schema.choice(among: schemas, for: value, at: path)
            : "it fits more than one of the allowed forms"
        return ("oneOf", "\(path.subject) is \(value.shownInMessage); \(wrong)")
    }

    private static func repetition(in elements: [JSON], at path: Path) -> (
        keyword: String, message: String
    )? {
        var seen: [JSON: Int] = [:]
        for (place, element) in elements.enumerated() {
            if let first = seen.updateValue(place, forKey: element) {
                return (
                    "uniqueItems",
                    "\(path.subject) holds the same element at [\(first)] and [\(place)]; each must differ"
                )
            }
        }
        return nil
    }
}

extension Rule.Members {
    fileprivate func check(_ value: JSON, named name: String, at path: Path, into report: inout Report) {
        if let schema = schema(of: name) {
            schema.check(value, at: path, into: &report)
        } else if case .never? = additional?.rules.first {
            let message = "\(path.subject) is not a known property; \(advice(on: name))"
            report.add(path, "additionalProperties", message)
        } else {
            additional?.check(value, at: path, into: &report)
        }
    }

    private func advice(on name: String) -> String {
        let names = declared.map(\.name)
        if let near = name.nearest(among: names) { return "did you mean `\(near)`?" }
        if names.isEmpty { return "no properties are allowed here" }
        return "known are \(names.prefix(24).map { "`\($0)`" }.joined(separator: ", "))"
    }
}

extension Rule.Limit {
    fileprivate func fault(
        in value: JSON, bound: JSON, at path: Path
    ) -> (keyword: String, message: String)? {
        guard let magnitude = magnitude(of: value), !allows(magnitude, bound: bound) else { return nil }
        let plural = bound.integer == 1 ? "" : "s"
        let sentence =
            switch self {
            case .minLength:
                "is \(magnitude) characters long; it must have at least \(bound) character\(plural)"
            case .maxLength:
                "is \(magnitude) characters long; it must have at most \(bound) character\(plural)"
            case .minItems: "has \(magnitude) elements; it must have at least \(bound) element\(plural)"
            case .maxItems: "has \(magnitude) elements; it must have at most \(bound) element\(plural)"
            case .minProperties: "has \(magnitude) properties; it must have at least \(bound)"
            case .maxProperties: "has \(magnitude) properties; it must have at most \(bound)"
            case .minimum: "is \(magnitude); it must be at least \(bound)"
            case .maximum: "is \(magnitude); it must be at most \(bound)"
            case .exclusiveMinimum: "is \(magnitude); it must be more than \(bound)"
            case .exclusiveMaximum: "is \(magnitude); it must be less than \(bound)"
            }
        return (rawValue, "\(path.subject) \(sentence)")
    }
}
