/// What discovery asks the world; handed in, so that it is tested without a network.
package protocol Lookups: Sendable {
    /// Empty when there are none, or nobody answers.
    func records(_ kind: DNSRecord.Kind, of name: String) async -> [DNSRecord]
    /// The body behind an address of the web; nil when there is none, or no way to fetch it.
    func document(at url: String) async -> [UInt8]?
}
