extension Reply {
    /// Makes a peer's words safe to show: no control or format characters (line breaks, escape sequences,
    /// direction overrides), runs of white space as one space, at most `limit` characters.
    package static func printable(_ words: String, limit: Int = maximumTextLength) -> String {
        if isPlain(words, limit) { return words }
        var clean = String.UnicodeScalarView()
        var isGap = false
        // Five scalars a character is more than any script needs, and less than a pile of combining marks.
        for scalar in words.unicodeScalars.prefix(limit * 5) {
            switch scalar.properties.generalCategory {
            case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator: isGap = !clean.isEmpty
            case .format, .surrogate, .privateUse, .unassigned: continue
            default:
                if isGap { clean.append(" ") }
                isGap = false
                clean.append(scalar)
            }
        }
        let text = String(clean)
        return text.count > limit ? String(text.prefix(limit - 1)) + "…" : text
    }

    /// True for what nearly every server says: printable ASCII, single spaces, short enough. Ten times faster than to
    /// look every scalar up.
    private static func isPlain(_ words: String, _ limit: Int) -> Bool {
        var before: UInt8 = 0x20
        var count = 0
        for octet in words.utf8 {
            count += 1
            guard (0x20...0x7E).contains(octet), count <= limit, octet != 0x20 || before != 0x20 else {
                return false
            }
            before = octet
        }
        return count == 0 || before != 0x20
    }
}
