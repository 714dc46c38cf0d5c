/// Seals in a vault whose keys are looked for when they are needed.
package struct SecretSeal: SecretSealing {
    package typealias Keys = @Sendable () throws(SealingFault) -> SecretVault

    private let sealing: Keys
    private let opening: Keys

    /// - Parameters:
    ///   - sealing: may make a key where there is none.
    ///   - opening: `noKey` where there is none.
    package init(sealing: @escaping Keys, opening: @escaping Keys) {
        self.sealing = sealing
        self.opening = opening
    }

    package func seal(_ secret: [UInt8], for context: SecretContext) throws(SealingFault) -> [UInt8] {
        let vault = try sealing()
        do { return try vault.seal(secret, for: context.purpose) } catch { throw .damaged }
    }

    package func open(_ sealed: [UInt8], for context: SecretContext) throws(SealingFault) -> [UInt8] {
        let vault = try opening()
        do throws(SecretVault.Fault) {
            return try vault.open(sealed, for: context.purpose)
        } catch {
            throw error == .unknownKey ? .otherKey : .damaged
        }
    }
}
