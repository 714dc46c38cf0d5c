import Mail

/// Mail data as it goes over the wire (RFC 5321 §4.5.2): a dot before every dot that begins a line, and without the
/// final line end, which belongs to `finalOctets`.
struct WireData: Sendable {
    private let bytes: [UInt8]
    /// Octets before stuffing, as SIZE (RFC 1870) counts them.
    let size: Int
    let is8Bit: Bool

    /// All but the final line end.
    var octets: ArraySlice<UInt8> { bytes.dropLast(2) }

    /// Ends the last line and the mail data: CRLF, dot, CRLF. Held back until the gate is open.
    static let finalOctets: [UInt8] = [0x0D, 0x0A, 0x2E, 0x0D, 0x0A]

    init(_ mailData: MailData) {
        size = mailData.size
        is8Bit = mailData.is8Bit
        // Most mail has no such line: then it is the same array, and a long message is in memory once.
        bytes = Self.isStuffed(mailData.bytes) ? Self.stuffed(mailData.bytes) : mailData.bytes
    }

    private static func isStuffed(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { source in
            if source.first == 0x2E { return true }
            for index in source.indices.dropLast() where source[index] == 0x0A && source[index + 1] == 0x2E {
                return true
            }
            return false
        }
    }

    private static func stuffed(_ bytes: [UInt8]) -> [UInt8] {
        var stuffed: [UInt8] = []
        stuffed.reserveCapacity(bytes.count + bytes.count / 64 + 1)
        bytes.withUnsafeBufferPointer { source in
            var copied = 0
            var isLineStart = true
            for (index, octet) in source.enumerated() {
                if isLineStart, octet == 0x2E {
                    stuffed.append(contentsOf: source[copied..<index])
                    stuffed.append(0x2E)
                    copied = index
                }
                // `MailData` has no LF without a CR before it, so LF alone ends a line.
                isLineStart = octet == 0x0A
            }
            stuffed.append(contentsOf: source[copied...])
        }
        return stuffed
    }
}
