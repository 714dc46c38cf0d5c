import MCP
import NIOCore
import Testing

@testable import HTTP

@Suite("Answers as octets")
struct AnswerFramingTests {
    private func wire(_ parts: [AnswerPart], isLast: Bool = false, isOld: Bool = false) -> String {
        var framing = AnswerFraming()
        return parts.map { String(buffer: framing.octets(of: $0, isLast: isLast, isOld: isOld)) }.joined()
    }

    private func head(_ status: Int = 200, size: Int?, _ fields: HTTPFields = [:]) -> AnswerHead {
        AnswerHead(
            status: status, fields: fields, size: size, date: "Sun, 06 Nov 1994 08:49:37 GMT", isLast: false)
    }

    @Test("an answer that is there at once says its size, and stands behind its head")
    func whole() {
        let said = wire([.whole(head(size: 5, ["Content-Type": "text/plain"]), Array("hello".utf8))])
        #expect(
            said.hasPrefix(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"))
        #expect(said.contains("\r\nContent-Length: 5\r\n"))
        #expect(said.hasSuffix("\r\n\r\nhello"))
        #expect(!said.contains("Transfer-Encoding") && !said.contains("Connection"))
    }

    @Test("pieces of an unknown number are chunks, and none of them ends the body before its end")
    func chunks() {
        let said = wire([
            .head(head(size: nil)), .piece([0x61, 0x62]), .piece([]),
            .piece(Array(repeating: 0x63, count: 17)[...]), .end,
        ])
        #expect(said.contains("\r\nTransfer-Encoding: chunked\r\n") && !said.contains("Content-Length"))
        #expect(said.hasSuffix("\r\n\r\n2\r\nab\r\n11\r\n\(String(repeating: "c", count: 17))\r\n0\r\n\r\n"))
    }

    @Test("one answer's chunks are not the next one's")
    func nextAnswer() {
        let said = wire([
            .head(head(size: nil)), .end, .head(head(size: 2)), .piece([0x61]), .piece([0x62]), .end,
        ])
        #expect(said.hasSuffix("\r\n\r\nab"))
    }

    @Test("HTTP/1.0 is told no chunks: the end of the connection ends the body")
    func old() {
        let said = wire([.head(head(size: nil)), .piece([0x61]), .end], isLast: true, isOld: true)
        #expect(said.hasSuffix("Connection: close\r\n\r\na") && !said.contains("chunked"))
        #expect(wire([.whole(head(size: 0), [])], isOld: true).contains("\r\nConnection: keep-alive\r\n"))
    }

    @Test(
        "a value that could end its line is left out with its field",
        arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\u{0}b", "a\u{7F}b"])
    func values(value: String) {
        let said = wire([.whole(head(size: 0, ["Location": value, "Retry-After": "3\t4"]), [])])
        #expect(!said.contains("Location") && !said.contains("Set-Cookie"))
        #expect(said.contains("\r\nRetry-After: 3\t4\r\n"))
    }

    @Test("204 has no size, and what a route says stands instead of what is usual")
    func exceptions() {
        let empty = wire([.whole(head(204, size: 0), [])])
        #expect(empty.hasPrefix("HTTP/1.1 204 No Content\r\n") && !empty.contains("Content-Length"))
        let own = wire([.whole(head(size: 0, ["cache-control": "max-age=60", "content-length": "12"]), [])])
        #expect(own.contains("\r\ncache-control: max-age=60\r\n") && !own.contains("no-store"))
        #expect(own.contains("\r\ncontent-length: 12\r\n") && !own.contains("Content-Length"))
    }
}
