extension MailPart {
    /// A parameter of a structured field, put together and decoded (RFC 2231 §3 and §4).
    static func parameter(_ name: String, of field: String) -> String? {
        let all = parameters(of: field)
        if let plain = all.first(where: { $0.name == name }) { return plain.value }
        if let whole = all.first(where: { $0.name == name + "*" }) {
            return decoded(withCharset: whole.value)
        }
        var octets = ""
        for number in 0... {
            if let piece = all.first(where: { $0.name == "\(name)*\(number)*" }) {
                octets += piece.value
            } else if let piece = all.first(where: { $0.name == "\(name)*\(number)" }) {
                octets += piece.value
            } else {
                return number == 0 ? nil : decoded(withCharset: octets)
            }
        }
        return nil
    }

    private static func parameters(of field: String) -> [(name: String, value: String)] {
        var parameters: [(String, String)] = []
        var rest = field.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst()
            let name = trimmed(rest.prefix { $0 != "=" && $0 != ";" }).lowercased()
            rest = rest.drop { $0 != "=" && $0 != ";" }
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop { $0 == " " }
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let next = rest.popFirst() {
                        value.append(next)
                    } else {
                        value.append(character)
                    }
                }
                rest = rest.drop { $0 != ";" }
            } else {
                value = trimmed(rest.prefix { $0 != ";" })
                rest = rest.drop { $0 != ";" }
            }
            parameters.append((name, value))
        }
        return parameters
    }

    /// `UTF-8''na%C3%AFve.txt`: what is said of charset and language is left out, percent signs are undone.
    private static func decoded(withCharset text: String) -> String {
        let pieces = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        var rest = (pieces.count == 3 ? pieces[2] : text[...]).utf8[...]
        var octets: [UInt8] = []
        while let octet = rest.popFirst() {
            if octet == UInt8(ascii: "%"), let high = rest.first.flatMap(digit),
                let low = rest.dropFirst().first.flatMap(digit)
            {
                octets.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
