extension Parser {
    /// RFC 8259 §7, from the opening to behind the closing quote.
    ///
    /// A string without escapes is looked at eight bytes at a time and copied once, so that 10 MiB of base64 cost
    /// about as much as copying them.
    mutating func string() throws(JSONError) -> String {
        let opening = place
        place += 1
        let start = place
        place = bytes.span.bytes.endOfPlain(from: place)
        if next == UInt8(ascii: "\"") {
            let text = try text(in: bytes.span.extracting(start..<place), from: start)
            place += 1
            return text
        }
        return try stringWithEscapes(from: start, opening: opening)
    }

    private mutating func stringWithEscapes(from start: Int, opening: Int) throws(JSONError) -> String {
        var start = start
        var copy: [UInt8] = []
        while true {
            copy.append(contentsOf: bytes[start..<place])
            switch next {
            case UInt8(ascii: "\""):
                place += 1
                return try text(in: copy.span, from: opening + 1)
            case UInt8(ascii: "\\"): try escape(into: &copy)
            case nil: throw JSONError("a string has no closing quote", at: opening)
            default: throw JSONError("a control character stands in a string without an escape", at: place)
            }
            start = place
            place = bytes.span.bytes.endOfPlain(from: place)
        }
    }

    private func text(in span: Span<UInt8>, from offset: Int) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: span))
        } catch {
            throw JSONError(
                "a string holds bytes that are not UTF-8", at: offset + error.byteOffsets.lowerBound)
        }
    }

    private mutating func escape(into copy: inout [UInt8]) throws(JSONError) {
        let start = place
        place += 1
        guard let letter = next else { throw JSONError("a string has no closing quote", at: start) }
        place += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): copy.append(letter)
        case UInt8(ascii: "b"): copy.append(0x08)
        case UInt8(ascii: "f"): copy.append(0x0C)
        case UInt8(ascii: "n"): copy.append(0x0A)
        case UInt8(ascii: "r"): copy.append(0x0D)
        case UInt8(ascii: "t"): copy.append(0x09)
        case UInt8(ascii: "u"): copy.append(contentsOf: try codePoint(from: start).utf8Bytes)
        default: throw JSONError("an unknown escape stands in a string", at: start)
        }
    }

    private mutating func codePoint(from start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try fourDigits(from: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, next == UInt8(ascii: "\\"), place + 1 < bytes.count,
            bytes[place + 1] == UInt8(ascii: "u")
        {
            place += 2
            let second = try fourDigits(from: start)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw JSONError("half of a surrogate pair stands alone in a string", at: start)
    }

    private mutating func fourDigits(from start: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw JSONError("\\u must be followed by four hexadecimal digits", at: start)
            }
            value = value << 4 | UInt32(digit)
            place += 1
        }
        return value
    }
}

extension Unicode.Scalar {
    fileprivate var utf8Bytes: [UInt8] { Array(String(Character(self)).utf8) }
}
