package import JSON

/// What ties an answer to its request: a string or an integer, echoed with its type (`"1"` is not `1`).
package struct RequestID: Hashable, Sendable {
    package let json: JSON

    /// Nil for null, a fraction, or a number beyond 64 bits: MCP allows none of them.
    package init?(_ json: JSON?) {
        switch json {
        case .integer, .string: self.json = json ?? .null
        default: return nil
        }
    }
}
