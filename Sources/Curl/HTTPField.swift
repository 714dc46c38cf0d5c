/// A field of an HTTP request or response (RFC 9110 §5).
package struct HTTPField: Sendable, Hashable {
    /// A token; compared without case.
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// True when it can stand in a request: nothing in it ends the line or the name.
    var isFit: Bool {
        let isToken =
            !name.isEmpty
            && name.utf8.allSatisfy { octet in
                (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF)
                    || Self.marks.contains(octet)
            }
        return isToken && value.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) }
    }

    /// What a token may hold beside letters and digits (RFC 9110 §5.6.2).
    private static let marks = Array("!#$%&'*+-.^_`|~".utf8)
}
