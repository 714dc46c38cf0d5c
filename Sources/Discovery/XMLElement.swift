/// One element of a small XML document: what autoconfig needs, and nothing that could be dangerous. No document type,
/// no entities but the five of XML and numbers, at most 32 levels and 2,000 elements.
struct XMLElement {
    let name: String
    let attributes: [String: String]
    fileprivate(set) var children: [XMLElement] = []
    /// Its own, without the space around it.
    fileprivate(set) var text = ""

    fileprivate init(name: String, attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
    func first(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// Nil when the octets are not one well-formed element.
    init?(_ octets: [UInt8]) {
        guard let document = String(validating: octets, as: UTF8.self) else { return nil }
        var reader = XMLReader(document)
        guard let root = reader.document() else { return nil }
        self = root
    }
}

/// Reads from the front of the text to its end.
private struct XMLReader {
    private var rest: Substring
    private var elements = 0

    init(_ document: String) {
        rest = document[...]
        if rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
    }

    mutating func document() -> XMLElement? {
        guard skipMiscellany(), let root = element(depth: 0), skipMiscellany(), rest.isEmpty else {
            return nil
        }
        return root
    }

    /// Space, comments and processing instructions; false for a comment without an end.
    private mutating func skipMiscellany() -> Bool {
        while true {
            rest = rest.drop { $0.isWhitespace }
            if rest.hasPrefix("<!--") {
                guard skip(past: "-->") else { return false }
            } else if rest.hasPrefix("<?") {
                guard skip(past: "?>") else { return false }
            } else {
                return true
            }
        }
    }

    private mutating func element(depth: Int) -> XMLElement? {
        elements += 1
        guard depth < 32, elements <= 2_000, rest.first == "<" else { return nil }
        rest.removeFirst()
        guard let name = name() else { return nil }
        var attributes: [String: String] = [:]
        while true {
            rest = rest.drop { $0.isWhitespace }
            if rest.hasPrefix("/>") {
                rest.removeFirst(2)
                return XMLElement(name: name, attributes: attributes)
            }
            if rest.first == ">" {
                rest.removeFirst()
                break
            }
            guard let (key, value) = attribute(), attributes.updateValue(value, forKey: key) == nil else {
                return nil
            }
        }
        var element = XMLElement(name: name, attributes: attributes)
        var text = ""
        while let next = rest.first {
            if next != "<" {
                let piece = rest.prefix { $0 != "<" }
                rest = rest[piece.endIndex...]
                guard let plain = Self.plain(piece) else { return nil }
                text += plain
            } else if rest.hasPrefix("</") {
                rest.removeFirst(2)
                guard self.name() == name else { return nil }
                rest = rest.drop { $0.isWhitespace }
                guard rest.first == ">" else { return nil }
                rest.removeFirst()
                element.text = String(
                    text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
                return element
            } else if rest.hasPrefix("<!--") {
                guard skip(past: "-->") else { return nil }
            } else {
                guard let child = self.element(depth: depth + 1) else { return nil }
                element.children.append(child)
            }
        }
        return nil
    }

    private mutating func attribute() -> (String, String)? {
        guard let name = name() else { return nil }
        rest = rest.drop { $0.isWhitespace }
        guard rest.first == "=" else { return nil }
        rest = rest.dropFirst().drop { $0.isWhitespace }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
        rest.removeFirst()
        let value = rest.prefix { $0 != quote }
        guard value.endIndex < rest.endIndex, !value.contains("<"), let plain = Self.plain(value) else {
            return nil
        }
        rest = rest[rest.index(after: value.endIndex)...]
        return (name, plain)
    }

    private mutating func name() -> String? {
        let name = rest.prefix { $0.isLetter || $0.isNumber || "-_.:".contains($0) }
        guard !name.isEmpty, name.utf8.count <= 100 else { return nil }
        rest = rest[name.endIndex...]
        return String(name)
    }

    private mutating func skip(past mark: String) -> Bool {
        var place = rest
        while !place.isEmpty {
            if place.hasPrefix(mark) {
                rest = place.dropFirst(mark.count)
                return true
            }
            place = place.dropFirst()
        }
        return false
    }

    /// With its references resolved; nil for one that is not known.
    private static func plain(_ text: Substring) -> String? {
        var plain = ""
        var rest = text
        while let mark = rest.firstIndex(of: "&") {
            plain += rest[..<mark]
            guard let end = rest[mark...].firstIndex(of: ";") else { return nil }
            guard let scalar = scalar(rest[rest.index(after: mark)..<end]) else { return nil }
            plain.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: end)...]
        }
        return plain + rest
    }

    private static func scalar(_ reference: Substring) -> Unicode.Scalar? {
        switch reference {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where reference.hasPrefix("#x"):
            UInt32(reference.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
        case _ where reference.hasPrefix("#"): UInt32(reference.dropFirst()).flatMap(Unicode.Scalar.init)
        default: nil
        }
    }
}
