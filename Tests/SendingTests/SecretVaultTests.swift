import Sending
import Testing

@Suite("Sealed secrets")
struct SecretVaultTests {
    private let key = [UInt8](repeating: 7, count: 32)
    private let secret = Array("s3cret pässword".utf8)

    @Test("What is sealed opens under the same key for the same purpose, and never looks the same twice")
    func roundTrip() throws {
        let vault = try SecretVault(key: key)
        let first = try vault.seal(secret, for: "smtp\0a")
        let second = try vault.seal(secret, for: "smtp\0a")
        #expect(first != second)
        #expect(try vault.open(first, for: "smtp\0a") == secret)
        #expect(try vault.open(try vault.seal([], for: "x"), for: "x") == [])
        #expect(first.first == 1 && first.count == 37 + secret.count)
    }

    @Test("Another purpose, another key, and every changed octet are refused")
    func refusals() throws {
        let vault = try SecretVault(key: key)
        let sealed = try vault.seal(secret, for: "smtp\0a")
        #expect(throws: SecretVault.Fault.damaged) { try vault.open(sealed, for: "smtp\0b") }
        let other = try SecretVault(key: [UInt8](repeating: 8, count: 32))
        #expect(throws: SecretVault.Fault.unknownKey) { try other.open(sealed, for: "smtp\0a") }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SecretVault.Fault.self) { try vault.open(changed, for: "smtp\0a") }
            #expect(throws: SecretVault.Fault.self) {
                try vault.open(Array(sealed[..<index]), for: "smtp\0a")
            }
        }
    }

    @Test("During a change of the key both open, and only the new one seals")
    func change() throws {
        let old = try SecretVault(key: key)
        let new = try SecretVault(key: [UInt8](repeating: 8, count: 32), others: [key])
        let sealed = try old.seal(secret, for: "p")
        #expect(try new.open(sealed, for: "p") == secret)
        #expect(old.isCurrent(sealed) && !new.isCurrent(sealed))
        #expect(new.isCurrent(try new.seal(secret, for: "p")))
    }

    @Test("A key has 32 octets", arguments: [0, 16, 31, 33])
    func size(count: Int) {
        #expect(throws: SecretVault.Fault.unusableKey) {
            try SecretVault(key: [UInt8](repeating: 1, count: count))
        }
    }
}
