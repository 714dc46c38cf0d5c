/// The charsets that reports come in. Any other is taken for UTF-8: what is looked for in a report is ASCII.
enum Charset {
    /// Octets as text; Windows-1252 where they name it or one of its kin, or where they are no UTF-8.
    static func decode(_ octets: [UInt8], named name: String?) -> String {
        switch name?.lowercased() {
        case "iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252": return western(octets)
        case nil, "utf-8", "us-ascii", "ascii", "utf8":
            return String(validating: octets, as: UTF8.self) ?? western(octets)
        default: return String(decoding: octets, as: UTF8.self)
        }
    }

    private static func western(_ octets: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for octet in octets {
            let value = (0x80...0x9F).contains(octet) ? high[Int(octet - 0x80)] : UInt16(octet)
            text.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return String(text)
    }

    /// What Windows-1252 has at 0x80 to 0x9F.
    private static let high: [UInt16] = [
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
        0x0152,
        0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
        0x2122,
        0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178,
    ]
}
