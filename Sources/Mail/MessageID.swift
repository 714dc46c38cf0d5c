/// A Message-ID with its angle brackets (RFC 5322 §3.6.4), at most 900 octets of printable ASCII.
package struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// `<left@right>`.
    package let text: String
    package var description: String { text }

    init(unchecked text: String) { self.text = text }

    /// `<unique@domain>`; characters that may not stand there are dropped.
    ///
    /// - Parameters:
    ///   - unique: what no other message of the domain has: an id or random letters and digits.
    ///   - domain: as in `Address.domain`, an address literal included.
    package init(unique: String, domain: String) {
        func kept(_ text: String, _ limit: Int) -> String {
            let isFine = text.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != 0x3C && $0 != 0x3E && $0 != 0x40
            }
            if isFine, text.utf8.count <= limit { return text }
            return filtered(text, limit)
        }
        func filtered(_ text: String, _ limit: Int) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.filter {
                        $0.value > 0x20 && $0.value < 0x7F && !"<>@".unicodeScalars.contains($0)
                    }
                    .prefix(limit)))
        }
        let right = kept(domain, 255)
        self.text = "<\(kept(unique, 255))@\(right.isEmpty ? "localhost" : right)>"
    }

    /// Reads an id with or without its brackets; spaces around it are dropped.
    ///
    /// Checks what keeps a header field whole and no more: ids in the wild break RFC 5322 in many ways, and one
    /// that is quoted wrongly would end the thread.
    ///
    /// - Throws: `invalidRequest`; `field` is nil.
    package init(parsing text: String) throws(Failure) {
        var id = text.trimmed
        if id.hasPrefix("<"), id.hasSuffix(">"), id.utf8.count > 2 { id = String(id.dropFirst().dropLast()) }
        for scalar in id.unicodeScalars {
            if scalar.value > 0x20, scalar.value < 0x7F, scalar != "<", scalar != ">" { continue }
            throw Failure(
                .invalidRequest,
                "The Message-ID \(text.quoted) holds \(scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7F ? String(scalar).quoted : scalar.codePoint).",
                hint:
                    "Give one Message-ID as it stands in the message: <left@right>, printable ASCII without spaces."
            )
        }
        guard let at = id.utf8.firstIndex(of: UInt8(ascii: "@")), at != id.utf8.startIndex,
            id.utf8.last != UInt8(ascii: "@")
        else {
            throw Failure(
                .invalidRequest, "The Message-ID \(text.quoted) is not of the form <left@right>.",
                hint: "Give the message_id of the message that is answered, as in <left@right>.")
        }
        if id.utf8.count > 898 {
            throw Failure(
                .invalidRequest, "The Message-ID is longer than 900 octets.",
                hint: "Leave it out: such an id does not fit on a header line.")
        }
        self.text = "<\(id)>"
    }
}
