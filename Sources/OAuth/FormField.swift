/// A name and a value of `application/x-www-form-urlencoded`; values may be secret, so it prints its name alone.
package struct FormField: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let name: String
    let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package var description: String { name }
    package var debugDescription: String { name }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Every octet but letters, digits and `-._~` as `%XX`: right in a form's body and in a URL's query alike.
    static func text(_ fields: [FormField]) -> String {
        fields.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    /// What a query says; a value whose octets are no UTF-8 is repaired.
    static func read(_ query: Substring) -> [FormField] {
        query.split(separator: "&").prefix(50).map { piece in
            let parts = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return FormField(decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    private static func encoded(_ text: String) -> String {
        var octets: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for octet in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet)
                || (0x61...0x7A).contains(octet)
                || [0x2D, 0x2E, 0x5F, 0x7E].contains(octet)
            if isPlain {
                octets.append(octet)
            } else {
                octets += [0x25, digits[Int(octet >> 4)], digits[Int(octet & 15)]]
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }

    private static func decoded(_ text: Substring) -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            if octet == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                octets.append(value)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet == 0x2B ? 0x20 : octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
