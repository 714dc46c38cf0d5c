/// What a JSON value may be: the subset of JSON Schema 2020-12 in which this program states its tools.
///
/// Keywords: `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`, `minLength`,
/// `maxLength`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `minItems`, `maxItems`, `uniqueItems`,
/// `minProperties`, `maxProperties`, `anyOf`, `oneOf`, and `true` and `false` as schemas. `title`, `description`,
/// `default`, `examples` and `format` are annotations and check nothing. Everything else is refused when the schema is
/// loaded, so that no promise in a schema is silently not kept; that includes `pattern`, whose full syntax (ECMA-262)
/// would be a larger engine than all of this, and `$ref`, which clients cannot read.
package struct Schema: Sendable {
    /// The seven kinds of JSON Schema; `integer` is part of `number`.
    package enum Kind: String, Sendable, CaseIterable {
        case null, boolean, integer, number, string, array, object
    }

    /// A property that an object may have, in the order of the schema.
    package struct Property: Sendable {
        package let name: String
        package let schema: Schema
    }

    let rules: [Rule]
    /// `title`, `description`, `default`, `examples` and `format`, as written.
    package let annotations: JSON.Object

    /// Checks and keeps a schema.
    package init(_ json: JSON) throws(SchemaError) {
        try self.init(json, at: "")
    }

    init(rules: [Rule], annotations: JSON.Object) {
        self.rules = rules
        self.annotations = annotations
    }

    /// The kinds that `type` allows; nil when it is absent and any will do.
    package var types: [Kind]? {
        for case .kinds(let kinds) in rules { return kinds }
        return nil
    }

    /// The declared properties in order; empty when there are none.
    package var properties: [Property] {
        for case .members(let members) in rules { return members.declared }
        return []
    }

    /// The schema of a declared property.
    package func property(named name: String) -> Schema? {
        for case .members(let members) in rules { return members.schema(of: name) }
        return nil
    }

    /// The names that must be there.
    package var required: [String] {
        for case .required(let names) in rules { return names }
        return []
    }

    /// The schema of every element of an array.
    package var items: Schema? {
        for case .items(let schema) in rules { return schema }
        return nil
    }

    /// The schemas of `anyOf` or `oneOf`; empty when there is neither.
    package var alternatives: [Schema] {
        for rule in rules {
            switch rule {
            case .anyOf(let schemas), .oneOf(let schemas): return schemas
            default: continue
            }
        }
        return []
    }
}
