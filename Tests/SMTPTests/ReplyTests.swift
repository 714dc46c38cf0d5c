import Mail
import Testing

@Suite("Replies")
struct ReplyTests {
    @Test(
        "Lines become code, enhanced code and words",
        arguments: [
            (["250 ok"], 250, nil, "ok"),
            (["250"], 250, nil, ""),
            (["250 "], 250, nil, ""),
            (["250 2.1.0 Sender ok"], 250, "2.1.0", "Sender ok"),
            (["550-5.1.1 no", "550 5.1.1 such user"], 550, "5.1.1", "no such user"),
            (["550-5.1.1 no", "550-", "550 5.1.1 user"], 550, "5.1.1", "no user"),
            (["250-first", "550 5.0.0 last"], 550, "5.0.0", "first last"),
            (["550 4.1.1 class does not fit"], 550, nil, "4.1.1 class does not fit"),
            (["550 5.1 no code"], 550, nil, "5.1 no code"),
            (["550 5.1.1234 no code"], 550, nil, "5.1.1234 no code"),
            (["550 5.7.139"], 550, "5.7.139", ""),
            (["354 3.0.0 go"], 354, nil, "3.0.0 go"),
            (["550 a\tb\u{1B}[31mc\r\n\u{202E}d"], 550, nil, "a b [31mc d"),
            (["599 edge"], 599, nil, "edge"),
        ] as [([String], Int, String?, String)])
    func parses(_ lines: [String], _ code: Int, _ enhanced: String?, _ text: String) throws {
        let reply = try #require(Reply(lines: lines))
        #expect(reply.code == code)
        #expect(reply.enhanced?.description == enhanced)
        #expect(reply.text == text)
    }

    @Test(
        "What is no reply is none",
        arguments: [
            [], [""], ["25"], ["25x ok"], ["199 low"], ["600 high"], ["2500 ok"], ["250ok"], [" 250 ok"],
            ["٢٥٠ ok"], ["hello"],
        ] as [[String]])
    func refuses(_ lines: [String]) {
        #expect(Reply(lines: lines) == nil)
    }

    @Test("Words are capped and cannot pile up marks")
    func caps() throws {
        let long = try #require(Reply(lines: ["550 " + String(repeating: "x", count: 10_000)]))
        #expect(long.text.count == Reply.maximumTextLength && long.text.hasSuffix("…"))
        let piled = try #require(Reply(lines: ["550 a" + String(repeating: "\u{301}", count: 100_000)]))
        #expect(piled.text.unicodeScalars.count <= Reply.maximumTextLength * 5)
    }

    @Test(
        "Enhanced codes are three numbers of class 2, 4 or 5",
        arguments: [
            ("5.1.1", true), ("2.0.0", true), ("4.999.999", true), ("3.1.1", false), ("5.1", false),
            ("5.1.1.1", false),
            ("5..1", false), ("5.1.a", false), ("5.1.-1", false), ("5.1.1000", false), ("", false),
        ])
    func parsesEnhanced(_ text: String, _ isCode: Bool) {
        #expect((EnhancedStatusCode(parsing: text)?.description == text) == isCode)
    }
}
