package import JSON

/// What a handler must know before it can go on, and what it wants back together with the answers.
package struct Questions: Sendable {
    /// Each key once; the answer comes back under it.
    package let requests: [(key: String, request: InputRequest)]
    /// Comes back unchanged in the next round. A modern client carries it, sealed but readable, so it holds no secret.
    package let state: JSON?

    package init(_ requests: [(key: String, request: InputRequest)], state: JSON? = nil) {
        self.requests = requests
        self.state = state
    }
}
