import Crypto

/// SHA-256 (FIPS 180-4), for rooms that have no cryptography of their own.
package enum SHA256Digest {
    /// 32 octets.
    package static func octets(of octets: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: octets)) }
}
