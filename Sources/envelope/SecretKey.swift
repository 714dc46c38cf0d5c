import Sending

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The key that secrets in the record are sealed under: ENVELOPE_SECRET_KEY, else a private file beside the record.
///
/// In its own file, so that a copy of the record alone gives no secret away.
enum SecretKey {
    /// - Parameters:
    ///   - text: 32 octets in Base64; nil uses the file.
    ///   - random: 64 unpredictable bits a call.
    static func seal(
        _ text: String?, beside database: String, random: @escaping @Sendable () -> UInt64
    ) -> SecretSeal {
        if let text {
            let octets = Data(base64Encoded: text).map(Array.init) ?? []
            return SecretSeal(
                key: {
                    octets.count == 32
                        ? .success(octets)
                        : .failure(
                            .noKey("ENVELOPE_SECRET_KEY is not 32 octets in Base64 (openssl rand -base64 32)")
                        )
                }, random: random)
        }
        let file = KeyFile(database + ".secret-key", random: random)
        return SecretSeal(
            key: {
                file.octets.map { .success($0) }
                    ?? .failure(.noKey("the file \(file.path) can be neither read nor made"))
            }, random: random)
    }
}
