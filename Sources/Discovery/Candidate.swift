/// A server that may take an address's mail, and why it is thought to.
package struct Candidate: Sendable, Hashable {
    package enum Security: String, Sendable, Hashable {
        /// From the first octet.
        case tls
        case starttls
    }

    /// What it is known from, in the order in which they are asked.
    package enum Source: String, Sendable, Hashable, CaseIterable {
        case provider, srv, autoconfig, mx, guess
    }

    package let host: String
    package let port: Int
    package let security: Security
    package let username: String
    package let source: Source
    package let provider: Provider?
    /// False when only unsigned DNS leads from the domain to this foreign host: somebody has to agree before a
    /// password goes there (RFC 6186 §6).
    package let isVouchedFor: Bool

    init(
        _ server: Provider.Server, username: String, source: Source, provider: Provider? = nil,
        isVouchedFor: Bool = true
    ) {
        host = server.host
        port = server.port
        security = server.security
        self.username = username
        self.source = source
        self.provider = provider
        self.isVouchedFor = isVouchedFor
    }
}
