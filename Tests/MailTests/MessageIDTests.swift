import Mail
import Testing

@Suite("Message-IDs")
struct MessageIDTests {
    @Test(
        "An id is taken with and without brackets",
        arguments: [
            ("<a@b>", "<a@b>"), ("a@b", "<a@b>"), (" <a@b> ", "<a@b>"), ("<a@b@c>", "<a@b@c>"),
            ("<CA+x=1/2$3@mail.example.com>", "<CA+x=1/2$3@mail.example.com>"),
            ("a@[192.0.2.1]", "<a@[192.0.2.1]>"),
        ])
    func taken(text: String, id: String) throws { #expect(try MessageID(parsing: text).text == id) }

    @Test(
        "An id that would break its header field is refused",
        arguments: [
            "", "<>", "a", "@b", "a@", "<a b@c>", "<a@b> <c@d>", "<a@b", "a@b>", "<<a@b>>", "a@b\r\nBcc: x@y",
            "a\0@b",
            "a\t@b", "ä@b", "a@b\u{7F}", String(repeating: "x", count: 900) + "@b",
        ])
    func refused(text: String) {
        let failure = #expect(throws: Failure.self) { try MessageID(parsing: text) }
        #expect(failure?.code == .invalidRequest)
    }

    @Test("A new id holds nothing that may not stand in it")
    func made() throws {
        #expect(MessageID(unique: "0197-abc", domain: "example.com").text == "<0197-abc@example.com>")
        #expect(MessageID(unique: "a b<>\r\n@é", domain: "[192.0.2.1]").text == "<ab@[192.0.2.1]>")
        #expect(MessageID(unique: "a", domain: "").text == "<a@localhost>")
        let longest = MessageID(
            unique: String(repeating: "u", count: 2000), domain: String(repeating: "d", count: 2000))
        #expect(try MessageID(parsing: longest.text) == longest)
    }
}
