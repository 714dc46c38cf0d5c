package import Mail

/// What makes two requests the same request.
package struct Fingerprint: Sendable, Hashable {
    /// A digest for each field that was given; none where no key was, since then nobody asks which of them differ.
    package let fields: [String: String]
    /// A digest of sender, recipients and content: what a recipient would call the same mail.
    package let content: String

    package init(fields: [String: String], content: String) {
        self.fields = fields
        self.content = content
    }

    /// The names of the fields in which another request differs.
    func differences(from other: [String: String]) -> [String] {
        Set(fields.keys).union(other.keys).filter { fields[$0] != other[$0] }.sorted()
    }
}

/// What became of an attempt to record a send.
package enum Insertion: Sendable, Hashable {
    case inserted
    /// The key was used before, with the same request: nothing was recorded.
    case same(SendID)
    /// The key was used before, with a request that differs in these fields.
    case conflict(SendID, fields: [String])
    /// The same content to the same recipients went out, or is on its way, since a moment ago.
    case duplicate(of: SendID)
    /// One of its recipients is not written to any more.
    case suppressed(Address, Suppression)
    /// The account's limit has no room for it now.
    case limited(LimitReached)
}
