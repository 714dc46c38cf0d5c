import Glibc

/// A second reader of JSON, written apart from the first and in another way (a loop with a stack of its own), which
/// gives a flat list of tokens. The two must agree on what is JSON and on what it means.
struct Reference {
    enum Token: Equatable {
        case array, object, end
        case word(UInt8)
        case integer(Int64)
        case number(Double)
        case name([UInt8])
        case string([UInt8])
    }

    private struct Refused: Error {}

    /// A level that is open; the names are those of an object so far.
    private struct Level {
        let isObject: Bool
        var names: Set<[UInt8]> = []
        var isEmpty = true
    }

    private let bytes: [UInt8]
    private var place = 0
    private var tokens: [Token] = []
    private var levels: [Level] = []

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil when the bytes are not one JSON text of at most `depth` levels, each name once in its object.
    static func tokens(of bytes: [UInt8], depth: Int) -> [Token]? {
        guard UTF8Check.holds(bytes) else { return nil }
        var reader = Reference(bytes)
        return try? reader.read(depth: depth)
    }

    private mutating func read(depth: Int) throws -> [Token] {
        repeat {
            space()
            if let level = levels.last {
                if peek == (level.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    place += 1
                    levels.removeLast()
                    tokens.append(.end)
                    continue
                }
                if !level.isEmpty { try need(UInt8(ascii: ",")) }
                levels[levels.count - 1].isEmpty = false
                if level.isObject { try name() }
            }
            try value(depth: depth)
        } while !levels.isEmpty
        space()
        if peek != nil { throw Refused() }
        return tokens
    }

    private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func space() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
    }

    private mutating func need(_ byte: UInt8) throws {
        guard peek == byte else { throw Refused() }
        place += 1
        space()
    }

    private mutating func name() throws {
        let name = try text()
        if !levels[levels.count - 1].names.insert(name).inserted { throw Refused() }
        tokens.append(.name(name))
        space()
        try need(UInt8(ascii: ":"))
    }

    private mutating func value(depth: Int) throws {
        guard let first = peek else { throw Refused() }
        switch first {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            if levels.count == depth { throw Refused() }
            let isObject = first == UInt8(ascii: "{")
            levels.append(Level(isObject: isObject))
            tokens.append(isObject ? .object : .array)
            place += 1
        case UInt8(ascii: "\""): tokens.append(.string(try text()))
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
            let word = Array((first == 0x74 ? "true" : first == 0x66 ? "false" : "null").utf8)
            guard bytes[place...].starts(with: word) else { throw Refused() }
            place += word.count
            tokens.append(.word(first))
        default: tokens.append(try number())
        }
    }

    /// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`, with the C library for its value.
    private mutating func number() throws -> Token {
        let start = place
        if peek == UInt8(ascii: "-") { place += 1 }
        if peek == UInt8(ascii: "0") { place += 1 } else { try digits() }
        let wholeEnd = place
        if peek == UInt8(ascii: ".") {
            place += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            place += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { place += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        if place == wholeEnd, let whole = Int64(text) { return .integer(whole) }
        let value = strtod(text, nil)
        if !value.isFinite { throw Refused() }
        return .number(value)
    }

    private mutating func digits() throws {
        let start = place
        while let byte = peek, (0x30...0x39).contains(byte) { place += 1 }
        if place == start { throw Refused() }
    }

    private mutating func text() throws -> [UInt8] {
        guard peek == UInt8(ascii: "\"") else { throw Refused() }
        place += 1
        var units: [UInt8] = []
        while let byte = peek {
            place += 1
            if byte == UInt8(ascii: "\"") { return units }
            if byte < 0x20 { throw Refused() }
            if byte == UInt8(ascii: "\\") { try escape(into: &units) } else { units.append(byte) }
        }
        throw Refused()
    }

    private static let escapes: [UInt8: UInt8] = [
        0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
    ]

    private mutating func escape(into units: inout [UInt8]) throws {
        guard let letter = peek else { throw Refused() }
        place += 1
        if let byte = Self.escapes[letter] {
            units.append(byte)
            return
        }
        if letter != UInt8(ascii: "u") { throw Refused() }
        var halves = [try fourDigits()]
        if halves[0] & 0xFC00 == 0xD800 {
            guard bytes[place...].starts(with: Array("\\u".utf8)) else { throw Refused() }
            place += 2
            halves.append(try fourDigits())
        }
        guard let decoded = String(validating: halves, as: UTF16.self) else { throw Refused() }
        units.append(contentsOf: decoded.utf8)
    }

    private mutating func fourDigits() throws -> UInt16 {
        let digits = bytes[place...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ isxdigit(Int32($0)) != 0 }) else { throw Refused() }
        place += 4
        return UInt16(strtoul(String(decoding: digits, as: UTF8.self), nil, 16))
    }
}
