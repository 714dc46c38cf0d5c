package import Mail

/// Which sends a list shows; every set field narrows it.
package struct SendFilter: Sendable, Hashable {
    package var status: SendStatus?
    package var state: SendState?
    /// Name or id.
    package var account: String?
    package var from: Address?
    /// Any recipient: to, cc or bcc.
    package var to: Address?
    /// A part of the subject, the sender or the `to` line, ASCII case folded.
    package var query: String?
    package var tag: String?
    package var since: Timestamp?
    package var until: Timestamp?

    package init() {}
}

/// A place between two sends in the order of a list, newest first.
package struct ListPosition: Sendable, Hashable {
    /// The last send before it.
    package let id: SendID

    package init(after id: SendID) { self.id = id }
}
