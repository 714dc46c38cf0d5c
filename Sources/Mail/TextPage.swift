/// A page of plain text that is written from the top, with indents, list marks and blank lines where due.
struct TextPage {
    /// Text inside is kept as it is, line by line, while this is over 0.
    var preformattedDepth = 0

    private var output: [UInt8] = []
    /// Line breaks owed before the next text.
    private var breaks = 0
    private var owesSpace = false
    private var owesCell = false
    private var isAtLineStart = true
    private var isBehindEmptyLine = false
    /// How many quotes the last text stood in.
    private var writtenQuoteDepth = 0
    private var levels: [Level] = []
    private var links: [(url: String, start: Int)] = []

    /// What is open around the text: a quote, a list or an item.
    private struct Level {
        let name: String
        let indent: String
        /// An item's mark, until its first line is written.
        var mark: String?
        var isList = false
        /// The next item's number; nil counts nothing.
        var number: Int?
    }

    /// Deeper levels add no indent: the line would have no room, and each line would cost more.
    private static let deepest = 12

    /// Writes text with white space run together, or as it is within preformatted text.
    mutating func write(_ text: String) {
        if preformattedDepth > 0 {
            for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .enumerated()
            {
                if number > 0 { breakLine() }
                if !line.isEmpty { put(Array(line.utf8)) }
            }
            return
        }
        var word: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case " ", "\n", "\r", "\t", "\u{C}", "\u{A0}":
                if !word.isEmpty { put(word) }
                word.removeAll(keepingCapacity: true)
                owesSpace = true
            // A soft hyphen or zero-width space is for a renderer that breaks lines.
            case "\u{AD}", "\u{200B}", "\u{FEFF}": continue
            default: word += String(scalar).utf8
            }
        }
        if !word.isEmpty { put(word) }
    }

    mutating func breakLine() {
        flushBreaks()
        endLine()
        owesSpace = false
    }

    /// The next text starts `lines` line breaks below what is written, unless more are owed already.
    mutating func startBlock(lines: Int) {
        breaks = max(breaks, lines)
        owesSpace = false
        owesCell = false
    }

    mutating func separateCell() {
        if !isAtLineStart, breaks == 0 { owesCell = true }
    }

    mutating func open(_ name: String, indent: String, lines: Int = 2) {
        startBlock(lines: lines)
        push(Level(name: name, indent: indent))
    }

    mutating func open(_ name: String, indent: String, listFrom number: Int?) {
        // A list within an item follows its line at once.
        startBlock(lines: levels.contains { $0.isList } ? 1 : 2)
        push(Level(name: name, indent: indent, isList: true, number: number))
    }

    mutating func openItem() {
        if let last = levels.lastIndex(where: { $0.name == "li" || $0.isList }), levels[last].name == "li" {
            levels.removeSubrange(last...)
        }
        startBlock(lines: 1)
        var mark = "- "
        if let list = levels.lastIndex(where: { $0.isList }), let number = levels[list].number {
            mark = "\(number). "
            levels[list].number = number &+ 1
        }
        push(Level(name: "li", indent: String(repeating: " ", count: mark.utf8.count), mark: mark))
    }

    /// Closes the innermost level of this name and all within it; nothing when there is none.
    mutating func close(_ name: String, lines: Int) {
        guard let level = levels.lastIndex(where: { $0.name == name }) else { return }
        levels.removeSubrange(level...)
        startBlock(lines: levels.contains { $0.isList } ? 1 : lines)
    }

    mutating func openLink(_ url: String) {
        if links.count < Self.deepest { links.append((url, output.count)) }
    }

    /// Writes the URL behind the link's text, unless the text says it already or it leads nowhere outside.
    mutating func closeLink() {
        guard let (url, start) = links.popLast() else { return }
        let lower = url.lowercased()
        if url.isEmpty || url.hasPrefix("#") || lower.hasPrefix("javascript:") || lower.hasPrefix("data:") {
            return
        }
        let target = lower.hasPrefix("mailto:") ? String(url.dropFirst(7).prefix { $0 != "?" }) : url
        let label = String(decoding: output[start...], as: UTF8.self).trimmed
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if [target, "\(target)/", url].contains(label)
            || ["https://\(label)", "http://\(label)"].contains(url)
            || ["https://\(label)/", "http://\(label)/"].contains(url)
        {
            return
        }
        let space = owesSpace
        if !label.isEmpty { owesSpace = true }
        put(Array("<\(target)>".utf8))
        owesSpace = space
    }

    /// What is written, without empty lines at either end and white space at the end of lines.
    func finished() -> String {
        let lines = output.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
            line[..<(line.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? line.startIndex)]
        }
        guard let first = lines.firstIndex(where: { !$0.isEmpty }),
            let last = lines.lastIndex(where: { !$0.isEmpty })
        else { return "" }
        return String(decoding: Array(lines[first...last].joined(separator: [0x0A])), as: UTF8.self) + "\n"
    }

    private mutating func push(_ level: Level) {
        if levels.count < Self.deepest { levels.append(level) }
    }

    private mutating func flushBreaks() {
        if !output.isEmpty {
            let have = isAtLineStart ? (isBehindEmptyLine ? 2 : 1) : 0
            for _ in have..<max(have, breaks) { endLine() }
        }
        breaks = 0
    }

    /// Ends a line; an empty one carries the marks of the quotes that go on on both sides of it.
    private mutating func endLine() {
        if isAtLineStart {
            for _ in 0..<min(quoteDepth, writtenQuoteDepth) { output += "> ".utf8 }
        }
        output.append(0x0A)
        isBehindEmptyLine = isAtLineStart
        isAtLineStart = true
    }

    private var quoteDepth: Int { levels.count { $0.name == "blockquote" } }

    private mutating func put(_ text: [UInt8]) {
        flushBreaks()
        if isAtLineStart {
            for index in levels.indices {
                output += (levels[index].mark ?? levels[index].indent).utf8
                levels[index].mark = nil
            }
        } else if owesCell {
            output += "  ".utf8
        } else if owesSpace {
            output.append(0x20)
        }
        isAtLineStart = false
        owesSpace = false
        owesCell = false
        writtenQuoteDepth = quoteDepth
        output += text
    }
}
