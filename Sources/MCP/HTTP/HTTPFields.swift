/// The header fields of a message in the order in which they were sent (RFC 9110 §5).
package struct HTTPFields: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var lines: [(name: String, value: String)] = []

    package init() {}

    package init(_ lines: [(name: String, value: String)]) { self.lines = lines }

    package init(dictionaryLiteral lines: (String, String)...) {
        self.lines = lines.map { (name: $0, value: $1) }
    }

    package mutating func append(_ name: String, _ value: String) { lines.append((name, value)) }

    /// Each value that stands behind that name, whatever its case, without the white space around it.
    package func values(of name: String) -> [String] {
        lines.compactMap { Self.isSame($0.name, name) ? $0.value.withoutOuterWhitespace : nil }
    }

    package func contains(_ name: String) -> Bool { lines.contains { Self.isSame($0.name, name) } }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && one.utf8.elementsEqual(other.utf8, by: { $0.lowercase == $1.lowercase })
    }

    /// The value of a field that may stand once; nil when it is absent or repeated.
    package func only(_ name: String) -> String? {
        let values = values(of: name)
        return values.count == 1 ? values[0] : nil
    }
}

extension UInt8 {
    /// The small letter of an ASCII capital; every other byte as it is.
    var lowercase: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}

extension StringProtocol {
    /// Without the spaces and tabs at its ends (OWS of RFC 9110 §5.6.3).
    var withoutOuterWhitespace: String {
        var utf8 = Substring(self).utf8
        while let first = utf8.first, first == 0x20 || first == 0x09 { utf8.removeFirst() }
        while let last = utf8.last, last == 0x20 || last == 0x09 { utf8.removeLast() }
        return String(Substring(utf8))
    }

    /// The text with ASCII capitals made small, as tokens of HTTP are compared.
    var asciiLowercased: String { String(decoding: utf8.map(\.lowercase), as: UTF8.self) }
}
