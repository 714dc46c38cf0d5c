extension RawSpan {
    /// The place of the next byte that a JSON string cannot hold as it is (a quote, a backslash, a control character),
    /// or the end.
    func endOfPlain(from start: Int) -> Int {
        var place = start
        // The trick sets the top bit of each byte that is below 0x20 or equals one of the two, in eight at once.
        // A borrow may set it for a byte above a real hit, so the loop behind it decides.
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        while place + 8 <= byteCount {
            let word = unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let control = (word &- ones &* 0x20) & ~word
            if (control | ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & tops != 0 {
                break
            }
            place += 8
        }
        while place < byteCount {
            let byte = unsafeLoad(fromByteOffset: place, as: UInt8.self)
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            place += 1
        }
        return place
    }
}
