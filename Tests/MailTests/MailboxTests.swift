import Mail
import Testing

@Suite("Mailboxes")
struct MailboxTests {
    @Test(
        "A mailbox is taken as people write it",
        arguments: [
            ("ann@example.com", nil, "ann@example.com"),
            ("<ann@example.com>", nil, "ann@example.com"),
            ("Ann Lee <ann@example.com>", "Ann Lee", "ann@example.com"),
            ("  Ann Lee   < ann@example.com > ", "Ann Lee", "ann@example.com"),
            ("Ann<ann@example.com>", "Ann", "ann@example.com"),
            ("\"Lee, Ann\" <ann@example.com>", "Lee, Ann", "ann@example.com"),
            ("\"a \\\"b\\\" \\\\ c\" <ann@example.com>", "a \"b\" \\ c", "ann@example.com"),
            ("\"\" <ann@example.com>", nil, "ann@example.com"),
            ("\"<x@y.z>\" <ann@example.com>", "<x@y.z>", "ann@example.com"),
            ("Ann \"Annie\" Lee <ann@example.com>", "Ann \"Annie\" Lee", "ann@example.com"),
            ("\"Ann\" \"Lee\" <ann@example.com>", "\"Ann\" \"Lee\"", "ann@example.com"),
            ("Dr. Ann Lee (Sales) <ann@example.com>", "Dr. Ann Lee (Sales)", "ann@example.com"),
            ("ann@example.com <ann@example.com>", "ann@example.com", "ann@example.com"),
            ("山田太郎 <taro@bücher.example>", "山田太郎", "taro@xn--bcher-kva.example"),
            ("👩‍👩‍👧‍👦 <f@example.com>", "👩‍👩‍👧‍👦", "f@example.com"),
            ("=?utf-8?Q?x?= <a@example.com>", "=?utf-8?Q?x?=", "a@example.com"),
            ("\"ann lee\"@example.com", nil, "\"ann lee\"@example.com"),
            ("Ann <\"a>b\"@example.com>", "Ann", "\"a>b\"@example.com"),
        ] as [(String, String?, String)])
    func taken(text: String, name: String?, address: String) throws {
        let mailbox = try Mailbox(parsing: text)
        #expect(mailbox.displayName == name)
        #expect(mailbox.address.text == address)
    }

    @Test(
        "Several addresses in one string are refused with a hint to pass an array",
        arguments: [
            "a@b.com, c@d.com", "a@b.com,c@d.com", "a@b.com; c@d.com", "Ann <a@b.com>, Bob <c@d.com>",
            "Lee, Ann <a@b.com>", "Team: a@b.com, c@d.com;", "a@b.com,",
        ])
    func lists(text: String) {
        let failure = #expect(throws: Failure.self) { try Mailbox(parsing: text) }
        #expect(failure?.code == .invalidAddress)
        #expect(failure?.hint.contains("array") == true)
    }

    @Test(
        "A broken mailbox is refused with what is wrong",
        arguments: [
            ("", "is empty"), ("Ann Lee", "has no \"@\""), ("Ann <>", "is empty"),
            ("Ann <ann@example.com", "never closed"), ("Ann <ann@example.com> x", "goes on behind \">\""),
            ("Ann \"Lee <ann@example.com>", "a quote that is never closed"),
            ("Ann <<ann@example.com>>", "holds \"<\""), ("Ann <@relay.com:ann@example.com>", "more than one"),
            ("Ann\r\nBcc: x@y.z <ann@example.com>", "control character U+000D"),
            ("Ann <ann@example.com>\r\n", "control character U+000D"),
            ("Ann\tLee <ann@example.com>", "control character U+0009"), ("Ann\0 <ann@example.com>", "U+0000"),
            ("Ann\u{2028}Lee <ann@example.com>", "U+2028"),
        ])
    func refused(text: String, reason: String) {
        let failure = #expect(throws: Failure.self) { try Mailbox(parsing: text) }
        #expect(failure?.code == .invalidAddress)
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }

    @Test(
        "A mailbox written as text reads as itself",
        arguments: [
            "Ann", "Lee, Ann", "a \"b\" \\ c", "\"\u{301}x\\\u{301}", "\"", "<x@y.z>", "a;b", "山田 太郎",
            "Ann (Sales)",
        ])
    func text(name: String) throws {
        let mailbox = try Mailbox(displayName: name, address: try Address(parsing: "a@b.com"))
        #expect(try Mailbox(parsing: mailbox.text) == mailbox)
    }

    @Test("A display name given apart is trimmed and checked")
    func parts() throws {
        let address = try Address(parsing: "a@b.com")
        #expect(try Mailbox(displayName: " Ann ", address: address).displayName == "Ann")
        #expect(try Mailbox(displayName: " ", address: address) == Mailbox(address))
        #expect(throws: Failure.self) { try Mailbox(displayName: "Ann\nLee", address: address) }
    }
}
