/// Text that stays readable on a 7-bit wire (RFC 2045 §6.7), in lines of at most 76 characters.
enum QuotedPrintable {
    /// Encodes text whose lines end in CRLF.
    ///
    /// Beyond the duty: `From ` at the start of a line, which mailbox files would change, and a line of one dot
    /// are encoded too.
    static func encode(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + text.count / 8)
        text.withUnsafeBufferPointer { encode($0, to: &output) }
        return output
    }

    private static func encode(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var column = 0
        var index = 0
        while index < text.count {
            // What stays as it is goes in runs, up to where a line may have to end.
            let plain = plainRun(in: text, from: index, atMost: 75 - column)
            if plain > 0, column > 0 || !isUnsafeStart(text, at: index) {
                output.append(contentsOf: text[index..<index + plain])
                column += plain
                index += plain
                continue
            }
            let byte = text[index]
            if byte == 0x0D, index + 1 < text.count, text[index + 1] == 0x0A {
                output += [0x0D, 0x0A]
                column = 0
                index += 2
                continue
            }
            let isLast = index + 1 == text.count || text[index + 1] == 0x0D
            let isLiteral =
                isLiteral(byte, isLast: isLast) && !(column == 0 && isUnsafeStart(text, at: index))
            let width = isLiteral ? 1 : 3
            // The last piece of a line may take the column that a soft break would need.
            if column + width > (isLast ? 76 : 75) {
                output += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
                continue
            }
            if isLiteral {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "="), Hexadecimal.digit(byte >> 4), Hexadecimal.digit(byte & 15)]
            }
            column += width
            index += 1
        }
    }

    /// How many octets from a place on no encoding touches. The one behind which something else comes is not among
    /// them: were it a space in front of a line's end, it would be lost.
    private static func plainRun(
        in text: UnsafeBufferPointer<UInt8>, from start: Int, atMost most: Int
    ) -> Int {
        var end = start
        let limit = min(start + most, text.count)
        while end < limit, (0x20...0x7E).contains(text[end]), text[end] != UInt8(ascii: "=") { end += 1 }
        return max(0, end - start - 1)
    }

    private static func isLiteral(_ byte: UInt8, isLast: Bool) -> Bool {
        switch byte {
        case 0x20, 0x09: !isLast
        case UInt8(ascii: "="): false
        case 0x21...0x7E: true
        default: false
        }
    }

    private static func isUnsafeStart(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        switch text[index] {
        case UInt8(ascii: "F"): text[index...].starts(with: "From ".utf8)
        case UInt8(ascii: "."): index + 1 == text.count || text[index + 1] == 0x0D
        default: false
        }
    }
}
