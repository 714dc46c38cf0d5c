/// An optional display name and an address (RFC 5322 §3.4 `mailbox`).
package struct Mailbox: Hashable, Sendable {
    /// Unicode, without CR, LF, NUL; nil when only the address was given.
    package let displayName: String?
    package let address: Address

    package init(_ address: Address) {
        self.displayName = nil
        self.address = address
    }
}
