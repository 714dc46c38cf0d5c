/// The state of reading one text: the bytes and the place reached.
struct Parser {
    let bytes: [UInt8]
    var place = 0
    private let depth: Int

    init(_ bytes: [UInt8], depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }

    mutating func text() throws(JSONError) -> JSON {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw JSONError("the text begins with a byte order mark, which JSON does not allow", at: 0)
        }
        skipSpace()
        let value = try value(below: depth)
        skipSpace()
        if place < bytes.count { throw JSONError("there is more after the end of the value", at: place) }
        return value
    }

    var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
    }

    private mutating func value(below levels: Int) throws(JSONError) -> JSON {
        guard let next else { throw JSONError("the text ends where a value should begin", at: place) }
        switch next {
        case UInt8(ascii: "{"): return try object(below: levels)
        case UInt8(ascii: "["): return try array(below: levels)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw JSONError("no value begins like this", at: place)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let start = place
        for offset in 0..<word.utf8CodeUnitCount {
            guard let byte = next, byte == word.utf8Start[offset] else {
                throw JSONError("only true, false and null may stand without quotes", at: start)
            }
            place += 1
        }
        return value
    }

    private mutating func array(below levels: Int) throws(JSONError) -> JSON {
        try open(levels)
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(below: levels - 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            try expect(UInt8(ascii: ","), "a comma or a closing bracket is missing in an array")
        }
    }

    private mutating func object(below levels: Int) throws(JSONError) -> JSON {
        try open(levels)
        var object = JSON.Object()
        if take(UInt8(ascii: "}")) { return .object(object) }
        while true {
            guard next == UInt8(ascii: "\"") else {
                throw JSONError("a member of an object must begin with a name in double quotes", at: place)
            }
            let start = place
            let name = try string()
            skipSpace()
            try expect(UInt8(ascii: ":"), "a colon is missing after a name")
            guard object.insert(name, try value(below: levels - 1)) else {
                throw JSONError("the name \(name.quotedForMessage) stands twice in one object", at: start)
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(object) }
            try expect(UInt8(ascii: ","), "a comma or a closing brace is missing in an object")
        }
    }

    private mutating func open(_ levels: Int) throws(JSONError) {
        if levels <= 0 {
            throw JSONError("arrays and objects are nested deeper than \(depth) levels", at: place)
        }
        place += 1
        skipSpace()
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ reason: String) throws(JSONError) {
        guard take(byte) else { throw JSONError(reason, at: place) }
        skipSpace()
    }
}
