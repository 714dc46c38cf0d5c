package import JSON

/// Where a request belongs in its caller's trace (W3C Trace Context), as `_meta` carries it.
package struct TraceContext: Hashable, Sendable {
    /// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`, in lower case.
    package let parent: String
    /// At most 512 visible ASCII characters.
    package let state: String?

    /// Nil unless there is a `traceparent` of the form that the recommendation gives (§3.2.2).
    package init?(meta: JSON.Object) {
        guard let parent = meta["traceparent"]?.string, Self.isParent(parent) else { return nil }
        self.parent = parent
        let state = meta["tracestate"]?.string
        self.state = state.flatMap { Self.isState($0) ? $0 : nil }
    }

    /// The 32 digits that all requests of one trace share.
    package var traceID: String { String(parent.dropFirst(3).prefix(32)) }

    private static func isParent(_ text: String) -> Bool {
        let fields = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard fields.count == 4, fields.map(\.count) == [2, 32, 16, 2] else { return false }
        let digits = fields.allSatisfy {
            $0.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        // Version ff and ids of nothing but zeros are the recommendation's own invalid values.
        return digits && !fields[0].elementsEqual("ff".utf8)
            && fields[1...2].allSatisfy { $0.contains { $0 != UInt8(ascii: "0") } }
    }

    private static func isState(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 512 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
