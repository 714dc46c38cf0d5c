import Mail
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "An address is taken and written in its one form",
        arguments: [
            ("ann@example.com", "ann@example.com"),
            ("  ann@example.com ", "ann@example.com"),
            ("Ann.Lee+tag@EXAMPLE.Com", "Ann.Lee+tag@example.com"),
            ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
            ("a@b.c", "a@b.c"),
            ("root@localhost", "root@localhost"),
            ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example"),
            ("a@straße.example", "a@xn--strae-oqa.example"),
            ("a@例え。テスト", "a@xn--r8jz45g.xn--zckzah"),
            ("a@ｅｘａｍｐｌｅ.com", "a@example.com"),
            ("пётр@example.com", "пётр@example.com"),
            ("\"ann\"@example.com", "ann@example.com"),
            ("\"a\\nn\"@example.com", "ann@example.com"),
            ("\"ann lee\"@example.com", "\"ann lee\"@example.com"),
            ("\"a@b\"@example.com", "\"a@b\"@example.com"),
            ("\"a\\\"b\\\\c\"@example.com", "\"a\\\"b\\\\c\"@example.com"),
            ("\"..\"@example.com", "\"..\"@example.com"),
            ("a@[192.0.2.1]", "a@[192.0.2.1]"),
            ("a@[ipv6:2001:DB8::1]", "a@[IPv6:2001:db8::1]"),
            ("a@[IPv6:::1]", "a@[IPv6:::1]"),
            ("a@[IPv6:::]", "a@[IPv6:::]"),
            ("a@[IPv6:1::]", "a@[IPv6:1::]"),
            ("a@[IPv6:1:2:3:4:5:6:7:8]", "a@[IPv6:1:2:3:4:5:6:7:8]"),
            ("a@[IPv6:::ffff:192.0.2.1]", "a@[IPv6:::ffff:192.0.2.1]"),
            ("a@[IPv6:1:2:3:4:5:6:192.0.2.1]", "a@[IPv6:1:2:3:4:5:6:192.0.2.1]"),
            ("a@1.example", "a@1.example"),
            ("a@r3---x.example", "a@r3---x.example"),
            (
                String(repeating: "l", count: 64) + "@example.com",
                String(repeating: "l", count: 64) + "@example.com"
            ),
            (
                "a@" + String(repeating: "d", count: 63) + ".com",
                "a@" + String(repeating: "d", count: 63) + ".com"
            ),
        ])
    func taken(text: String, form: String) throws {
        let address = try Address(parsing: text)
        #expect(address.text == form)
        #expect(try Address(parsing: address.text) == address)
    }

    @Test(
        "An address is refused with what is wrong",
        arguments: [
            ("", "is empty"), ("   ", "is empty"),
            ("ann", "has no \"@\""), ("@example.com", "nothing before the \"@\""),
            ("ann@", "nothing behind the \"@\""),
            ("a@b@example.com", "more than one \"@\""), ("a@x.com,b@y.com", "more than one \"@\""),
            (".ann@example.com", "a dot where none may stand"),
            ("a..b@example.com", "a dot where none may stand"),
            ("ann.@example.com", "a dot right before the \"@\""),
            ("ann lee@example.com", "holds a space"), ("Ann <ann@example.com>", "holds a space"),
            ("<ann@example.com>", "holds \"<\""), ("ann(x)@example.com", "holds \"(\""),
            ("mailto:ann@example.com", "holds \":\""), ("a,b@example.com", "holds \",\""),
            ("a\u{A0}b@example.com", "holds U+00A0"), ("a\u{200B}b@example.com", "holds U+200B"),
            ("a\u{202E}b@example.com", "holds U+202E"),
            ("\"a\u{202E}\"@example.com", "holds the invisible character U+202E"),
            ("a@b\r\nRCPT TO:<x@y>", "control character U+000D"),
            ("a\r\n@example.com", "control character U+000D"),
            ("a@example.com\n", "control character U+000A"),
            ("\r\na@example.com", "control character U+000D"),
            ("\"a\r\nb\"@example.com", "control character U+000D"),
            ("a@example.com\0", "control character U+0000"),
            ("a\t@example.com", "control character U+0009"),
            ("a\u{7F}@example.com", "control character U+007F"),
            ("a\u{85}@example.com", "control character U+0085"),
            ("a@exam\u{2028}ple.com", "control character U+2028"),
            ("\"ann@example.com", "a quote that is never closed"),
            ("\"ann\\\"@example.com", "a quote that is never closed"),
            ("\"\"@example.com", "an empty local part"), ("\"ann\"lee@example.com", "no \"@\" right behind"),
            ("ann@example", "a domain without a dot"), ("ann@[example.com", "a malformed address literal"),
            ("ann@example..com", "an empty label"), ("ann@example.com.", "an empty label"),
            ("ann@.com", "an empty label"), ("ann@-x.com", "a hyphen at its edge"),
            ("ann@x-.com", "a hyphen at its edge"),
            ("ann@exa mple.com", "a space in its domain"), ("ann@exa_mple.com", "\"_\" in its domain"),
            ("ann@example.com>", "\">\" in its domain"), ("ann@192.0.2.1", "ends in a number"),
            ("ann@℀.com", "\"/\" in its domain"), ("ann@x\u{FF20}y.com", "domain"),
            ("ann@☃\u{FE0F}\u{202E}.com", "domain"),
            ("ann@[192.0.2.256]", "malformed address literal"),
            ("ann@[192.0.2]", "malformed address literal"),
            ("ann@[1.2.3.04]", "malformed address literal"),
            ("ann@[IPv6:1:2:3]", "malformed address literal"),
            ("ann@[IPv6:1::2::3]", "malformed address literal"),
            ("ann@[IPv6:1:2:3:4:5:6:7:8:9]", "malformed address literal"),
            ("ann@[IPv6:12345::]", "malformed address literal"),
            ("ann@[IPv6::]", "malformed address literal"), ("ann@[IPv6:1:]", "malformed address literal"),
            ("ann@[IPv6:1:2:3:4:5:6:7::8]", "malformed address literal"),
            ("ann@[x:y]", "malformed address literal"),
            (String(repeating: "l", count: 65) + "@example.com", "local part of 65 octets"),
            (String(repeating: "é", count: 33) + "@example.com", "local part of 66 octets"),
            ("a@" + String(repeating: "d", count: 64) + ".com", "label of 64 octets"),
            ("a@" + String(repeating: "abcdefg.", count: 32) + "com", "domain of 259 octets"),
            (
                String(repeating: "l", count: 60) + "@" + String(repeating: "abcdefg.", count: 25) + "com",
                "longer than 254"
            ),
        ])
    func refused(text: String, reason: String) throws {
        let failure = #expect(throws: Failure.self) { try Address(parsing: text) }
        #expect(failure?.code == .invalidAddress)
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
        #expect(failure?.hint.isEmpty == false)
        #expect(failure?.field == nil)
        #expect(failure?.message.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } == false)
    }

    @Test("Only a Unicode local part needs SMTPUTF8")
    func smtputf8() throws {
        #expect(try Address(parsing: "пётр@example.com").needsSMTPUTF8)
        #expect(try !Address(parsing: "a@bücher.example").needsSMTPUTF8)
    }

    @Test("The same failure with the argument's name")
    func field() throws {
        let failure = try #require(#expect(throws: Failure.self) { try Address(parsing: "ann") })
        #expect(failure.at("to[1]").field == "to[1]")
        #expect(failure.at("to[1]").message == failure.message)
        #expect(failure.at("to[1]").hint == failure.hint)
    }
}
