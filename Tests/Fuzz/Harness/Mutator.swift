/// Mutations that know what the inputs are made of, beside libFuzzer's own that know bytes.
struct Mutator {
    private var random: SeededGenerator
    private var messages: MessageGrammar

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        messages = MessageGrammar(seed: seed)
    }

    /// Nil when libFuzzer's own shall be used.
    mutating func mutated(_ input: [UInt8]) -> [UInt8]? {
        switch input.first {
        case UInt8(ascii: "S") where random.below(2) == 0: lines(of: input)
        case UInt8(ascii: "J") where random.below(3) == 0: text(of: input)
        default: nil
        }
    }

    /// One line of a conversation made anew, put in, doubled, moved or left out.
    private mutating func lines(of input: [UInt8]) -> [UInt8] {
        let head = input.prefix(2)
        var lines = input.dropFirst(2).split(separator: 0x0A).map(Array.init)
        let place = random.below(lines.count + 1)
        switch random.below(8) {
        case 0 where place < lines.count: lines.remove(at: place)
        case 1 where place < lines.count: lines.insert(lines[place], at: random.below(lines.count))
        case 2 where place < lines.count: lines.swapAt(place, random.below(lines.count))
        case 3 where place < lines.count: lines[place] = messages.line()
        case 4:
            lines.insert(
                [EraTarget.finishing, UInt8(random.below(4)), UInt8(random.below(9) + 16)], at: place)
        default: lines.insert(messages.line(), at: place)
        }
        var result = Array(head)
        if result.count < 2 || random.below(16) == 0 {
            result = [UInt8(ascii: "S"), UInt8(random.below(16))]
        }
        for line in lines.prefix(16) { result += line + [0x0A] }
        return result
    }

    private static let pieces =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\":", "{\"a\":1,\"a\":2}", "null", "true", "false", "0",
            "-0", "-",
            "1e400", "1e-400", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1.5",
            "0.0", "5e-324",
            "1.7976931348623157e308", "1.7976931348623159e308", "01", "1.", ".5", "1e", "+1", "NaN",
            "\\u0000", "\\ud800",
            "\\udc00", "\\ud83d\\ude00", "\\u00e9", "\\uD8", "\\x", "\\\"", "\\\\", "\\/", "é", "e\u{301}",
            "😀", "\u{feff}",
            "\u{2028}", "\t", "\u{1}", " ", "[[[[[[[[[[[[[[[[", "{\"\":{\"\":{\"\":", "\"xxxxxxx\"",
            "]]]]]]]]]]]]]]]]",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
        ]

    private static let values = [
        "0", "-1", "1.5", "-0.0", "1e-9", "5e-324", "1E+300", "9007199254740993", "9223372036854775807",
        "123456789012345678901234567890", "0.1000000000000000055511151231257827", "null", "true", "\"\"",
        "\"a\"",
        "[]", "{}", "[1,2]", "{\"a\":1,\"b\":[]}", "\"\\u00e9\"", "\"é\"", "\"e\u{301}\"",
        "\"\\ud83d\\ude00\"",
    ].map { Array($0.utf8) }

    /// The next number or word, if there is one, becomes another value, so that the text stays JSON if it was.
    private mutating func replaceWord(in text: inout [UInt8], from start: Int) {
        func isWord(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2B, 0x2D, 0x2E, 0x45].contains(byte)
        }
        guard let first = text[start...].firstIndex(where: isWord) else { return }
        let end = text[first...].firstIndex { !isWord($0) } ?? text.endIndex
        let value = random.pick(Self.values)
        text.replaceSubrange(
            first..<end, with: random.below(3) > 0 ? value : value + [UInt8(ascii: ",")] + value)
    }

    /// A piece of grammar put in, or a part repeated, enclosed or, in the short form, repeated very often.
    private mutating func text(of input: [UInt8]) -> [UInt8] {
        var result = input
        let start = 1 + random.below(result.count)
        let end = start + random.below(result.count - start + 1)
        switch random.below(9) {
        case 6...: replaceWord(in: &result, from: start)
        case 0: result.insert(contentsOf: result[start..<end], at: start)
        case 1:
            let isObject = random.below(2) == 0
            result.insert(contentsOf: isObject ? "}".utf8 : "]".utf8, at: end)
            result.insert(contentsOf: isObject ? "{\"\":".utf8 : "[".utf8, at: start)
        case 2:
            let unit = random.pick(Self.pieces).prefix(16)
            let times = random.below(4) == 0 ? 126 + random.below(4) : random.below(256)
            result.insert(
                contentsOf: [Expansion.mark, UInt8(times), UInt8(unit.count - 1)] + unit, at: start)
        case 3: result.removeSubrange(start..<end)
        default: result.insert(contentsOf: random.pick(Self.pieces), at: start)
        }
        return result
    }
}
