@testable import Discovery

/// Lookups that answer from a table, and remember nothing.
struct Scripted: Lookups {
    var services: [String: [DNSRecord]] = [:]
    var exchanges: [String: [DNSRecord]] = [:]
    var documents: [String: String] = [:]

    func records(_ kind: DNSRecord.Kind, of name: String) async -> [DNSRecord] {
        (kind == .service ? services : exchanges)[name] ?? []
    }

    func document(at url: String) async -> [UInt8]? { documents[url].map { Array($0.utf8) } }
}
