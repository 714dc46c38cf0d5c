/// Who a message is from and for, as SMTP says it (RFC 5321 §2.3.1): one reverse-path and at least one
/// forward-path, each once.
package struct Envelope: Hashable, Sendable {
    package let reversePath: Address
    /// In the order of first mention; never empty, never the same address twice.
    package let forwardPaths: [Address]

    /// Nil when no forward-path is left.
    package init?(reversePath: Address, forwardPaths: [Address]) {
        var once = forwardPaths
        if once.count > 1 {
            var seen = Set<Address>()
            once.removeAll { !seen.insert($0).inserted }
        }
        if once.isEmpty { return nil }
        self.reversePath = reversePath
        self.forwardPaths = once
    }

    /// True when any address in it needs the SMTPUTF8 extension (RFC 6531).
    package var needsSMTPUTF8: Bool {
        reversePath.needsSMTPUTF8 || forwardPaths.contains { $0.needsSMTPUTF8 }
    }
}
