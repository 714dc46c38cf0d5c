import Mail

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
        // Byte by byte, as below.
        text = String(unsafeUninitializedCapacity: 36) { room in
            var place = 0
            for (index, half) in [high, low].enumerated() {
                for digit in 0..<16 {
                    if (index == 0 && (digit == 8 || digit == 12))
                        || (index == 1 && (digit == 0 || digit == 4))
                    {
                        room[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    let value = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * digit)) & 15
                    room[place] = value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
                    place += 1
                }
            }
            return place
        }
    }

    /// Nil unless it is a UUID in its text form; upper case is folded.
    package init?(_ text: String) {
        // Byte by byte: every answer about a send passes here, and Unicode's rules cost 10 µs.
        guard text.utf8.count == 36 else { return nil }
        for (index, byte) in text.utf8.enumerated() {
            let isRight =
                switch index {
                case 8, 13, 18, 23: byte == 0x2D
                default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
                }
            guard isRight else { return nil }
        }
        let isLower = !text.utf8.contains { (0x41...0x46).contains($0) }
        self.text = isLower ? text : text.lowercased()
    }

    /// The first 48 bits: when it was made, in milliseconds since 1970.
    var milliseconds: Int64 {
        text.utf8.prefix(13).reduce(0) { value, byte in
            byte == 0x2D ? value : value << 4 | Int64(byte & 0x0F) + (byte > 0x39 ? 9 : 0)
        }
    }

    package static func < (left: SendID, right: SendID) -> Bool { left.text < right.text }
}
