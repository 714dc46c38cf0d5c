/// A header field that the caller adds (RFC 5322 §2.2); checked when the message is composed.
package struct HeaderField: Sendable, Hashable {
    /// `X-…`, `List-…`, `Auto-Submitted`, `Precedence` or `Importance`, in any case.
    package let name: String
    /// Unfolded Unicode.
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
