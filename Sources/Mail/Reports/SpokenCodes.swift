/// The reply code and the enhanced code that a failing system's words hold: `550 5.1.1` in `host mx said: 550 5.1.1 no`.
///
/// Numbers that only look like codes are the difficulty: parts of IP addresses and versions, sizes, ports. So three
/// digits are a reply code only at the front, behind a mark that leads to one, or right before an enhanced code; and
/// three numbers are an enhanced code only where nothing else touches them and the subject is one of RFC 3463.
struct SpokenCodes {
    private(set) var code: Int?
    private(set) var enhanced: EnhancedStatusCode?

    init(_ text: String) {
        let octets = Array(text.utf8.prefix(4096))
        var found: [EnhancedStatusCode] = []
        var index = 0
        var previous: UInt8 = 0x3A
        var word: ArraySlice<UInt8> = []
        while index < octets.count {
            let octet = octets[index]
            guard Self.isWord(octet) else {
                if octet != 0x20, octet != 0x09 { previous = octet }
                index += 1
                continue
            }
            let end = octets[index...].firstIndex { !Self.isWord($0) } ?? octets.count
            var token = octets[index..<end]
            while token.last == 0x2E { token.removeLast() }
            if found.count < 20, let status = EnhancedStatusCode(parsing: token.asText), status.subject <= 7 {
                found.append(status)
            } else if code == nil, let number = Self.replyCode(token) {
                let isApart = index == 0 || octets[index - 1] == 0x20
                let isReply =
                    Self.leads(previous, word, isApart: isApart) || Self.isEnhanced(octets[end...])
                // `<550@example.com>` is a mailbox.
                if isReply, end == octets.count || octets[end] != 0x40 { code = number }
            }
            word = token
            previous = 0
            index = end
        }
        enhanced = found.first { code == nil || $0.class == (code ?? 0) / 100 }
    }

    /// The text without codes at its front and without those that a reply of several lines repeats.
    func withoutCodes(_ text: String) -> String {
        guard let code else { return text }
        let number = String(code)
        var words = text.utf8.prefix(8192).split { $0 == 0x20 || $0 == 0x09 }.map(\.asText)
        guard let first = words.first,
            [number, number + ":"].contains(first) || first.hasPrefix(number + "-")
        else { return text }
        var kept: [String] = []
        var behindCode = false
        for var word in words {
            if word.hasPrefix(number + "-") {
                word = String(word.dropFirst(4))
                behindCode = true
            } else if word == number || word == number + ":", kept.isEmpty || enhanced != nil {
                behindCode = true
                continue
            }
            if behindCode, let enhanced, word == enhanced.description || word == "#\(enhanced)" {
                behindCode = false
                continue
            }
            behindCode = false
            if !word.isEmpty { kept.append(word) }
        }
        words = kept
        return words.joined(separator: " ")
    }

    /// True behind `'`, `"`, `#`, `<`, `;`, a colon with a space (`mx.example.com:465` is a port) and some words.
    private static func leads(_ mark: UInt8, _ word: ArraySlice<UInt8>, isApart: Bool) -> Bool {
        if ["responsecode", "code", "error_code", "said", "error", "reason"].contains(
            word.asText.lowercased())
        {
            return true
        }
        return mark == 0x3A ? isApart : [0x27, 0x22, 0x23, 0x3C, 0x3B].contains(mark)
    }

    private static func isWord(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x61...0x7A).contains(octet | 0x20) || octet == 0x2E
            || octet == 0x5F
            || octet >= 0x80
    }

    private static func replyCode(_ token: ArraySlice<UInt8>) -> Int? {
        guard token.count == 3, token.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(token.asText)
        else { return nil }
        return [2, 4, 5].contains(number / 100) && number % 100 < 60 ? number : nil
    }

    /// True where an enhanced code follows: ` 5.1.1`, `-5.1.1`, ` #5.1.1`.
    private static func isEnhanced(_ rest: ArraySlice<UInt8>) -> Bool {
        let behind = rest.prefix(4).drop { $0 == 0x20 || $0 == 0x2D || $0 == 0x23 }
        let token = rest[behind.startIndex...].prefix(12).prefix(while: isWord)
        return EnhancedStatusCode(parsing: token.asText) != nil
    }
}
