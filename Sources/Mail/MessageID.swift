/// A Message-ID with its angle brackets (RFC 5322 §3.6.4), at most 900 octets of printable ASCII.
package struct MessageID: Hashable, Sendable, CustomStringConvertible {
    /// `<left@right>`.
    package let text: String
    package var description: String { text }

    init(unchecked text: String) { self.text = text }
}
