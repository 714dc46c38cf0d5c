extension DeliveryReport.Name {
    /// Reads `type; name`; nil where no name stands.
    init?(parsing field: String) {
        let (type, rest) = field.typed
        var text = rest
        if type == "utf-8" { text = text.withoutUnitextEscapes }
        // A comment behind it: `ada@example.com (Ada)`.
        if let at = text.firstIndex(of: "@"), let comment = text[at...].firstIndex(of: " ") {
            text = String(text[..<comment])
        }
        if text.utf8.first == 0x3C, text.utf8.last == 0x3E { text = String(text.dropFirst().dropLast()) }
        self.init(type: type ?? "rfc822", text: text)
    }

    init?(type: String, text: String) {
        let shown = Reply.printable(text, limit: 320)
        guard !shown.isEmpty else { return nil }
        self.type = type
        self.text = shown
        address = type.hasPrefix("x400") ? nil : Address.lenient(text)
    }

    init(_ address: Address) {
        type = "rfc822"
        text = Reply.printable(address.text, limit: 320)
        self.address = address
    }

    /// What the text says if a server copied it from ORCPT without undoing its xtext (RFC 3461 §4): `a+2Bb` is `a+b`.
    var addressFromXtext: Address? {
        guard text.utf8.contains(0x2B) else { return nil }
        var rest = Array(text.utf8)[...]
        var octets: [UInt8] = []
        while let octet = rest.popFirst() {
            let digits = rest.prefix(2)
            if octet == 0x2B, !digits.contains(where: { $0 > 0x46 }), let pair = Hexadecimal.octet(digits) {
                octets.append(pair)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet)
            }
        }
        return Address.lenient(octets.asText)
    }
}

extension DeliveryReport.Diagnostic {
    /// Reads `type; text`.
    init?(parsing field: String) {
        let (type, text) = field.typed
        self.init(type: type, text: text)
    }

    /// Nil where nothing was said.
    init?(type: String?, text: String) {
        let spoken = SpokenCodes(text)
        let shown = Reply.printable(spoken.withoutCodes(text))
        if shown.isEmpty, spoken.code == nil, spoken.enhanced == nil { return nil }
        self.type = type.map { Reply.printable($0, limit: 40) }
        self.text = shown
        code = spoken.code
        enhanced = spoken.enhanced
    }
}

extension DeliveryReport.Recipient.Action {
    /// Reads the action as servers spell it: any case, a comment behind it, `failure`.
    init?(parsing field: String) {
        let word = field.utf8.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }.asText.lowercased()
        switch word {
        case "failed", "failure", "fail", "error", "undeliverable": self = .failed
        case "delayed", "delay", "deferred", "warning": self = .delayed
        case "delivered", "deliver", "deliverable", "success": self = .delivered
        case "relayed": self = .relayed
        case "expanded": self = .expanded
        default: return nil
        }
    }

    /// What a class of status means where no action is given; nil for none of the three.
    init?(class number: Int?) {
        switch number {
        case 2: self = .delivered
        case 4: self = .delayed
        case 5: self = .failed
        default: return nil
        }
    }
}

extension String {
    /// A typed value (RFC 3464 §2.1.2) in its two halves; no type where what stands before the first semicolon is no
    /// word.
    var typed: (type: String?, text: String) {
        guard let mark = utf8.firstIndex(of: 0x3B) else { return (nil, utf8.trimmed.asText) }
        let type = utf8[..<mark].trimmed
        let isWord = (1...40).contains(type.count) && type.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x40 }
        if !isWord { return (nil, utf8.trimmed.asText) }
        return (type.asText.lowercased(), utf8[utf8.index(after: mark)...].trimmed.asText)
    }

    /// `\x{E9}` undone (RFC 6533 §3, utf-8-addr-unitext and -xtext).
    fileprivate var withoutUnitextEscapes: String {
        guard utf8.contains(0x5C) else { return self }
        var result = ""
        var rest = self[...]
        while let mark = rest.firstIndex(of: "\\") {
            result += rest[..<mark]
            rest = rest[mark...]
            let digits = rest.dropFirst(3).prefix(7).prefix { $0 != "}" }
            guard rest.hasPrefix("\\x{"), let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init)
            else {
                result.append("\\")
                rest = rest.dropFirst()
                continue
            }
            result.unicodeScalars.append(scalar)
            rest = rest[digits.endIndex...].dropFirst()
        }
        return result + rest
    }
}
