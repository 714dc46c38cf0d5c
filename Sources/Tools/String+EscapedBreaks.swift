extension String {
    /// The text with its line breaks, where they arrived as the two characters `\n`: a model that escaped twice.
    ///
    /// Nil unless that is nearly certain. A path, a pattern or a piece of code that holds a `\n` must arrive as it is,
    /// and a mail that was not repaired can still be read.
    var withBreaksRestored: String? {
        var text = self
        // Nearly every body holds no backslash at all, and octets are quicker to look at than characters.
        guard text.withUTF8({ $0.contains(UInt8(ascii: "\\")) }), !contains(where: \.isNewline) else {
            return nil
        }
        let pieces = replacing("\\r\\n", with: "\\n").split(
            separator: "\\n", omittingEmptySubsequences: false)
        let breaks = EscapedBreak.all(between: pieces)
        guard !breaks.isEmpty, !breaks.contains(where: \.isMeant),
            breaks.contains(where: \.isDouble) || breaks.allSatisfy(\.partsLines)
        else { return nil }
        return pieces.joined(separator: "\n")
    }
}

/// One or more `\n` in a row, with what stands before and behind.
private struct EscapedBreak {
    let before: Substring
    let isDouble: Bool
    let after: Substring

    static func all(between pieces: [Substring]) -> [EscapedBreak] {
        var breaks: [EscapedBreak] = []
        guard var before = pieces.first else { return breaks }
        var count = 0
        for (place, piece) in pieces.enumerated().dropFirst() {
            count += 1
            if piece.isEmpty, place < pieces.count - 1 { continue }
            breaks.append(EscapedBreak(before: before, isDouble: count > 1, after: piece))
            before = piece
            count = 0
        }
        return breaks
    }

    private static let lineEnds = ",.!?;)>*_"

    /// True where the characters themselves are meant: quoted (`"\n"`), at the end of a pattern (`\n$`), or a word of
    /// their own, as in `put a \n there`.
    var isMeant: Bool {
        if let next = after.first, "\"')`$]".contains(next) { return true }
        guard before.last?.isWhitespace == true, after.first?.isWhitespace != false else { return false }
        guard let mark = before.last(where: { !$0.isWhitespace }) else { return false }
        return !Self.lineEnds.contains(mark)
    }

    /// True where a line could end before it and another begin behind it.
    var partsLines: Bool {
        if let last = before.last, !last.isWhitespace, !Self.lineEnds.contains(last) { return false }
        guard let first = after.first else { return true }
        return first.isWhitespace || first.isNumber || first == "-" || first == "*"
            || (first.isLetter && !first.isLowercase)
    }
}
