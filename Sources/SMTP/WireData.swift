import Mail

/// Mail data as it goes over the wire (RFC 5321 §4.5.2): a dot before every dot that begins a line, and without the
/// final line end, which belongs to `finalOctets`.
struct WireData: Sendable {
    let octets: [UInt8]
    /// Octets before stuffing, as SIZE (RFC 1870) counts them.
    let size: Int
    let is8Bit: Bool

    /// Ends the last line and the mail data: CRLF, dot, CRLF. Held back until the gate is open.
    static let finalOctets: [UInt8] = [0x0D, 0x0A, 0x2E, 0x0D, 0x0A]

    init(_ mailData: MailData) {
        size = mailData.size
        is8Bit = mailData.is8Bit
        var stuffed: [UInt8] = []
        stuffed.reserveCapacity(mailData.size + mailData.size / 64 + 1)
        mailData.bytes.withUnsafeBufferPointer { source in
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
        stuffed.removeLast(2)
        octets = stuffed
    }
}
