/// Short inputs that stand for long ones: libFuzzer is good at small texts, and 10 MB lines are wanted too.
///
/// The control character 0x1D, which JSON never holds unescaped, begins a repeat: a byte that tells how often, a byte
/// whose value modulo 16 is one less than the length of the unit, and the unit.
enum Expansion {
    static let mark: UInt8 = 0x1D

    /// The bytes with every repeat written out, at most `largest` of them.
    static func of(_ bytes: ArraySlice<UInt8>, largest: Int) -> [UInt8] {
        guard bytes.contains(mark) else { return Array(bytes.prefix(largest)) }
        var result: [UInt8] = []
        var place = bytes.startIndex
        while place < bytes.endIndex, result.count < largest {
            guard bytes[place] == mark, place + 3 < bytes.endIndex else {
                result.append(bytes[place])
                place += 1
                continue
            }
            let unit = bytes[(place + 3)...].prefix(1 + Int(bytes[place + 2] % 16))
            let room = (largest - result.count) / unit.count
            for _ in 0..<min(times(bytes[place + 1]), room) { result.append(contentsOf: unit) }
            place = unit.endIndex
        }
        return result
    }

    /// 0 to 159 one by one, because the limit of depth lies there; then in steps to 20,000; then in powers of two.
    static func times(_ byte: UInt8) -> Int {
        switch byte {
        case 0..<160: Int(byte)
        case 160..<200: (Int(byte) - 159) * 500
        default: 1 << ((Int(byte) - 200) / 2)
        }
    }
}
