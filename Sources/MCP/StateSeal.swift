import JSON

/// Protects what a modern client carries between two rounds of a request: that text comes back from outside, and
/// decides whether something is done.
///
/// Sealed is not secret, and not single-use: the client can read the state and can bring it back twice.
package struct StateSeal: Sendable {
    /// A message authentication code under a key that every process of this server shares: HMAC-SHA256.
    let sign: @Sendable ([UInt8]) -> [UInt8]
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    let random: @Sendable () -> UInt64

    package init(
        now: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> UInt64,
        sign: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        self.sign = sign
        self.now = now
        self.random = random
    }

    /// `payload.code`, each in base64url.
    func close(_ payload: JSON.Object) -> String {
        let bytes = payload.bytes
        return Base64URL.text(bytes) + "." + Base64URL.text(sign(bytes))
    }

    /// The payload of a text that `close` made, under this key; nil for any other.
    func open(_ text: String) -> JSON.Object? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let payload = Base64URL.bytes(parts[0].utf8),
            let code = Base64URL.bytes(parts[1].utf8)
        else { return nil }
        let expected = sign(payload)
        // All bytes are looked at, so that the time tells nothing about how many were right.
        let difference = zip(expected, code).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        if expected.count != code.count || expected.isEmpty || difference != 0 { return nil }
        return (try? JSON(parsing: payload))?.object
    }
}
