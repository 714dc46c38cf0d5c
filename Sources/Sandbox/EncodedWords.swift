/// Encoded words turned back into text for display (RFC 2047); what cannot be decoded stays as it stands.
///
/// UTF-8, US-ASCII and ISO 8859-1 are known: the sandbox shows mail that Envelope composed, which is in UTF-8.
enum EncodedWords {
    static func decode(_ text: String) -> String {
        var result: [UInt8] = []
        var rest = text[...]
        var afterWord = false
        while let start = rest.firstIndex(ofMark: "=?") {
            let between = rest[..<start]
            guard let (bytes, end) = word(rest[start...]) else {
                let next = rest.index(start, offsetBy: 2)
                result += rest[..<next].utf8
                rest = rest[next...]
                afterWord = false
                continue
            }
            // White space between two encoded words is not part of the text (§6.2).
            if !(afterWord && between.allSatisfy(\.isWhitespace)) { result += between.utf8 }
            result += bytes
            rest = rest[end...]
            afterWord = true
        }
        result += rest.utf8
        // Decoded only now: some composers part a character between two words.
        return String(decoding: result, as: UTF8.self)
    }

    /// Reads `=?charset?encoding?text?=`, giving UTF-8 octets and where the word ends.
    private static func word(_ text: Substring) -> (bytes: [UInt8], end: Substring.Index)? {
        let parts = text.split(separator: "?", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "=", parts[4].first == "=" else { return nil }
        let decoded: [UInt8]?
        switch parts[2].uppercased() {
        case "B": decoded = base64(parts[3].utf8)
        case "Q": decoded = quoted(Array(parts[3].utf8))
        default: return nil
        }
        guard let decoded else { return nil }
        let end = parts[4].index(after: parts[4].startIndex)
        switch parts[1].prefix(while: { $0 != "*" }).lowercased() {
        case "utf-8", "us-ascii": return (decoded, end)
        case "iso-8859-1":
            return (Array(String(String.UnicodeScalarView(decoded.map { Unicode.Scalar($0) })).utf8), end)
        default: return nil
        }
    }

    private static func quoted(_ text: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        var index = 0
        while index < text.count {
            switch text[index] {
            case 0x3D:
                guard index + 2 < text.count,
                    let byte = UInt8(
                        String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(byte)
                index += 2
            case 0x5F: bytes.append(0x20)
            case let byte: bytes.append(byte)
            }
            index += 1
        }
        return bytes
    }

    private static func base64(_ text: Substring.UTF8View) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits = 0
        var held = 0
        for byte in text where byte != 0x3D {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> held))
            }
        }
        // Six bits left over make no octet.
        return held < 6 ? bytes : nil
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}

extension Substring {
    /// Where a two-character mark begins.
    fileprivate func firstIndex(ofMark mark: String) -> Index? {
        indices.first { self[$0...].hasPrefix(mark) }
    }
}

extension Character {
    /// False for control characters, which a terminal might obey.
    var isPrintable: Bool {
        unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
