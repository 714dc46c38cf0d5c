/// A secret as it stands in the record: octets that only the key opens, and what they were sealed for.
package struct SealedSecret: Sendable, Hashable {
    /// The id of what it belongs to, for example an account's.
    package let owner: String
    /// Which of the owner's secrets it is: `smtp`, `imap`, or one of `OAuthLogin`.
    package let kind: String
    package let octets: [UInt8]

    /// The kind of a webhook's signing secret, whose owner is the webhook.
    package static let webhook = "webhook"

    /// What it is sealed for; neither part holds a NUL.
    package static func purpose(_ owner: String, _ kind: String) -> String { "\(kind)\0\(owner)" }

    package var purpose: String { Self.purpose(owner, kind) }

    package init(owner: String, kind: String, octets: [UInt8]) {
        self.owner = owner
        self.kind = kind
        self.octets = octets
    }
}
