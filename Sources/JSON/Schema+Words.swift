extension Schema {
    /// `a string or an array`.
    static func words(for kinds: [Kind]) -> String { either(kinds.map(\.withArticle)) }

    /// `a`, `a or b`, `a, b or c`.
    static func either(_ words: [String]) -> String {
        guard let last = words.last else { return "nothing" }
        if words.count == 1 { return last }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    /// What would have been right where none of several schemas fits: the fault in the one whose kind fits, else
    /// all kinds together.
    static func choice(among schemas: [Schema], for value: JSON, at path: Path) -> String {
        let near = schemas.filter { schema in schema.types.map { Self.kinds($0, allow: value) } ?? false }
        if near.count == 1, let fault = near.first?.violations(in: value, at: path).first {
            return fault.message
        }
        var kinds: [Kind] = []
        for schema in schemas {
            guard let own = schema.types else { return "it fits none of the allowed forms" }
            kinds += own.filter { !kinds.contains($0) }
        }
        return near.isEmpty ? "it must be \(words(for: kinds))" : "it fits none of the allowed forms"
    }
}

extension Schema.Kind {
    fileprivate var withArticle: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON {
    /// What kind of value it is, with its article.
    var kindForMessage: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "the number \(shownInMessage)"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value itself when it is short, else its kind.
    var shownInMessage: String {
        switch self {
        case .null, .bool, .integer, .number: text
        case .string(let value): "\"\(value.shownInMessage)\""
        case .array, .object: kindForMessage
        }
    }
}
