import Crypto

/// AES-256-GCM (NIST SP 800-38D) under one key, with a random nonce for each secret.
///
/// A sealed secret is a version (1 octet, 1), the key's mark (4 octets), the nonce (12), the text, the tag (16).
package struct SecretSeal: SecretSealing {
    private static let version: UInt8 = 1
    private static let head = 1 + 4 + 12

    private let key: @Sendable () -> Result<[UInt8], SealingFault>
    private let random: @Sendable () -> UInt64

    /// - Parameters:
    ///   - key: 32 random octets, asked for when a secret is sealed or opened.
    ///   - random: 64 unpredictable bits a call.
    package init(
        key: @escaping @Sendable () -> Result<[UInt8], SealingFault>, random: @escaping @Sendable () -> UInt64
    ) {
        self.key = key
        self.random = random
    }

    package func seal(_ secret: [UInt8], for context: SecretContext) throws(SealingFault) -> [UInt8] {
        let (key, mark) = try checkedKey()
        let nonce = [random(), random()].flatMap { word in withUnsafeBytes(of: word) { Array($0) } }.prefix(
            12)
        do {
            let box = try AES.GCM.seal(
                secret, using: key, nonce: AES.GCM.Nonce(data: nonce), authenticating: context.octets)
            return [Self.version] + mark + nonce + box.ciphertext + box.tag
        } catch {
            throw .damaged
        }
    }

    package func open(_ sealed: [UInt8], for context: SecretContext) throws(SealingFault) -> [UInt8] {
        guard sealed.count >= Self.head + 16, sealed[0] == Self.version else { throw .damaged }
        let (key, mark) = try checkedKey()
        guard Array(sealed[1..<5]) == mark else { throw .otherKey }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: sealed[5..<Self.head]),
                ciphertext: sealed[Self.head..<(sealed.count - 16)], tag: sealed[(sealed.count - 16)...])
            return Array(try AES.GCM.open(box, using: key, authenticating: context.octets))
        } catch {
            throw .damaged
        }
    }

    /// The key, and what tells it from others without telling it.
    private func checkedKey() throws(SealingFault) -> (SymmetricKey, mark: [UInt8]) {
        let octets = try key().get()
        guard octets.count == 32 else { throw .noKey("it is not 32 octets long") }
        let mark = SHA256.hash(data: Array("envelope key mark".utf8) + octets).prefix(4)
        return (SymmetricKey(data: octets), Array(mark))
    }
}
