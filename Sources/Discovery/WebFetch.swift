/// Fetches a small public document over HTTPS with certificates verified.
package protocol WebFetch: Sendable {
    /// The body of a 200 answer; nil for any other, after a few seconds, or beyond `limit` octets.
    func body(of url: String, limit: Int) async -> [UInt8]?
}
