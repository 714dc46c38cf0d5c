import Mail
import Testing

@Suite("Messages taken apart")
struct IncomingMessageTests {
    @Test("Fields are unfolded, and lines that are none are passed over")
    func fields() {
        let message = IncomingMessage(
            "From ada@example.com Sun Nov 22\r\nSubject: one\r\n\ttwo \r\nX Y: no\r\n more\r\nTo : b@example.net\nX-Raw: gr\u{FC}n\n\nbody"
                .unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        #expect(message.fields["subject"] == "one\ttwo")
        #expect(message.fields["to"] == "b@example.net")
        #expect(message.fields["x-raw"] == "gr\u{FFFD}n")
        #expect(message.fields.all.count == 3)
        #expect(message.root.text(limit: 100) == "body")
    }

    @Test(
        "A value with parameters is read as written anywhere",
        arguments: [
            ("text/plain; charset=utf-8", "text/plain", "charset", "utf-8"),
            ("Text/HTML ; Charset = \"a;b\\\"c\" ; x=y", "text/html", "charset", "a;b\"c"),
            ("text/plain (words; charset=no); charset=yes (more)", "text/plain", "charset", "yes"),
            ("x; name*=UTF-8''na%C3%AFve%20", "x", "name", "naïve "),
            ("x; name*1=\" two\"; name*0*=utf-8''on%65", "x", "name", "one two"),
            ("x; other; name=last", "x", "name", "last"),
            ("x; name=\"open", "x", "name", "open"),
        ])
    func parameters(text: String, value: String, name: String, parameter: String) {
        let read = StructuredValue(parsing: text)
        #expect(read.value == value)
        #expect(read.parameter(name) == parameter)
        #expect(read.parameter("absent") == nil)
    }

    @Test(
        "A part's text is decoded",
        arguments: [
            ("base64", "utf-8", "R3LDvMOf\r\nZQ==\r\n", "Grüße"),
            ("BASE64", "iso-8859-1", "R3L832U", "Grüße"),
            ("quoted-printable", "utf-8", "Gr=C3=BC=\r\n=C3=9Fe=20=\n=XY", "Grüße =XY"),
            ("quoted-printable", "windows-1252", "=80 =96 =fc", "€ – ü"),
            ("quoted-printable", "utf-8", "=fc", "ü"),
            ("8bit", "koi8-r", "plain", "plain"),
            ("7bit", "us-ascii", "plain=20", "plain=20"),
        ])
    func text(encoding: String, charset: String, body: String, text: String) {
        let message = IncomingMessage(
            "Content-Type: text/plain; charset=\(charset)\nContent-Transfer-Encoding: \(encoding)\n\n\(body)"
                .utf8)
        #expect(message.root.text(limit: 100) == text)
    }

    @Test("The parts of a multipart are what stands between its delimiters")
    func parts() {
        let message = IncomingMessage(
            "Content-Type: multipart/mixed; boundary=\"a b\"\n\npreamble\n--a b\n\none\n\n--a b \n\n--a bc\n--a b\nContent-Type: text/html\n\nthree\n--a b--\n\n--a b\n\nno"
                .utf8)
        #expect(message.root.parts.map { $0.text(limit: 100) } == ["one\n", "--a bc", "three"])
        #expect(message.root.parts.map(\.type) == ["text/plain", "text/plain", "text/html"])
    }

    @Test("Depth and number of parts are bounded, and so is what is looked at")
    func bounds() {
        let deep = String(repeating: "Content-Type: message/rfc822\n\n", count: 100)
        var depth = 0
        var part = IncomingMessage(deep.utf8).root
        while let inner = part.parts.first { (part, depth) = (inner, depth + 1) }
        #expect(depth == IncomingMessage.maximumDepth)
        let wide =
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 1000)
        #expect(IncomingMessage(wide.utf8).root.parts.count == IncomingMessage.maximumParts - 1)
        let long = "Subject: x\n\n" + String(repeating: "y", count: 2 << 20)
        #expect(IncomingMessage(long.utf8).root.content.count == IncomingMessage.maximumOctets - 12)
        let many = String(repeating: "X: y\n", count: 2000)
        #expect(IncomingMessage(many.utf8).fields.all.count == MessageFields.maximumCount)
        let wordy = "X: " + String(repeating: "y", count: 20_000)
        #expect(IncomingMessage(wordy.utf8).fields["x"]?.utf8.count == MessageFields.maximumLength - 1)
    }

    @Test(
        "A message's date is read where it is sure",
        arguments: [
            ("Sun, 22 Nov 2026 17:00:00 +0100 (CET)", "2026-11-22T16:00:00.000Z"),
            ("22 nov 2026 16:00 GMT", "2026-11-22T16:00:00.000Z"),
            ("Sun,  1 Nov 26 01:02:03 PST", "2026-11-01T09:02:03.000Z"),
            ("Mon, 1 Feb 99 00:00:00 -0000", "1999-02-01T00:00:00.000Z"),
            ("Sun, 22 Nov 2026 16:00:00", nil),
            ("Sun, 22 Nov 2026 16:00:00 CET", nil),
            ("Mon, 30 Feb 2026 16:00:00 +0000", nil),
            ("Sun, 22 Nov 2026 25:00:00 +0000", nil),
            ("Sun, 22 Nov 2026 16:00:00 +9999", nil),
            ("", nil), ("yesterday", nil), (", , , , ,", nil),
        ] as [(String, String?)])
    func date(text: String, read: String?) { #expect(Timestamp(messageDate: text)?.rfc3339 == read) }

    @Test(
        "Message-IDs are found in fields as they come",
        arguments: [
            ("<a@example.com> <b@example.com>\t<a@example.com>", ["<a@example.com>", "<b@example.com>"]),
            ("Your message of Sunday <a@example.com> (said Ada)", ["<a@example.com>"]),
            ("<a@exa mple.com>", ["<a@example.com>"]),
            ("a@example.com", ["<a@example.com>"]),
            ("<<a@example.com>>", ["<a@example.com>"]),
            ("<no-at-sign> <> <@> < <a@example.com>", ["<a@example.com>"]),
            ("", []), ("none", []),
        ])
    func ids(text: String, found: [String]) { #expect(MessageID.found(in: text).map(\.text) == found) }

    @Test(
        "A subject's encoded words are undone",
        arguments: [
            ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
            ("Re: =?UTF-8?B?R3LDvA==?= =?utf-8*de?q?=C3=9Fe_an?= Ada", "Re: Grüße an Ada"),
            ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
            ("a =?utf-8?x?b?= c", "a =?utf-8?x?b?= c"),
            ("=?utf-8?q?open", "=?utf-8?q?open"),
            ("1 = 2 =? 3", "1 = 2 =? 3"),
            ("=?utf-8?q?=1B[31m?=", "[31m"),
        ])
    func subject(written: String, read: String) {
        let answer = Answer(IncomingMessage("Subject: \(written)\nIn-Reply-To: <a@example.com>\n\n".utf8))
        #expect(answer?.subject == read)
    }
}
