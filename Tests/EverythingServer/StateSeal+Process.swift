import Crypto
import Glibc
import MCP

extension StateSeal {
    /// Under a key that lives as long as this process does, which is long enough for a test.
    static func ofThisProcess() -> StateSeal {
        let key = SymmetricKey(size: .bits256)
        return StateSeal(
            now: { Int64(time(nil)) }, random: { .random(in: .min ... .max) },
            sign: { Array(HMAC<SHA256>.authenticationCode(for: $0, using: key)) })
    }
}
