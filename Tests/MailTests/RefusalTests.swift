import Mail
import Testing

@Suite("What is not composed")
struct RefusalTests {
    func failure(_ change: (inout Message) throws -> Void) -> Failure? {
        #expect(throws: Failure.self) { try compose(change) }
    }

    @Test(
        "A file name that could leave its folder or its header field is refused",
        arguments: [
            "", " ", ".", "..", "a/b.txt", "/etc/passwd", "..\\x", "a\r\nBcc: x@y.z", "a\nb", "a\0b", "a\tb",
            "a\u{7F}",
            "a\u{2028}b", "photo\u{202E}gpj.exe", String(repeating: "é", count: 128),
        ])
    func filenames(name: String) {
        let failure = failure { $0.attachments = [file(), file(name)] }
        #expect(failure?.code == .invalidAttachment)
        #expect(failure?.field == "attachments[1].filename")
    }

    @Test(
        "A content type that is no type/subtype with a charset is refused",
        arguments: [
            "", "text", "text/", "/plain", "text/plain/x", "te xt/plain", "text/plain; name=x",
            "text/plain; charset",
            "text/plain; charset=", "text/plain; charset=a; charset=b", "text/plain; charset=\"a b\"",
            "text/plän",
            "text/plain\r\nX-Evil: 1", "text/plain; charset=utf-8\r\nX-Evil: 1", "text/plain\0",
        ])
    func contentTypes(type: String) {
        let failure = failure { $0.attachments = [file(type: type)] }
        #expect(failure?.code == .invalidAttachment)
        #expect(failure?.field == "attachments[0].content_type")
    }

    @Test("A content id that does not fit in its field or is given twice is refused")
    func contentIDs() {
        for id in ["", "<>", "a b", "a\r\nX: y", "ä", "a>b", "\"a\"", String(repeating: "x", count: 201)] {
            #expect(
                failure { $0.attachments = [file(), file(), file(id: id)] }?.field
                    == "attachments[2].content_id")
        }
        let twice = failure { $0.attachments = [file(id: "logo"), file(id: "<logo>")] }
        #expect(twice?.field == "attachments[1].content_id")
        #expect(twice?.message.contains("given twice") == true)
    }

    @Test(
        "A header field that the program sets itself, or that means something to servers, is refused by name",
        arguments: [
            "From", "Bcc", "to", "Subject", "Content-Type", "MIME-Version", "Date", "Message-ID",
            "Return-Path", "Received",
            "DKIM-Signature", "Sender", "X-", "List-", "", "X-a b", "X-a:b", "X-a\r\nBcc", "X-ä",
            "X-" + String(repeating: "x", count: 70),
        ])
    func headerNames(name: String) {
        let failure = failure { $0.headers = [HeaderField(name: name, value: "x")] }
        #expect(failure?.code == .invalidRequest)
        #expect(failure?.field?.hasPrefix("headers.") == true)
        #expect(failure?.field?.utf8.contains(0x0D) == false)
    }

    @Test(
        "A header value that would not stay one field is refused",
        arguments: [
            ("X-Foo", "a\r\nBcc: x@y.z"), ("X-Foo", "a\nb"), ("X-Foo", "a\rb"), ("X-Foo", "a\0b"),
            ("X-Foo", "a\u{1B}b"),
            ("X-Foo", "a\u{2029}b"), ("X-Foo", ""), ("X-Foo", "  "), ("Importance", "höch"),
            ("Precedence", "a\r\nb"),
            ("List-Unsubscribe", "<https://bücher.example>"),
            ("List-Unsubscribe", "<https://example.com/" + String(repeating: "x", count: 1000) + ">"),
        ])
    func headerValues(name: String, value: String) {
        let failure = failure { $0.headers = [HeaderField(name: name, value: value)] }
        #expect(failure?.code == .invalidRequest)
        #expect(failure?.field == "headers.\(name)")
    }

    @Test("A field that means one thing is given once, in whatever case")
    func headersTwice() throws {
        let twice = failure {
            $0.headers = [
                HeaderField(name: "Precedence", value: "bulk"),
                HeaderField(name: "precedence", value: "list"),
            ]
        }
        #expect(twice?.field == "headers.precedence")
        _ = try compose {
            $0.headers = [HeaderField(name: "X-A", value: "1"), HeaderField(name: "x-a", value: "2")]
        }
    }

    @Test("A subject of more than a line or 998 characters is refused")
    func subjects() throws {
        for subject in [
            "a\r\nBcc: x@y.z", "a\nb", "a\0", "a\u{85}b", "a\u{2028}b", String(repeating: "x", count: 999),
        ] {
            let failure = failure { $0.subject = subject }
            #expect(failure?.code == .invalidRequest)
            #expect(failure?.field == "subject")
        }
        _ = try compose { $0.subject = String(repeating: "ß", count: 998) }
    }

    @Test("A message without a recipient or a body, or with two of HTML, is refused")
    func shape() {
        #expect(failure { $0.to = [] }?.field == "to")
        #expect(failure { $0.text = nil }?.field == "text")
        #expect(
            failure {
                $0.html = "<p>"
                $0.markdown = "*"
            }?.field == "markdown")
    }

    @Test("NUL in a body is refused in the words of the caller")
    func nul() {
        #expect(failure { $0.text = "a\0" }?.field == "text")
        #expect(failure { $0.html = "a\0" }?.field == "html")
        #expect(
            failure {
                $0.text = nil
                $0.markdown = "a\0"
            }?.field == "markdown")
    }

    @Test("A reply address that alone needs SMTPUTF8 is refused, one among others that need it is not")
    func replyTo() throws {
        let unicode = try Mailbox(parsing: "пётр@example.com")
        #expect(failure { $0.replyTo = [$0.from, unicode] }?.field == "reply_to[1]")
        let composed = try compose {
            $0.replyTo = [unicode]
            $0.to = [unicode]
        }
        #expect(composed.mailData.is8Bit)
        #expect(composed.envelope.needsSMTPUTF8)
    }

    @Test("A thread of any length is told by some of its messages, and half a million cost no more than that")
    func references() throws {
        let ids = try (0..<500_000).map { try MessageID(parsing: "<\($0)@example.org>") }
        let refused = failure { $0.references = ids }
        #expect(refused?.code == .invalidRequest && refused?.field == "references")
        try _ = compose { $0.references = Array(ids.prefix(100)) + Array(ids.prefix(100)) }
    }
}
