import JSON

extension JSON.Object {
    /// The same arguments in the types of the schema, where a client is known to send others: an array or object as
    /// JSON text, one string for an array, a number or boolean as text, null for "not given".
    ///
    /// Nothing is split or guessed: `"a@b.com, c@d.com"` stays one string and is refused later, because a repair must
    /// never change who gets a message.
    func adapted(to schema: Schema) -> JSON.Object {
        var adapted: JSON.Object = [:]
        adapted.reserveCapacity(count)
        for (name, value) in self {
            guard let property = schema.property(named: name) else {
                adapted[name] = value
                continue
            }
            if value.isNull { continue }
            adapted[name] = value.adapted(to: property)
        }
        return adapted
    }
}

extension JSON {
    fileprivate func adapted(to schema: Schema) -> JSON {
        guard let kinds = schema.types else { return self }
        switch self {
        case .string(let text) where !kinds.contains(.string):
            if kinds.contains(.array) { return Self.array(from: text) }
            guard let parsed = try? JSON(parsing: text), schema.types?.contains(where: parsed.isOf) == true
            else {
                return self
            }
            return parsed
        case .array(let elements):
            guard let items = schema.items else { return self }
            return .array(elements.map { $0.adapted(to: items) })
        case .object(let object): return .object(object.adapted(to: schema))
        default: return self
        }
    }

    private static func array(from text: String) -> JSON {
        if text.drop(while: \.isWhitespace).first == "[", let parsed = try? JSON(parsing: text),
            parsed.array != nil
        {
            return parsed
        }
        return .array([.string(text)])
    }

    private func isOf(_ kind: Schema.Kind) -> Bool {
        switch kind {
        case .null: isNull
        case .boolean: bool != nil
        case .integer: integer != nil
        case .number: number != nil
        case .string: string != nil
        case .array: array != nil
        case .object: object != nil
        }
    }
}
