import JSON

extension RequestID {
    /// The id of a request that cannot be read: it holds half a surrogate pair, a name twice, octets that are no UTF-8,
    /// or too many levels. Whoever sent it would wait in vain for an answer without it.
    ///
    /// Nil unless it is certain: the text is one object, whose strings and brackets all close, with a `method` and one
    /// `id` of its own, so that a response is never taken for a request.
    init?(recoveredFrom bytes: [UInt8]) {
        var outline = Outline(bytes)
        self.init(outline.requestID())
    }
}

/// Looks for the members of the outermost object and not into their values.
private struct Outline {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func requestID() -> JSON? {
        guard take("{") else { return nil }
        var id: ArraySlice<UInt8>?
        var hasMethod = false
        repeat {
            skipSpace()
            // No client writes these names with escapes; one that hides another `id` would make it uncertain.
            guard let name = string(), !name.contains(Self.backslash), take(":"), let value = value() else {
                return nil
            }
            if name.elementsEqual(#""method""#.utf8) { hasMethod = value.first == Self.quote }
            if name.elementsEqual(#""id""#.utf8) {
                if id != nil { return nil }
                id = value
            }
        } while take(",")
        guard take("}"), hasMethod, let id else { return nil }
        skipSpace()
        guard place == bytes.count else { return nil }
        return try? JSON(parsing: Array(id))
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
    private static let marks = Array(",:{}[]\"".utf8)

    private mutating func skipSpace() {
        while place < bytes.count, Self.isSpace(bytes[place]) { place += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: mark) else { return false }
        place += 1
        return true
    }

    /// With its quotes; nil where none begins here, or where it does not end.
    private mutating func string() -> ArraySlice<UInt8>? {
        guard place < bytes.count, bytes[place] == Self.quote else { return nil }
        let start = place
        place += 1
        while place < bytes.count, bytes[place] != Self.quote {
            place += bytes[place] == Self.backslash ? 2 : 1
        }
        guard place < bytes.count else { return nil }
        place += 1
        return bytes[start..<place]
    }

    /// As far as its brackets reach, whatever is inside.
    private mutating func value() -> ArraySlice<UInt8>? {
        skipSpace()
        let start = place
        var ends: [UInt8] = []
        repeat {
            guard place < bytes.count else { return nil }
            switch bytes[place] {
            case Self.quote:
                if string() == nil { return nil }
            case UInt8(ascii: "{"):
                ends.append(UInt8(ascii: "}"))
                place += 1
            case UInt8(ascii: "["):
                ends.append(UInt8(ascii: "]"))
                place += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard ends.popLast() == bytes[place] else { return nil }
                place += 1
            default:
                if ends.isEmpty { return word() }
                place += 1
            }
        } while !ends.isEmpty
        return bytes[start..<place]
    }

    /// A number, true, false or null.
    private mutating func word() -> ArraySlice<UInt8>? {
        let start = place
        while place < bytes.count, !Self.isSpace(bytes[place]), !Self.marks.contains(bytes[place]) {
            place += 1
        }
        return place > start ? bytes[start..<place] : nil
    }
}
