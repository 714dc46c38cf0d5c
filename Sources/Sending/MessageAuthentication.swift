import Crypto

/// HMAC-SHA256 (RFC 2104) under one key: for what a client carries for us and must not change.
package struct MessageAuthentication: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 random octets.
    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    /// The code over the octets: 32 octets.
    package func code(of octets: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: octets, using: key))
    }
}
