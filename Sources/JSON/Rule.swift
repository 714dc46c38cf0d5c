/// What one keyword of a schema demands.
indirect enum Rule: Sendable {
    /// The schema `false`.
    case never
    case kinds([Schema.Kind])
    case oneOfValues([JSON])
    case constant(JSON)
    case members(Members)
    case required([String])
    case items(Schema)
    case anyOf([Schema])
    case oneOf([Schema])
    case limit(Limit, JSON)
    case uniqueItems

    /// `properties` and `additionalProperties`, which only make sense together.
    struct Members: Sendable {
        let declared: [Schema.Property]
        let additional: Schema?
        private let places: [CodePoints: Int]

        init(declared: [Schema.Property], additional: Schema?) {
            self.declared = declared
            self.additional = additional
            places = Dictionary(
                declared.enumerated().map { (CodePoints($0.element.name), $0.offset) },
                uniquingKeysWith: { $1 })
        }

        func schema(of name: String) -> Schema? {
            places[CodePoints(name)].map { declared[$0].schema }
        }
    }

    /// The keywords that compare a magnitude with a number.
    enum Limit: String, Sendable, CaseIterable {
        case minLength, maxLength, minItems, maxItems, minProperties, maxProperties
        case minimum, maximum, exclusiveMinimum, exclusiveMaximum

        /// True for the keywords that count something, so that their number must be whole and not negative.
        var counts: Bool {
            switch self {
            case .minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum: false
            default: true
            }
        }

        /// The magnitude that it is about, or nil when it does not apply to such a value.
        func magnitude(of value: JSON) -> JSON? {
            switch (self, value) {
            // RFC 8259 characters are code points, and so JSON Schema counts them.
            case (.minLength, .string(let text)), (.maxLength, .string(let text)):
                .integer(Int64(text.unicodeScalars.count))
            case (.minItems, .array(let elements)), (.maxItems, .array(let elements)):
                .integer(Int64(elements.count))
            case (.minProperties, .object(let members)), (.maxProperties, .object(let members)):
                .integer(Int64(members.count))
            case (.minimum, .integer), (.maximum, .integer), (.exclusiveMinimum, .integer),
                (.exclusiveMaximum, .integer), (.minimum, .number), (.maximum, .number),
                (.exclusiveMinimum, .number), (.exclusiveMaximum, .number):
                value
            default: nil
            }
        }

        func allows(_ magnitude: JSON, bound: JSON) -> Bool {
            switch self {
            case .minLength, .minItems, .minProperties, .minimum: !Self.isLess(magnitude, bound)
            case .maxLength, .maxItems, .maxProperties, .maximum: !Self.isLess(bound, magnitude)
            case .exclusiveMinimum: Self.isLess(bound, magnitude)
            case .exclusiveMaximum: Self.isLess(magnitude, bound)
            }
        }

        private static func isLess(_ one: JSON, _ other: JSON) -> Bool {
            if case .integer(let one) = one, case .integer(let other) = other { return one < other }
            guard let one = one.number, let other = other.number else { return false }
            return one < other
        }
    }
}
