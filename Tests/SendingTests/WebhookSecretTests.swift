import Mail
import Store
import Testing

@testable import Sending

@Suite("Signing and sealing")
struct WebhookSecretTests {
    /// The example of the Standard Webhooks specification and of its libraries.
    @Test("A message is signed as the specification's example is")
    func example() throws {
        let secret = try #require(WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = secret.signature(
            of: Array("{\"test\": 2432232314}".utf8), id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330)
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(
        "A secret is whsec_ and Base64 of 24 to 64 octets",
        arguments: [
            ("whsec_" + Base64.text([UInt8](repeating: 7, count: 24)), true),
            (Base64.text([UInt8](repeating: 7, count: 64)), true),
            ("whsec_" + Base64.text([UInt8](repeating: 7, count: 23)), false),
            ("whsec_" + Base64.text([UInt8](repeating: 7, count: 65)), false),
            ("", false), ("whsec_", false), ("whsec_päßwort", false),
        ])
    func secrets(_ text: String, isOne: Bool) {
        #expect((WebhookSecret(text) != nil) == isOne)
    }

    @Test("A made secret is read again from what is shown, and printing it shows nothing")
    func made() throws {
        let secret = WebhookSecret { UInt64.random(in: .min ... .max) }
        let shown = secret.reveal()
        #expect(shown.hasPrefix("whsec_") && WebhookSecret(shown) == secret && secret.octets.count == 32)
        var dumped = "\(secret) \(String(reflecting: secret))"
        dump(secret, to: &dumped)
        #expect(!dumped.contains(shown.dropFirst(6)))
    }

    private func seal(_ key: UInt8) -> SecretSeal { .under(key) }

    @Test("A sealed secret opens under its key and for its purpose alone, and never twice alike")
    func seals() throws {
        let context = SecretContext(.webhook, of: "wh_1")
        let secret = Array("s3cret".utf8)
        let sealed = try seal(1).seal(secret, for: context)
        #expect(try seal(1).open(sealed, for: context) == secret)
        #expect(try seal(1).seal(secret, for: context) != sealed)
        #expect(throws: SealingFault.otherKey) { try seal(2).open(sealed, for: context) }
        for other in [SecretContext(.webhook, of: "wh_2")] {
            #expect(throws: SealingFault.damaged) { try seal(1).open(sealed, for: other) }
        }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: SealingFault.self) { try seal(1).open(changed, for: context) }
            #expect(throws: SealingFault.self) { try seal(1).open(Array(sealed[..<index]), for: context) }
        }
    }

    @Test("Without a key nothing is sealed")
    func keyless() {
        let lost: SecretSeal.Keys = { () throws(SealingFault) -> SecretVault in throw .noKey("lost") }
        let none = SecretSeal(sealing: lost, opening: lost)
        let context = SecretContext(.webhook, of: "wh_1")
        #expect(throws: SealingFault.noKey("lost")) { try none.seal([1], for: context) }
        #expect(throws: SealingFault.noKey("lost")) { try none.open([1], for: context) }
    }
}
