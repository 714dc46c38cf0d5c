import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Seals secrets for the record (AES-256-GCM) under a key that is kept elsewhere.
///
/// What is sealed is bound to its purpose, so that nobody who can write the record moves a secret to another owner.
/// A sealed secret is a format octet (1), 8 octets that name the key, a nonce of 12, the ciphertext, a tag of 16.
package struct SecretVault: Sendable {
    package enum Fault: Error, Hashable, Sendable {
        /// A key has 32 octets.
        case unusableKey
        /// Sealed under a key that is not here.
        case unknownKey
        /// Changed, cut off, or sealed for another purpose.
        case damaged
        /// Written by a later version of this program.
        case unknownFormat
    }

    private struct Key: Sendable {
        let name: [UInt8]
        let key: SymmetricKey

        init(_ octets: [UInt8]) throws(Fault) {
            if octets.count != SecretVault.keySize { throw .unusableKey }
            key = SymmetricKey(data: octets)
            let context = Array("envelope secret key 1".utf8)
            name = Array(HMAC<SHA256>.authenticationCode(for: context, using: key).prefix(8))
        }
    }

    /// Octets of a key.
    package static let keySize = 32
    private static let format: UInt8 = 1

    private let current: Key
    private let all: [Key]

    /// - Parameters:
    ///   - key: 32 unpredictable octets; seals, and opens.
    ///   - others: open only, during a change of the key.
    package init(key: [UInt8], others: [[UInt8]] = []) throws(Fault) {
        current = try Key(key)
        var all = [current]
        for octets in others { all.append(try Key(octets)) }
        self.all = all
    }

    /// - Parameter purpose: whose secret it is and which one; needed again to open it.
    package func seal(_ secret: [UInt8], for purpose: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            secret, using: current.key, authenticating: Self.bound(purpose, current.name))
        guard let combined = box.combined else { throw Fault.damaged }
        return [Self.format] + current.name + combined
    }

    package func open(_ sealed: [UInt8], for purpose: String) throws(Fault) -> [UInt8] {
        guard sealed.first == Self.format else { throw sealed.isEmpty ? .damaged : .unknownFormat }
        if sealed.count < 37 { throw .damaged }
        let name = Array(sealed[1..<9])
        guard let key = all.first(where: { $0.name == name }) else { throw .unknownKey }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed[9...])
            return Array(try AES.GCM.open(box, using: key.key, authenticating: Self.bound(purpose, name)))
        } catch {
            throw .damaged
        }
    }

    /// True when it was sealed under the key that seals now.
    package func isCurrent(_ sealed: [UInt8]) -> Bool { sealed.dropFirst().starts(with: current.name) }

    private static func bound(_ purpose: String, _ name: [UInt8]) -> [UInt8] {
        [format] + name + Array(purpose.utf8)
    }
}
