package import Mail
import Store

/// Keeps secrets so that whoever has the record alone cannot read them.
package protocol SecretSealing: Sendable {
    /// The secret in a form that only `open` with the same context can read.
    func seal(_ secret: [UInt8], for context: SecretContext) throws(SealingFault) -> [UInt8]

    /// The secret again.
    func open(_ sealed: [UInt8], for context: SecretContext) throws(SealingFault) -> [UInt8]

    /// Seals and records in one go, while nobody on this machine changes the key: what was sealed under a key that goes
    /// away meanwhile could never be opened.
    func keepingKey<Value: Sendable>(
        _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value
}

/// What a sealed secret is for, bound into the seal: moved to another row, it does not open.
package struct SecretContext: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case webhook
    }

    package let kind: Kind
    /// The id of whom it belongs to.
    package let owner: String

    package init(_ kind: Kind, of owner: String) {
        self.kind = kind
        self.owner = owner
    }

    /// What `SealedSecret` of the record has for the same secret.
    var purpose: String { SealedSecret.purpose(owner, kind.rawValue) }
}

/// Why a secret could not be sealed or opened; never with the secret or the key in it.
package enum SealingFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The key can be neither read nor made; why, as a clause.
    case noKey(String)
    /// It was sealed under another key.
    case otherKey
    /// Changed since, or sealed for something else.
    case damaged

    package var description: String {
        switch self {
        case .noKey(let reason): "there is no key for secrets: \(reason)"
        case .otherKey: "the secret was sealed under another key than the present one"
        case .damaged: "the sealed secret is damaged, or belongs to something else"
        }
    }
}
