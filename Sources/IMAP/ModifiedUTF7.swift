/// The ASCII form of folder names in servers without UTF8=ACCEPT (RFC 3501 §5.1.3): `&` begins UTF-16 in base64.
enum ModifiedUTF7 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    static func encoded(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var units: [UInt16] = []
        func flush() {
            if units.isEmpty { return }
            output.append(UInt8(ascii: "&"))
            var held = 0
            var bits = 0
            for octet in units.flatMap({ [UInt8($0 >> 8), UInt8($0 & 0xFF)] }) {
                held = held << 8 | Int(octet)
                bits += 8
                while bits >= 6 {
                    bits -= 6
                    output.append(alphabet[held >> bits & 63])
                }
                held &= (1 << bits) - 1
            }
            if bits > 0 { output.append(alphabet[held << (6 - bits) & 63]) }
            output.append(UInt8(ascii: "-"))
            units = []
        }
        for unit in text.utf16 {
            guard (0x20...0x7E).contains(unit) else {
                units.append(unit)
                continue
            }
            flush()
            output.append(UInt8(unit))
            if unit == 0x26 { output.append(UInt8(ascii: "-")) }
        }
        flush()
        return output
    }

    /// Nil when the octets are not such a name.
    static func decoded(_ octets: [UInt8]) -> String? {
        var units: [UInt16] = []
        var rest = octets[...]
        while let octet = rest.popFirst() {
            guard (0x20...0x7E).contains(octet) else { return nil }
            guard octet == UInt8(ascii: "&") else {
                units.append(UInt16(octet))
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: "-")) else { return nil }
            let digits = rest[..<end]
            rest = rest[(end + 1)...]
            if digits.isEmpty {
                units.append(0x26)
            } else {
                guard let shifted = shifted(digits) else { return nil }
                units += shifted
            }
        }
        return String(validating: units, as: UTF16.self)
    }

    private static func shifted(_ digits: ArraySlice<UInt8>) -> [UInt16]? {
        var units: [UInt16] = []
        var held = 0
        var bits = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            held = held << 6 | value
            bits += 6
            if bits >= 16 {
                bits -= 16
                units.append(UInt16(held >> bits & 0xFFFF))
                held &= (1 << bits) - 1
            }
        }
        return bits < 6 && held == 0 && !units.isEmpty ? units : nil
    }
}
