import CResolv
import Dispatch

/// The system's resolver, and a fetcher where there is one.
package struct SystemLookups: Lookups {
    private let web: WebFetch?

    /// - Parameter web: nil leaves the step of autoconfig out.
    package init(web: WebFetch?) { self.web = web }

    package func records(_ kind: DNSRecord.Kind, of name: String) async -> [DNSRecord] {
        // Names that the resolver would read as something else.
        guard name.utf8.count <= 253, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return [] }
        let octets = await withCheckedContinuation { (waiter: CheckedContinuation<[UInt8], Never>) in
            // It blocks for seconds when nobody answers.
            DispatchQueue.global().async {
                var answer = [UInt8](repeating: 0, count: 4096)
                let length = Int(cresolv_query(name, Int32(kind.rawValue), &answer, Int32(answer.count)))
                waiter.resume(returning: length > 0 ? Array(answer.prefix(length)) : [])
            }
        }
        return DNSAnswer(octets, kind)?.records ?? []
    }

    package func document(at url: String) async -> [UInt8]? {
        await web?.body(of: url, limit: Autoconfig.limit)
    }
}
