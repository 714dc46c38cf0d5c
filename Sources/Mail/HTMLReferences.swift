/// Character references (`&eacute;`, `&#8364;`, `&#x20AC;`) and what they stand for.
enum HTMLReferences {
    /// The text with every reference that is known replaced; an unknown one stays as it is.
    static func decode(_ bytes: some Collection<UInt8>) -> String {
        var output: [UInt8] = []
        var rest = Array(bytes)[...]
        while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
            output += rest[..<ampersand]
            rest = rest[(ampersand + 1)...]
            // The longest name here is "thetasym": a reference is short, so the look ahead is too.
            let body = rest.prefix(12).prefix { $0.isAlphanumeric || $0 == UInt8(ascii: "#") }
            let text = String(decoding: body, as: UTF8.self)
            let isClosed = body.endIndex < rest.endIndex && rest[body.endIndex] == UInt8(ascii: ";")
            if let scalar = text.hasPrefix("#") ? number(text.dropFirst()) : isClosed ? named[text] : nil {
                output += String(scalar).utf8
                rest = rest[(isClosed ? body.endIndex + 1 : body.endIndex)...]
            } else {
                output.append(UInt8(ascii: "&"))
            }
        }
        output += rest
        return String(decoding: output, as: UTF8.self)
    }

    private static func number(_ text: Substring) -> Unicode.Scalar? {
        let isHexadecimal = text.hasPrefix("x") || text.hasPrefix("X")
        guard let value = isHexadecimal ? UInt32(text.dropFirst(), radix: 16) : UInt32(text) else {
            return nil
        }
        if (0x80...0x9F).contains(value) { return windows1252[Int(value) - 0x80] }
        guard value != 0, let scalar = Unicode.Scalar(value) else { return "\u{FFFD}" }
        // A control character would only come out as one in the text.
        return scalar.isLineBreakOrControl && scalar != "\n" && scalar != "\t" ? " " : scalar
    }

    /// HTML reads &#128; to &#159; as Windows-1252, because that is what writers meant.
    private static let windows1252 = Array(
        "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ".unicodeScalars)

    private static let named: [String: Unicode.Scalar] = {
        var table: [String: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "euro": "€", "hellip": "…",
            "mdash": "—",
            "ndash": "–", "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„",
            "lsaquo": "‹", "rsaquo": "›", "bull": "•", "trade": "™", "dagger": "†", "Dagger": "‡",
            "permil": "‰",
            "larr": "←", "uarr": "↑", "rarr": "→", "darr": "↓", "harr": "↔", "rArr": "⇒", "hArr": "⇔",
            "OElig": "Œ", "oelig": "œ", "Scaron": "Š", "scaron": "š", "Yuml": "Ÿ", "fnof": "ƒ", "circ": "ˆ",
            "tilde": "˜", "ensp": " ", "emsp": " ", "thinsp": " ", "zwnj": "\u{200C}", "zwj": "\u{200D}",
            "minus": "−", "infin": "∞", "ne": "≠", "le": "≤", "ge": "≥", "asymp": "≈", "radic": "√",
            "sum": "∑",
            "prime": "′", "Prime": "″", "check": "✓", "hearts": "♥", "star": "☆", "phone": "☎",
        ]
        // ISO 8859-1 from U+00A0 on, in order.
        let latin =
            "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"
        for (offset, name) in latin.split(separator: " ").enumerated() {
            table[String(name)] = Unicode.Scalar(UInt32(0xA0 + offset))
        }
        let greek =
            "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma Tau Upsilon Phi Chi Psi Omega"
        for (offset, name) in greek.split(separator: " ").enumerated() where name != "-" {
            table[String(name)] = Unicode.Scalar(UInt32(0x391 + offset))
            table[name.lowercased()] = Unicode.Scalar(UInt32(0x3B1 + offset))
        }
        return table
    }()
}

extension UInt8 {
    var isAlphanumeric: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
