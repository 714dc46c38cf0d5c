import Mail

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The key that a webhook's messages are signed with (Standard Webhooks 1.0, symmetric), 24 to 64 octets; prints as
/// nothing but bullets.
package struct WebhookSecret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package let octets: [UInt8]

    /// - Parameter octets: nil unless there are 24 to 64.
    package init?(octets: [UInt8]) {
        guard (24...64).contains(octets.count) else { return nil }
        self.octets = octets
    }

    /// - Parameter text: `whsec_` and Base64; the prefix may be missing.
    package init?(_ text: String) {
        let base64 = text.hasPrefix("whsec_") ? text.dropFirst(6) : text[...]
        guard let data = Data(base64Encoded: String(base64)) else { return nil }
        self.init(octets: Array(data))
    }

    /// - Parameter random: 64 unpredictable bits a call.
    init(random: () -> UInt64) {
        octets = (0..<4).flatMap { _ in withUnsafeBytes(of: random()) { Array($0) } }
    }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// `whsec_…`, to be shown once to the person who sets up the receiver.
    package func reveal() -> String { "whsec_" + Base64.text(octets) }

    /// What the field `webhook-signature` holds.
    ///
    /// - Parameter timestamp: seconds since 1970, as in `webhook-timestamp`.
    package func signature(of payload: [UInt8], id: String, timestamp: Int64) -> String {
        let content = Array("\(id).\(timestamp).".utf8) + payload
        return "v1," + Base64.text(MessageAuthentication(key: octets).code(of: content))
    }
}
