/// Finds recipients and what was said of each in a notice whose shape is known.
struct NoticeReader {
    let text: NoticeText
    let shape: DeliveryReport.Notice.Shape
    /// What was said once for all; nil when nothing was.
    private let common: String?

    init(text: NoticeText, shape: DeliveryReport.Notice.Shape) {
        self.text = text
        self.shape = shape
        common = Self.common(in: text)
    }

    var recipients: [DeliveryReport.Recipient] {
        if shape.names == .sentence { return sentence }
        var found: [DeliveryReport.Recipient] = []
        var open: (name: Named, said: [String])?
        func end() {
            guard let (name, said) = open else { return }
            open = nil
            let isKnown = found.contains { $0.final?.address == name.address }
            if !isKnown { found.append(recipient(name.address, original: name.original, said: said)) }
        }
        var isBehindEmptyLine = false
        for line in lines {
            if found.count >= DeliveryReport.maximumRecipients { break }
            if line.isEmpty {
                // The reason stands right below the name; an empty line ends it.
                if open?.said.isEmpty == false { end() }
                isBehindEmptyLine = true
                continue
            }
            if let name = Named(line.text, shape.names), name.address != open?.name.address {
                end()
                open = (name, name.rest.isEmpty ? [] : [name.rest])
            } else if isBehindEmptyLine, !line.text.hasPrefix("SMTP error") {
                end()
            } else if (open?.said.count ?? 0) < 40 {
                open?.said.append(line.text)
            }
            isBehindEmptyLine = false
        }
        end()
        return found
    }

    func recipient(_ address: Address, original: Address?, said: [String]?) -> DeliveryReport.Recipient {
        let isName = { (line: String) in line.hasPrefix("(expanded from") }
        let own = (said ?? []).filter { !isName($0) }.joined(separator: " ")
        // Sendmail has it on a line of its own.
        let original =
            original
            ?? said?.first(where: isName).flatMap { $0.utf8.split(separator: 0x20).last }
            .flatMap { Address.lenient($0.asText) }
        let words = SpokenCodes(own).code == nil && SpokenCodes(own).enhanced == nil ? common ?? own : own
        return DeliveryReport.Recipient(
            original: original.map { DeliveryReport.Name($0) }, final: DeliveryReport.Name(address),
            action: shape.action, reportedStatus: nil,
            diagnostic: DeliveryReport.Diagnostic(type: nil, text: Self.stripped(words)), remoteMTA: nil,
            lastAttempt: nil, willRetryUntil: nil)
    }

    /// Those that may name recipients.
    private var lines: ArraySlice<NoticeText.Line> {
        guard let mark = shape.behind ?? openingLine else { return text.lines[...] }
        let place = text.lines.firstIndex { $0.text.lowercased().contains(mark) }
        return place.map { text.lines[($0 + 1)...] } ?? (shape.behind == nil ? text.lines[...] : [])
    }

    /// The last words of the opening that a line holds as a whole; nil where names may stand on that line.
    private var openingLine: String? { shape.names == .lines ? String(shape.opening.prefix(30)) : nil }

    /// Gmail and Office 365 name the one recipient in a sentence.
    private var sentence: [DeliveryReport.Recipient] {
        // An absence note may begin with such a sentence, but gives no server's words.
        guard common != nil, let place = text.opening.firstRange(ofWords: shape.opening) else { return [] }
        let words = text.opening[place.upperBound...].utf8.prefix(700).split(separator: 0x20).prefix(3)
        guard let address = words.lazy.compactMap({ Address.lenient($0.asText) }).first else { return [] }
        // The opening is in lower case; the local part as written stands in the lines.
        let written = text.lines.lazy.flatMap { $0.text.utf8.split(separator: 0x20) }
            .compactMap { $0.contains(0x40) ? Address.lenient($0.asText) : nil }
            .first { $0.text.lowercased() == address.text.lowercased() }
        return [recipient(written ?? address, original: nil, said: nil)]
    }

    /// Behind the first of the phrases that lead to it.
    private static func common(in text: NoticeText) -> String? {
        let lines = text.lines.map { $0.text.lowercased() }
        for lead in leads {
            guard let index = lines.firstIndex(where: { $0.firstRange(ofWords: lead) != nil }),
                let place = lines[index].firstRange(ofWords: lead)
            else { continue }
            var said = [
                text.lines[index].text.utf8.suffix(lines[index][place.upperBound...].utf8.count).asText
            ]
            for next in text.lines[(index + 1)...].prefix(30) {
                if next.isEmpty, !said.allSatisfy({ $0.utf8.trimmed.isEmpty }) { break }
                if !next.isEmpty { said.append(next.text) }
            }
            let words = said.joined(separator: " ").utf8.trimmed.asText
            if !words.isEmpty { return words }
        }
        return nil
    }

    /// The surest first.
    private static let leads = [
        "the error that the other server returned was:", "the response from the remote server was:",
        "the response was:", "reported error:", "remote server returned",
        "technical details of permanent failure:",
        "technical details of temporary failure:", "----- transcript of session follows -----",
    ]

    /// The words that programs put around what the other server said.
    private static func stripped(_ words: String) -> String {
        var octets = words.utf8.trimmed
        for front in ["Remote Server returned '", "Remote host said: ", "(reason: ", "#< ", "'", "#"]
        where octets.starts(with: front.utf8) {
            octets = octets.dropFirst(front.utf8.count)
            for end in ["' ", "'", ")", " ##", ">"] where octets.reversed().starts(with: end.utf8.reversed())
            {
                octets = octets.dropLast(end.utf8.count)
            }
        }
        return octets.trimmed.asText
    }
}
