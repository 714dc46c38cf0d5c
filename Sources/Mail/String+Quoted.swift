extension String {
    /// Itself in quotes, fit for a sentence: control characters shown as `U+000D`, cut after 80 characters.
    var quoted: String {
        var shown = ""
        for scalar in unicodeScalars.prefix(80) {
            if scalar.isLineBreakOrControl || scalar.isBidirectionalControl {
                shown += "<\(scalar.codePoint)>"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return "\"\(shown)\(unicodeScalars.count > 80 ? "…" : "")\""
    }

    /// Itself without spaces (U+0020 only) at either end.
    var trimmed: String {
        if utf8.first != 0x20, utf8.last != 0x20 { return self }
        let scalars = unicodeScalars.drop { $0 == " " }
        guard let last = scalars.lastIndex(where: { $0 != " " }) else { return "" }
        return String(String.UnicodeScalarView(scalars[...last]))
    }
}

extension Unicode.Scalar {
    /// True for what must never reach a header field: a control character (C0, DEL, C1) or a Unicode line or
    /// paragraph separator.
    var isLineBreakOrControl: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: true
        default: false
        }
    }

    /// True for characters that reorder the text around them, so that `exe.gpj` reads `jpg.exe`.
    var isBidirectionalControl: Bool {
        switch value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// `U+` and at least four hexadecimal digits.
    var codePoint: String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
