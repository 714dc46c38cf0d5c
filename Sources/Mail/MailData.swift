/// The octets that go out after DATA (RFC 5321 §3.3), before dot-stuffing: header section, empty line, body.
///
/// Every line ends in CRLF, no CR or LF stands alone, no NUL, no line is over 998 octets: what is not so is
/// refused here, because a bare LF is how one message is smuggled inside another.
package struct MailData: Hashable, Sendable {
    package let bytes: [UInt8]
    /// True when an octet over 127 occurs, so that BODY=8BITMIME (RFC 6152) is needed.
    package let is8Bit: Bool

    package var size: Int { bytes.count }

    /// Checks the line rules once; throws what is wrong and where.
    package init(checking bytes: [UInt8]) throws(MailDataError) {
        var lineStart = 0
        var index = 0
        var eight = false
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0: throw .nul(offset: index)
            case 0x0A: throw .bareLF(offset: index)
            case 0x0D:
                guard index + 1 < bytes.count, bytes[index + 1] == 0x0A else { throw .bareCR(offset: index) }
                if index - lineStart > 998 {
                    throw .lineTooLong(offset: lineStart, length: index - lineStart)
                }
                index += 1
                lineStart = index + 1
            default:
                if byte > 127 { eight = true }
            }
            index += 1
        }
        if lineStart != bytes.count || bytes.isEmpty { throw .noFinalCRLF }
        self.bytes = bytes
        self.is8Bit = eight
    }
}

/// Why some octets are not mail data; offsets count from the first octet.
package enum MailDataError: Error, Hashable, Sendable {
    case nul(offset: Int)
    case bareCR(offset: Int)
    case bareLF(offset: Int)
    case lineTooLong(offset: Int, length: Int)
    case noFinalCRLF
}
