/// The name of one send: a UUIDv7 (RFC 9562 §5.7) in lower-case text, so that ids sort by the time they were made.
package struct SendID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 36 characters, `8-4-4-4-12`.
    package let text: String
    package var description: String { text }

    /// - Parameters:
    ///   - milliseconds: since 1970, the first 48 bits.
    ///   - random: the other bits; the version and variant overwrite 6 of them.
    package init(milliseconds: Int64, random: (UInt64, UInt64)) {
        let high = UInt64(bitPattern: milliseconds) << 16 | 0x7000 | random.0 & 0x0FFF
        let low = random.1 & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Self.hex(high) + Self.hex(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        self.text = text
    }

    /// Nil unless it is a UUID in its text form; upper case is folded.
    package init?(_ text: String) {
        let lower = text.lowercased()
        let groups = lower.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12],
            lower.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D })
        else { return nil }
        self.text = lower
    }

    package static func < (left: SendID, right: SendID) -> Bool { left.text < right.text }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
