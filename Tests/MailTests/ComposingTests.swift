import Mail
import TestSeeds
import Testing

@Suite("Composing")
struct ComposingTests {
    @Test("A Unicode recipient of bcc needs SMTPUTF8 in the envelope and leaves the header section ASCII")
    func blindUnicode() throws {
        let composed = try compose { $0.bcc = [try Mailbox(parsing: "пётр@example.com")] }
        #expect(composed.envelope.needsSMTPUTF8)
        #expect(!composed.mailData.is8Bit)
    }

    @Test("The envelope goes to to, cc and bcc, each once, from the sender")
    func envelope() throws {
        let composed = try compose {
            $0.cc = [
                try Mailbox(parsing: "Carol <carol@example.org>"), try Mailbox(parsing: "bob@EXAMPLE.org"),
            ]
            $0.bcc = [try Mailbox(parsing: "dan@example.org"), try Mailbox(parsing: "carol@example.org")]
        }
        #expect(composed.envelope.reversePath.text == "ann@example.com")
        #expect(
            composed.envelope.forwardPaths.map(\.text) == [
                "bob@example.org", "carol@example.org", "dan@example.org",
            ])
        #expect(
            composed.warnings == [
                "bob@example.org stands in to[0] and cc[1]: it gets one copy.",
                "carol@example.org stands in cc[0] and bcc[1]: it gets one copy.",
            ])
        #expect(composed.messageID.text == "<x@example.com>")
    }

    @Test("What the caller may not have meant is said in a warning")
    func warnings() throws {
        #expect(try compose { _ in }.warnings.isEmpty)
        #expect(try compose { $0.subject = nil }.warnings == ["The message has no subject."])
        #expect(
            try compose { $0.attachments = [file("a.png", id: "x")] }.warnings.first?.contains(
                "attachments[0]") == true)
        let shown = try compose {
            $0.html = "<img src='cid:x'>"
            $0.attachments = [file("a.png", id: "x")]
        }
        #expect(shown.warnings.isEmpty)
        let missing = try compose { $0.html = "<img src='cid:y'>cid:z" }
        #expect(missing.warnings == ["The HTML shows cid:y, but no attachment has that content id."])
        let raw = try compose {
            $0.text = nil
            $0.markdown = "a <script>alert(1)</script>"
        }
        #expect(raw.warnings.first?.contains("left out") == true)
        #expect(!String(decoding: raw.mailData.bytes, as: UTF8.self).contains("alert(1)</script>\r\n</p"))
        let empty = try compose {
            $0.text = nil
            $0.html = "<img src=x>"
        }
        #expect(empty.warnings.first?.contains("has no text") == true)
        #expect(
            try compose { $0.attachments = [file(type: "multipart/mixed")] }.warnings.first?.contains(
                "octet-stream") == true)
    }

    @Test("Markdown cannot smuggle a script or a javascript: link into the HTML")
    func safeMarkdown() throws {
        let composed = try compose {
            $0.markdown = "[x](javascript:alert(1)) <b onclick=x>y</b>\n\n<script>z</script>\n"
        }
        let data = String(decoding: composed.mailData.bytes, as: UTF8.self)
        #expect(!data.contains("javascript:"))
        #expect(!data.contains("<script>"))
        #expect(!data.contains("onclick"))
    }

    @Test(
        "A boundary is legal whatever it is made from",
        arguments: ["", "a b\r\n\"x\"", "ünïcode", String(repeating: "b", count: 500), "ok123"])
    func boundaries(name: String) throws {
        let composed = try compose({ $0.html = "<p>x</p>" }, boundary: name)
        let data = String(decoding: composed.mailData.bytes, as: UTF8.self)
        let boundary = try #require(data.split(separator: "boundary=\"").last?.split(separator: "\"").first)
        #expect(boundary.utf8.count <= 70)
        #expect(boundary.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 })
        #expect(data.hasSuffix("--\(boundary)--\r\n"))
    }

    @Test("A subject that begins with a character too large for the first line begins there all the same")
    func largeFirstCharacter() throws {
        let subject = "👨‍👩‍👧‍👦‍👩🏽‍💻 hello"
        let request = SendRequest(from: "me@example.com", to: ["a@example.org"], subject: subject, text: "x")
        let lines = String(decoding: try request.composed().mailData.bytes, as: UTF8.self).split(
            separator: "\r\n")
        let first = try #require(lines.first { $0.hasPrefix("Subject:") })
        #expect(first.hasPrefix("Subject: =?UTF-8?"), "\(first)")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 })
    }

    @Test("The same message gives the same octets")
    func isPure() throws {
        let one = try compose { $0.headers = [HeaderField(name: "X-A", value: "ä")] }
        let other = try compose { $0.headers = [HeaderField(name: "X-A", value: "ä")] }
        #expect(one == other)
    }

    @Test("A large attachment comes back from its base64 whole")
    func large() throws {
        var generator = SeededGenerator(seed: 1)
        var content: [UInt8] = []
        while content.count < 3 << 20 { withUnsafeBytes(of: generator.next()) { content += $0 } }
        let composed = try compose { $0.attachments = [file("big.bin", content: content)] }
        let lines = composed.mailData.bytes.split(separator: 0x0A)
        let encoded = lines.drop { !$0.starts(with: "Content-Disposition".utf8) }.dropFirst(2).prefix {
            $0.first != UInt8(ascii: "-")
        }
        #expect(encoded.dropLast().allSatisfy { $0.count == 77 })
        var values = [UInt8](repeating: 64, count: 256)
        for (value, letter) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
            .enumerated()
        {
            values[Int(letter)] = UInt8(value)
        }
        var decoded: [UInt8] = []
        var bits = 0
        var held = 0
        for line in encoded {
            for byte in line where values[Int(byte)] < 64 {
                held = (held << 6 | Int(values[Int(byte)])) & 0xFFFFFF
                bits += 6
                if bits >= 8 {
                    bits -= 8
                    decoded.append(UInt8(held >> bits & 0xFF))
                }
            }
        }
        #expect(decoded == content)
    }
}
