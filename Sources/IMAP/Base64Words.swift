/// Reads base64 (RFC 4648 §4) as servers write it behind a `+`.
enum Base64Words {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Nil when there is anything else in it.
    static func decoded(_ text: Substring) -> [UInt8]? {
        var octets: [UInt8] = []
        var held = 0
        var bits = 0
        for digit in text.utf8 where digit != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            held = held << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                octets.append(UInt8(held >> bits & 0xFF))
                held &= (1 << bits) - 1
            }
        }
        return octets
    }
}
