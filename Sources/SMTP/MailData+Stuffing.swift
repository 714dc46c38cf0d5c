import Mail

extension MailData {
    /// The octets for the wire (RFC 5321 §4.5.2) without the final line end: a dot before every dot that begins a
    /// line. `finalOctets` follows them.
    var stuffedWithoutEnd: [UInt8] {
        var stuffed: [UInt8] = []
        stuffed.reserveCapacity(bytes.count + bytes.count / 64 + 1)
        bytes.withUnsafeBufferPointer { octets in
            var lineStart = 0
            while lineStart < octets.count {
                // `MailData` has no LF without a CR before it, so LF alone ends a line.
                var next = lineStart
                while next < octets.count, octets[next] != 0x0A { next += 1 }
                next = min(next + 1, octets.count)
                if octets[lineStart] == 0x2E { stuffed.append(0x2E) }
                stuffed.append(contentsOf: octets[lineStart..<next])
                lineStart = next
            }
        }
        stuffed.removeLast(2)
        return stuffed
    }

    /// Ends the last line and the mail data: CRLF, dot, CRLF. Held back until the gate is open.
    static let finalOctets: [UInt8] = [0x0D, 0x0A, 0x2E, 0x0D, 0x0A]
}
