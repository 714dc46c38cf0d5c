extension Parser {
    /// RFC 8259 §6. Digits alone that fit 64 bits stay whole; the rest goes through a double.
    mutating func number() throws(JSONError) -> JSON {
        let start = place
        let negative = next == UInt8(ascii: "-")
        if negative { place += 1 }
        let leading = next
        let whole = try digits()
        if leading == UInt8(ascii: "0"), place - start > (negative ? 2 : 1) {
            throw JSONError("a number must not begin with a zero", at: start)
        }
        var fractional = false
        if next == UInt8(ascii: ".") {
            fractional = true
            place += 1
            _ = try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            fractional = true
            place += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
            _ = try digits()
        }
        if !fractional, let magnitude = whole, let value = Int64(exactly: negative ? -magnitude : magnitude) {
            return .integer(value)
        }
        guard let text = try? UTF8Span(validating: bytes.span.extracting(start..<place)),
            let value = Double(String(copying: text)), value.isFinite
        else { throw JSONError("a number is too large", at: start) }
        return .number(value)
    }

    /// One or more digits; their value, or nil when it does not fit.
    private mutating func digits() throws(JSONError) -> Int128? {
        let start = place
        var value: Int128 = 0
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            if place - start < 19 { value = value * 10 + Int128(byte - UInt8(ascii: "0")) }
            place += 1
        }
        if place == start { throw JSONError("a digit is missing in a number", at: place) }
        return place - start <= 19 ? value : nil
    }
}
