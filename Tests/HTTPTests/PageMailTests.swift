import Foundation
import Testing

@testable import HTTP

@Suite("Messages on a page")
struct PageMailTests {
    private static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "MailTests/Corpus")

    private static func message(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: corpus.appending(path: name + ".eml")))
    }

    @Test("The parts of a message are found, with their names and contents")
    func parts() throws {
        let mail = MailPart(try Self.message("html-two-inlines-two-attachments"))
        #expect(
            mail.leaves.map(\.type) == [
                "text/plain", "text/html", "image/png", "image/jpeg", "application/zip", "text/plain",
            ])
        #expect(mail.leaves.filter(\.isFile).map(\.filename) == ["one.png", "two.jpeg", "x.zip", "y.txt"])
        #expect(mail.leaves.map(\.contentID) == [nil, nil, "one", "two", nil, nil])
        #expect(mail.leaves.last?.text == "plain\n")
        #expect(mail.leaves[1].text == "<p><img src=\"cid:one\"><img src=\"cid:two\"></p>\r\n")
        #expect(mail.field("subject") == "All")
    }

    @Test(
        "File names that take several pieces and other alphabets come back whole",
        arguments: [
            "filename-unicode", "filename-cjk-long", "filename-emoji-families", "filename-ascii-long",
        ])
    func names(file: String) throws {
        let request = try JSONSerialization.jsonObject(
            with: Data(contentsOf: Self.corpus.appending(path: file + ".json")))
        let files = try #require(Self.names(in: request))
        #expect(!files.isEmpty)
        let mail = MailPart(try Self.message(file))
        #expect(mail.leaves.filter(\.isFile).map { $0.filename ?? "" } == files)
    }

    /// Every `filename` that stands anywhere below.
    private static func names(in json: Any) -> [String]? {
        if let object = json as? [String: Any] {
            if let name = object["filename"] as? String { return [name] }
            return object.sorted { $0.key < $1.key }.compactMap { names(in: $0.value) }.flatMap { $0 }
        }
        return (json as? [Any])?.compactMap { names(in: $0) }.flatMap { $0 }
    }

    @Test("Pictures of the message itself are part of its frame, other addresses are left as they are")
    func pictures() throws {
        let view = MessageView(
            try Self.message("html-two-inlines-two-attachments"), page: "/ui/sends/x", side: nil)
        let frame = String(decoding: try #require(view.frame), as: UTF8.self)
        #expect(frame.contains("<img src=\"data:image/png;base64,iVBORw0KGgo"))
        #expect(frame.contains("<img src=\"data:image/jpeg;base64,/9j/"))
        #expect(!frame.contains("cid:"))
    }

    @Test("A picture that is named again and again does not fill the memory; a name that goes on is another")
    func manyPictures() {
        let picture = String(repeating: "A", count: 4_194_304)
        let message = [
            "Content-Type: multipart/related; boundary=b", "", "--b", "Content-Type: text/html", "",
            String(repeating: "<img src=\"cid:one\">", count: 1_000) + "cid:oneself cid:one", "--b",
            "Content-Type: image/png", "Content-ID: <one>", "Content-Transfer-Encoding: base64", "", picture,
            "--b--", "",
        ].joined(separator: "\r\n")
        let frame = MessageView(Array(message.utf8), page: "/ui/sends/x", side: nil).frame ?? []
        #expect(frame.count < Frame.pictureRoom + 100_000 && frame.count > Frame.pictureRoom - 5_000_000)
        let end = String(decoding: frame.suffix(200), as: UTF8.self)
        #expect(end.contains("<img src=\"cid:one\">cid:oneself cid:one"), "\(end)")
    }

    @Test("Nothing of a hostile message stands on the page itself but as text")
    func hostile() {
        let message = [
            "Subject: <script>1</script>", "X-Evil: </pre><script>1</script>",
            "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Type: text/plain", "",
            "</pre><script>1</script>", "--b", "Content-Type: text/html", "", "</iframe><script>1</script>",
            "--b", "Content-Type: x/<script>", "Content-Disposition: attachment; filename=\"<script>\"", "",
            "x", "--b--", "",
        ].joined(separator: "\r\n")
        for side in MessageView.Side.allCases {
            let view = MessageView(Array(message.utf8), page: "/ui/sends/x", side: side.rawValue)
            #expect(!view.html.text.contains("<script"), "\(side)")
            #expect(!view.html.text.contains("</pre><"), "\(side)")
        }
    }

    @Test(
        "What is no message is shown all the same",
        arguments: [
            "", "\r\n", "no colon", "Content-Type: multipart/mixed\r\n\r\nx",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b",
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b--",
            "Content-Type: text/plain; name*0*=x; name*2*=y\r\nContent-Transfer-Encoding: base64\r\n\r\n!!",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n=\r\n=4",
        ])
    func broken(message: String) {
        for side in MessageView.Side.allCases {
            let view = MessageView(Array(message.utf8), page: "/x", side: side.rawValue)
            #expect(view.html.text.contains("id=\"message\""))
        }
    }

    @Test("A message within messages without end is read to a depth, not to the end of the stack")
    func deep() {
        var message = "x"
        for number in 0..<2_000 {
            message = "Content-Type: multipart/mixed; boundary=b\(number)\r\n\r\n--b\(number)\r\n\(message)"
            if message.utf8.count > 100_000 { break }
        }
        #expect(MailPart(Array(message.utf8)).leaves.count == 1)
    }
}
