extension Message {
    /// The caller's own fields, each checked by name and value.
    func customFields() throws(Failure) -> [FieldLine] {
        var seen = Set<String>()
        var fields: [FieldLine] = []
        for header in headers {
            let name = header.name.lowercased()
            guard let kind = Kind(name), name.utf8.count <= 70,
                name.unicodeScalars.allSatisfy({ $0.isAtomText && $0.isASCII || $0 == "." })
            else {
                throw refusal(
                    header, "may not be set",
                    "Only X-…, List-…, Auto-Submitted, Precedence and Importance may; everything else has an argument or is set by the program."
                )
            }
            if kind != .extended, !seen.insert(name).inserted {
                throw refusal(header, "is given twice", "Give it once.")
            }
            fields.append(try field(header, kind))
        }
        return fields
    }

    private enum Kind {
        /// `X-…`: unstructured, may repeat.
        case extended
        /// `List-…` (RFC 2369, 2919, 8058): URLs and ids in angle brackets beside free words.
        case list
        /// A keyword.
        case keyword

        init?(_ name: String) {
            switch name {
            case "auto-submitted", "precedence", "importance": self = .keyword
            case _ where name.hasPrefix("x-") && name.utf8.count > 2: self = .extended
            case _ where name.hasPrefix("list-") && name.utf8.count > 5: self = .list
            default: return nil
            }
        }
    }

    private func field(_ header: HeaderField, _ kind: Kind) throws(Failure) -> FieldLine {
        if let scalar = header.value.unicodeScalars.first(where: { $0.isLineBreakOrControl && $0 != "\t" }) {
            throw refusal(
                header, "holds the control character \(scalar.codePoint)",
                "A header value is one line: leave it out.")
        }
        if header.value.trimmed.isEmpty {
            throw refusal(header, "is empty", "Leave it out or give it a value.")
        }
        var field = FieldLine(header.name)
        switch kind {
        case .extended: field.addUnstructured(header.value, encodingWordsOver: 900)
        case .list, .keyword:
            for word in header.value.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
                if word.utf8.allSatisfy({ $0 < 0x80 }) {
                    field.add(String(word))
                } else if kind == .list, !word.hasPrefix("<") {
                    field.addEncoded(String(word))
                } else {
                    throw refusal(
                        header, "has characters beyond ASCII where none may stand",
                        "Write a URL percent-encoded and a domain in its xn-- form.")
                }
            }
        }
        if field.longestLine > FieldLine.maximumLength {
            throw refusal(
                header, "has a word that does not fit on a line of 998 octets",
                "Part it by spaces or shorten it.")
        }
        return field
    }

    private func refusal(_ header: HeaderField, _ what: String, _ hint: String) -> Failure {
        Failure(
            .invalidRequest, "The header field \(header.name.quoted) \(what).", hint: hint,
            field:
                "headers.\(header.name.unicodeScalars.contains { $0.isLineBreakOrControl } ? header.name.quoted : header.name)"
        )
    }
}
