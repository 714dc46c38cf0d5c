import Curl
import Testing

@Suite("HTTP requests are checked when they are made")
struct HTTPRequestTests {
    @Test(
        "A URL that is not plainly http or https is refused",
        arguments: [
            "", "example.com", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
            "https:/x",
            "https://", "https://:8443/", "https:///path", "https://user@example.com/",
            "https://user:word@example.com/", "https://example.com/a b", "https://example.com/\r\nX: y",
            "https://example.com/\0", "https://exämple.com/", "https://example.com\\@evil/",
            " https://example.com/",
            "https://example.com/" + String(repeating: "a", count: 4_100),
        ])
    func url(_ text: String) {
        #expect(throws: CurlError.self) { try HTTPRequest(.get, text) }
        #expect(HTTPRequest.fault(in: text) != nil)
    }

    @Test(
        "A URL of http or https is taken",
        arguments: [
            "https://example.com", "HTTPS://example.com/", "http://[::1]:80/x?y=z", "https://example.com?a@b",
            "https://example.com/@user",
        ])
    func goodURL(_ text: String) throws { _ = try HTTPRequest(.get, text) }

    @Test(
        "A field that would end its line, or is none, is refused",
        arguments: [
            ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\0"), ("X\r\nY", "a"), ("X:", "a"), ("", "a"),
            ("X y", "a"),
            ("Ä", "a"), ("X", "ä"),
        ])
    func field(_ name: String, _ value: String) {
        let error = #expect(throws: CurlError.self) {
            try HTTPRequest(.get, "https://example.com", fields: [HTTPField(name, value)])
        }
        #expect(error?.kind == .unfit)
    }

    @Test("A body has at most 1 MiB, a GET has none, and nothing of a request is printed")
    func body() throws {
        let url = "https://example.com/s3cret"
        let most = [UInt8](repeating: 0x78, count: 1_048_576)
        let request = try HTTPRequest(.post, url, fields: [HTTPField("X", "s3cret")], body: most)
        #expect(!"\(request) \(String(reflecting: request))".contains("s3cret"))
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!dumped.contains("s3cret"))
        #expect(throws: CurlError.self) { try HTTPRequest(.post, url, body: most + [0]) }
        #expect(throws: CurlError.self) { try HTTPRequest(.get, url, body: [0]) }
    }
}
