/// The words of a report for a person, as lines, and the header section that they quote behind their end.
struct NoticeText {
    struct Line {
        /// White space in front.
        let indent: Int
        /// Without white space at its ends.
        let text: String
        var isEmpty: Bool { text.isEmpty }
    }

    static let maximumOctets = 96 * 1024
    static let maximumLines = 1500
    static let maximumLineLength = 1000

    /// Up to where the original message begins.
    let lines: [Line]
    /// The header section that is quoted there.
    let original: MessageFields?
    /// The beginning in lower case on one line, without what is quoted with `>`: what shapes are told by.
    let opening: String

    init(_ part: IncomingMessage.Part) {
        let written = part.text(limit: Self.maximumOctets)
        let text = Array((part.type == "text/html" ? Self.plain(written) : written).utf8)
        var lines: [Line] = []
        var source = OctetLines(text[...])
        var opening: [UInt8] = []
        var original: MessageFields?
        while lines.count < Self.maximumLines {
            let rest = source.rest
            guard let line = source.next() else { break }
            let kept = line.prefix(Self.maximumLineLength)
            let words = kept.trimmed
            if Self.endsNotice(words) {
                var quoted = source.rest.drop { [0x0D, 0x0A, 0x20].contains($0) }
                original = MessageFields(reading: &quoted)
                break
            }
            if words.count == line.count, Self.beginsHeaderSection(words) {
                var quoted = rest
                original = MessageFields(reading: &quoted)
                break
            }
            lines.append(
                Line(indent: kept.prefix { $0 == 0x20 || $0 == 0x09 }.count, text: Self.clean(words)))
            if !words.isEmpty, words.first != 0x3E, opening.count < 1500 { opening += Array(words) + [0x20] }
        }
        self.lines = lines
        self.original = original
        self.opening = Self.clean(opening[...]).lowercased()
    }

    /// What follows `phrase` in the opening, up to the next space.
    func sentence(_ phrase: String) -> String? {
        guard let found = opening.firstRange(ofWords: phrase) else { return nil }
        let word = opening[found.upperBound...].utf8.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        let host = word.trimmedOfStops.asText
        return host.isEmpty ? nil : Reply.printable(host, limit: 255)
    }

    /// The curly apostrophe as the plain one, non-breaking spaces as spaces.
    private static func clean(_ octets: ArraySlice<UInt8>) -> String {
        guard octets.contains(where: { $0 >= 0x80 }) else { return octets.asText }
        var text = String.UnicodeScalarView()
        for scalar in octets.asText.unicodeScalars {
            text.append(scalar == "\u{2019}" ? "'" : scalar == "\u{A0}" ? " " : scalar)
        }
        return String(text)
    }

    /// The lines behind which servers put the message or its header section.
    private static func endsNotice(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.count > 10, line.count < 120 else { return false }
        let text = line.asText.lowercased()
        return marks.contains { text.hasPrefix($0) }
    }

    private static let marks = [
        // Gmail
        "----- original message -----", "----- message header follows -----",
        // Exchange
        "original message headers", "message headers:",
        // Exim
        "------ this is a copy of ", "----- this is a copy of ", "------ the body of the message is ",
        "--- the header of the original message is",
        "------ this is the original message",
        // qmail, Yahoo
        "--- below this line is a copy of ", "--- below the next line is a copy of ",
        "--- enclosed is a copy of ",
        "--- undelivered message follows ---", "--- original message follows", "--- mensaje adjunto",
        // Sendmail
        "----- original message follows -----", "----- unsent message follows -----",
        // OpenSMTPD
        "below is a copy of the original message:",
    ]

    /// Some begin the original without a mark: with a field that no sentence begins with.
    private static func beginsHeaderSection(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first, [0x52, 0x44, 0x58, 0x41].contains(first) else { return false }
        let text = line.prefix(24).asText
        return [
            "Received: ", "Received:from ", "Return-Path: ", "DKIM-Signature: ", "ARC-Seal: ", "X-Received: ",
        ].contains { text.hasPrefix($0) }
    }

    /// HTML as lines: enough to find addresses and codes in.
    private static func plain(_ html: String) -> String {
        var text = ""
        for token in HTMLTokens(html) {
            switch token {
            case .text(let octets): text += HTMLReferences.decode(octets)
            case .start(let name, _), .end(let name):
                if blocks.contains(name) { text += "\n" } else if name == "td" || name == "th" { text += " " }
            }
        }
        return text
    }

    private static let blocks: Set<String> = [
        "br", "p", "div", "tr", "table", "h1", "h2", "h3", "h4", "li", "ul", "ol", "pre", "hr", "blockquote",
    ]
}

extension String {
    /// Where ASCII words stand in it; compares octets.
    func firstRange(ofWords phrase: String) -> Range<String.Index>? {
        var octets = self
        var wanted = phrase
        let place = octets.withUTF8 { octets in
            wanted.withUTF8 { wanted -> Int? in
                guard let first = wanted.first, octets.count >= wanted.count else { return nil }
                var start = 0
                while start <= octets.count - wanted.count {
                    if octets[start] == first {
                        var length = 1
                        while length < wanted.count, octets[start + length] == wanted[length] { length += 1 }
                        if length == wanted.count { return start }
                    }
                    start += 1
                }
                return nil
            }
        }
        guard let place else { return nil }
        let lower = utf8.index(startIndex, offsetBy: place)
        return lower..<utf8.index(lower, offsetBy: phrase.utf8.count)
    }
}

extension BidirectionalCollection<UInt8> {
    /// Without full stops, colons and commas at its end.
    var trimmedOfStops: SubSequence {
        guard let last = lastIndex(where: { ![0x2E, 0x3A, 0x2C, 0x3B].contains($0) }) else {
            return prefix(0)
        }
        return self[...last]
    }
}
