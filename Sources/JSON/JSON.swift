/// One value of RFC 8259: what a request, a result or a schema is made of.
///
/// Numbers keep their kind: digits alone that fit 64 bits stay an `integer`, so that ids never lose a bit;
/// everything else is a `number`. The two compare by mathematical value, so `1 == 1.0`. Strings compare by code
/// point, unlike Swift's own: `"é"` in one and in two code points are two values (RFC 8259 §8.3).
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Finite when parsed; a NaN or an infinity made by hand is written as `null`.
    case number(Double)
    case string(String)
    case array([JSON])
    case object(Object)
}

extension JSON {
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The value of an `integer`, or of a `number` without a fraction that fits: JSON Schema calls `1.0` an
    /// integer too.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// Any number, rounded to a double where it is a large integer.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: Object? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The member of that name; nil when there is none or when this is not an object.
    package subscript(name: String) -> JSON? { object?[name] }

    /// The element at that place; nil beyond the ends or when this is not an array.
    package subscript(index: Int) -> JSON? {
        guard let elements = array, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSON: Hashable {
    package static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.number(let one), .number(let other)): one == other
        case (.integer(let whole), .number(let double)), (.number(let double), .integer(let whole)):
            Int64(exactly: double) == whole
        case (.string(let one), .string(let other)): CodePoints(one) == CodePoints(other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .number(let value):
            if let whole = Int64(exactly: value) { hasher.combine(whole) } else { hasher.combine(value) }
        case .string(let value): hasher.combine(CodePoints(value))
        case .array(let value): hasher.combine(value)
        case .object(let value): hasher.combine(value)
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Object(elements)) }
}
