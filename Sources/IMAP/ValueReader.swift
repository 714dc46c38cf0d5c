/// Reads values out of the pieces of one response.
struct ValueReader {
    private let pieces: [ResponseFramer.Piece]
    private var index = 0
    /// In the text piece at `index`.
    private var offset = 0

    /// Deeper than anything that is asked for; a list in a list costs stack.
    static let maximumDepth = 24

    init(_ pieces: [ResponseFramer.Piece]) { self.pieces = pieces }

    /// True when nothing but spaces is left.
    mutating func isAtEnd() -> Bool {
        skipSpaces()
        return index >= pieces.count || (octet == nil && index == pieces.count - 1)
    }

    /// Everything up to the end.
    mutating func rest() throws(Malformed) -> [Value] {
        var values: [Value] = []
        while !isAtEnd() { values.append(try value(depth: 0)) }
        return values
    }

    mutating func value(depth: Int = 0) throws(Malformed) -> Value {
        skipSpaces()
        guard let octet else {
            guard index + 1 < pieces.count, case .literal(let octets) = pieces[index + 1] else {
                throw Malformed("a response ends where a value is due")
            }
            index += 2
            offset = 0
            return .string(octets)
        }
        switch octet {
        case UInt8(ascii: "("):
            if depth == Self.maximumDepth { throw Malformed("lists are more than \(depth) deep") }
            offset += 1
            return try list(depth: depth)
        case UInt8(ascii: "\""): return .string(try quoted())
        case UInt8(ascii: ")"): throw Malformed("a parenthesis is closed that was not opened")
        default:
            let atom = try atom()
            return atom.isNil ? .null : .atom(atom)
        }
    }

    private mutating func list(depth: Int) throws(Malformed) -> Value {
        var values: [Value] = []
        while true {
            skipSpaces()
            if octet == UInt8(ascii: ")") {
                offset += 1
                return .list(values)
            }
            values.append(try value(depth: depth + 1))
        }
    }

    private mutating func quoted() throws(Malformed) -> [UInt8] {
        var octets: [UInt8] = []
        offset += 1
        while let octet {
            offset += 1
            if octet == UInt8(ascii: "\"") { return octets }
            if octet == UInt8(ascii: "\\") {
                guard let escaped = self.octet else { break }
                offset += 1
                octets.append(escaped)
            } else {
                octets.append(octet)
            }
        }
        throw Malformed("a quoted string has no end")
    }

    /// Up to a space or parenthesis; a section in brackets may hold both, and strings.
    private mutating func atom() throws(Malformed) -> [UInt8] {
        var octets: [UInt8] = []
        while let octet {
            switch octet {
            case 0x20, UInt8(ascii: "("), UInt8(ascii: ")"): return octets
            case UInt8(ascii: "["): try section(into: &octets)
            default:
                octets.append(octet)
                offset += 1
            }
        }
        return octets
    }

    private mutating func section(into octets: inout [UInt8]) throws(Malformed) {
        while true {
            guard let octet else {
                guard index + 1 < pieces.count, case .literal(let name) = pieces[index + 1] else {
                    throw Malformed("a section has no end")
                }
                octets += name
                index += 2
                offset = 0
                continue
            }
            if octet == UInt8(ascii: "\"") {
                octets += try quoted()
                continue
            }
            octets.append(octet)
            offset += 1
            if octet == UInt8(ascii: "]") { return }
        }
    }

    /// Of the text where the reader stands; nil at its end.
    private var octet: UInt8? {
        guard index < pieces.count, case .text(let text) = pieces[index], offset < text.count else {
            return nil
        }
        return text[offset]
    }

    private mutating func skipSpaces() { while octet == 0x20 { offset += 1 } }
}

extension [UInt8] {
    fileprivate var isNil: Bool {
        count == 3 && self[0] | 0x20 == UInt8(ascii: "n") && self[1] | 0x20 == UInt8(ascii: "i")
            && self[2] | 0x20 == UInt8(ascii: "l")
    }
}
