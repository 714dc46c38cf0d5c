package import Mail

/// Seals in a vault whose keys are looked for when they are needed.
package struct SecretSeal: SecretSealing {
    package typealias Keys = @Sendable () throws(SealingFault) -> SecretVault
    /// Holds the right to change the key until it is told to let go.
    package typealias Holding = @Sendable () async throws(Failure) -> @Sendable () -> Void

    private let sealing: Keys
    private let opening: Keys
    private let holding: Holding

    /// - Parameters:
    ///   - sealing: may make a key where there is none.
    ///   - opening: `noKey` where there is none.
    ///   - holding: keeps every other process from changing the key.
    package init(
        sealing: @escaping Keys, opening: @escaping Keys,
        holding: @escaping Holding = { () throws(Failure) in {} }
    ) {
        self.sealing = sealing
        self.opening = opening
        self.holding = holding
    }

    package func keepingKey<Value: Sendable>(
        _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let letGo = try await holding()
        defer { letGo() }
        return try await body()
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
