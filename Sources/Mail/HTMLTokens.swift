/// An HTML document cut into text and tags, each octet looked at once; never fails, as browsers never do.
///
/// Comments, declarations and the contents of script, style, title and the like are passed over. What is never closed is
/// dropped to the end of the document.
struct HTMLTokens: Sequence, IteratorProtocol {
    enum Token {
        /// With its character references as they stand.
        case text(ArraySlice<UInt8>)
        /// Names in lower case; values as they stand.
        case start(name: String, attributes: [String: String])
        case end(name: String)
    }

    private let bytes: [UInt8]
    private var index = 0
    private static let passedOver: Set<String> = [
        "script", "style", "title", "template", "textarea",
    ]

    init(_ html: String) { bytes = Array(html.utf8) }

    mutating func next() -> Token? {
        while index < bytes.count {
            let start = index
            while index < bytes.count, !opensTag(at: index) { index += 1 }
            if index > start { return .text(bytes[start..<index]) }
            if bytes[index...].starts(with: "<!--".utf8) {
                index += 4
                skipComment()
            } else if bytes[index + 1] == UInt8(ascii: "!") || bytes[index + 1] == UInt8(ascii: "?") {
                skip(behind: ">")
            } else if let token = tag() {
                if case .start(let name, _) = token, Self.passedOver.contains(name) {
                    skip(behind: "</\(name)")
                    skip(behind: ">")
                    continue
                }
                return token
            }
        }
        return nil
    }

    /// A `<` opens a tag only before a letter, `/`, `!` or `?`; elsewhere it is text, as in `1 < 2`.
    private func opensTag(at index: Int) -> Bool {
        guard bytes[index] == UInt8(ascii: "<"), index + 1 < bytes.count else { return false }
        switch bytes[index + 1] {
        case 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "!"), UInt8(ascii: "?"): return true
        default: return false
        }
    }

    /// Moves behind the end of a comment that was opened: `-->`, `--!>`, or at once `>` or `->`.
    private mutating func skipComment() {
        for end in [">", "->"] where bytes[index...].starts(with: end.utf8) {
            index += end.utf8.count
            return
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "-") {
                for end in ["-->", "--!>"] where bytes[index...].starts(with: end.utf8) {
                    index += end.utf8.count
                    return
                }
            }
            index += 1
        }
    }

    /// Moves behind the next `mark` in any case, or to the end.
    private mutating func skip(behind mark: String) {
        let wanted = Array(mark.utf8)
        while index < bytes.count {
            var length = 0
            while length < wanted.count, index + length < bytes.count,
                bytes[index + length].lowercased == wanted[length]
            {
                length += 1
            }
            if length == wanted.count {
                index += length
                return
            }
            index += 1
        }
    }

    /// Reads from `<` to behind `>`; nil when that never comes.
    private mutating func tag() -> Token? {
        index += 1
        let isEnd = bytes[index] == UInt8(ascii: "/")
        if isEnd { index += 1 }
        let name = word(until: { $0.isHTMLSpace || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") })
            .lowercased()
        var attributes: [String: String] = [:]
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: ">") {
                index += 1
                return isEnd ? .end(name: name) : .start(name: name, attributes: attributes)
            }
            if byte.isHTMLSpace || byte == UInt8(ascii: "/") {
                index += 1
                continue
            }
            let (key, value) = attribute()
            if attributes[key] == nil { attributes[key] = value }
        }
        return nil
    }

    private mutating func attribute() -> (String, String) {
        let equals = UInt8(ascii: "=")
        let start = index
        // An "=" at the start belongs to the name, so that every turn moves on.
        index += 1
        _ = word(until: {
            $0.isHTMLSpace || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") || $0 == equals
        })
        let key = String(decoding: bytes[start..<index], as: UTF8.self).lowercased()
        _ = word(until: { !$0.isHTMLSpace })
        guard index < bytes.count, bytes[index] == equals else { return (key, "") }
        index += 1
        _ = word(until: { !$0.isHTMLSpace })
        guard index < bytes.count else { return (key, "") }
        let quote = bytes[index]
        if quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            index += 1
            let value = word(until: { $0 == quote })
            if index < bytes.count { index += 1 }
            return (key, value)
        }
        return (key, word(until: { $0.isHTMLSpace || $0 == UInt8(ascii: ">") }))
    }

    private mutating func word(until isEnd: (UInt8) -> Bool) -> String {
        let start = index
        while index < bytes.count, !isEnd(bytes[index]) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }
}

extension HTMLTokens {
    /// The ids that `cid:` URLs in attributes name (RFC 2392).
    static func contentIDs(in html: String) -> Set<String> {
        var ids = Set<String>()
        for case .start(_, let attributes) in HTMLTokens(html) {
            for value in attributes.values {
                let url = HTMLReferences.decode(value.utf8).trimmed
                if url.lowercased().hasPrefix("cid:") { ids.insert(String(url.dropFirst(4))) }
            }
        }
        return ids
    }
}

extension UInt8 {
    var isHTMLSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 || self == 0x0C }
    var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self + 0x20 : self }
}
