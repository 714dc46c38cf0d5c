/// A DNS record that says where a domain's mail is served.
package enum DNSRecord: Sendable, Hashable {
    /// RFC 2782; a target of `.` means: not offered (empty here).
    case service(priority: Int, weight: Int, port: Int, target: String)
    /// RFC 1035 §3.3.9.
    case exchange(preference: Int, host: String)

    /// The types that are asked for, by their numbers in a query.
    package enum Kind: UInt16, Sendable {
        case exchange = 15
        case service = 33
    }
}
