/// A header field while it is written (RFC 5322 §2.2): words go in, folded lines come out.
struct FieldLine {
    /// RFC 5322 §2.1.1 asks for 78, RFC 2047 §2 for 76 where encoded words stand; 76 fits both.
    static let preferredLength = 76
    static let maximumLength = 998

    let name: String
    /// Without the CRLF behind the last line.
    private(set) var text: String
    /// Octets on the line that is being written.
    private(set) var column: Int
    private var isOnlyName = true
    /// The octets of the longest line so far.
    private(set) var longestLine = 0

    init(_ name: String) {
        self.name = name
        text = ""
        text.reserveCapacity(Self.preferredLength)
        text += name
        text += ":"
        self.column = name.utf8.count + 1
    }

    /// Adds a space and a word, on a new line when it does not fit on this one.
    ///
    /// - Parameter foldsBehindName: false for the first word of free text: some readers, Python's among them, take
    ///   the white space of a line right below the name for a part of the text.
    mutating func add(_ word: String, foldsBehindName: Bool = true) {
        let length = word.utf8.count + 1
        // A word that is too long for any line may as well stay beside the name.
        let staysBesideName = isOnlyName && (length > Self.preferredLength || !foldsBehindName)
        if column + length > Self.preferredLength, !staysBesideName {
            text += "\r\n"
            column = 0
        }
        text += " "
        text += word
        column += length
        isOnlyName = false
        longestLine = max(longestLine, column)
    }

    /// Writes the field with the end of its last line.
    func append(to output: inout [UInt8]) {
        output += text.utf8
        output += "\r\n".utf8
    }

    /// Ends a word before a parameter; the 76 columns leave room for it below 78.
    mutating func addSemicolon() {
        text += ";"
        column += 1
    }

    /// Adds text as encoded words, the first beside what is there when something fits.
    ///
    /// - Parameter foldsBehindName: as `add` has it.
    mutating func addEncoded(_ text: String, foldsBehindName: Bool = true) {
        let words = EncodedWord.words(
            for: text, firstLength: Self.preferredLength - column - 1,
            partsFirst: isOnlyName && !foldsBehindName)
        for word in words { add(word, foldsBehindName: foldsBehindName) }
    }

    /// Adds `unstructured` text (RFC 5322 §3.2.5) so that decoding gives it back to the letter.
    ///
    /// Only the words from the first to the last that need it are encoded: those beyond ASCII, those that look
    /// like an encoded word, those beside doubled or outer spaces, and those longer than `limit`.
    mutating func addUnstructured(_ value: String, encodingWordsOver limit: Int) {
        let words = value.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
        func needsEncoding(_ index: Int) -> Bool {
            guard words.indices.contains(index) else { return false }
            let word = words[index]
            return word.isEmpty || word.utf8.count > limit
                || word.utf8.contains { !(0x21...0x7E).contains($0) }
                || Self.hasEncodedWordMark(word)
        }
        func isBesideEmpty(_ index: Int) -> Bool {
            index > 0 && words[index - 1].isEmpty || index + 1 < words.count && words[index + 1].isEmpty
        }
        let isEncoded = { needsEncoding($0) || isBesideEmpty($0) }
        guard let first = words.indices.first(where: isEncoded),
            let last = words.indices.last(where: isEncoded)
        else {
            for word in words { add(word, foldsBehindName: false) }
            return
        }
        for word in words[..<first] { add(word, foldsBehindName: false) }
        addEncoded(words[first...last].joined(separator: " "), foldsBehindName: false)
        for word in words[(last + 1)...] { add(word) }
    }

    /// Some readers decode `=?…?=` wherever they meet it, so the mark alone is reason enough to encode.
    static func hasEncodedWordMark(_ text: String) -> Bool {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "?"), previous == UInt8(ascii: "=") { return true }
            previous = byte
        }
        return false
    }
}
