/// An optional display name and an address (RFC 5322 §3.4 `mailbox`).
package struct Mailbox: Hashable, Sendable {
    /// Unicode without control characters or line separators, never empty; nil when only the address was given.
    package let displayName: String?
    package let address: Address

    package init(_ address: Address) {
        self.displayName = nil
        self.address = address
    }

    /// Spaces around the name are dropped; a name of nothing but spaces is none.
    ///
    /// - Throws: `invalidAddress` when the name holds a control character or a line separator.
    package init(displayName: String?, address: Address) throws(Failure) {
        let name = displayName?.trimmed ?? ""
        if let control = name.unicodeScalars.first(where: { $0.isLineBreakOrControl }) {
            throw Failure(
                .invalidAddress,
                "The display name \(name.quoted) holds the control character \(control.codePoint).",
                hint: "Leave it out.")
        }
        self.displayName = name.isEmpty ? nil : name
        self.address = address
    }
}
