/// Table 3-7 of the Unicode Standard (well-formed UTF-8 byte sequences), row by row.
enum UTF8Check {
    private typealias Range = ClosedRange<UInt8>
    private static let tail: Range = 0x80...0xBF
    private static let rows: [(first: Range, second: Range, more: Int)] = [
        (0xC2...0xDF, tail, 0), (0xE0...0xE0, 0xA0...0xBF, 1), (0xE1...0xEC, tail, 1),
        (0xED...0xED, 0x80...0x9F, 1), (0xEE...0xEF, tail, 1), (0xF0...0xF0, 0x90...0xBF, 2),
        (0xF1...0xF3, tail, 2), (0xF4...0xF4, 0x80...0x8F, 2),
    ]

    static func holds(_ bytes: [UInt8]) -> Bool {
        var place = 0
        while place < bytes.count {
            let first = bytes[place]
            place += 1
            if first < 0x80 { continue }
            guard let row = rows.first(where: { $0.first.contains(first) }), place + row.more < bytes.count,
                row.second.contains(bytes[place]),
                bytes[place + 1..<place + 1 + row.more].allSatisfy(tail.contains)
            else { return false }
            place += 1 + row.more
        }
        return true
    }
}
