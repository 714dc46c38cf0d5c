import Glibc
import JSON
import Testing

@testable import MCP

/// Bytes on the wire: long lines, slow readers, odd cuts.
struct FramingTests {
    @Test("a line beyond the limit is refused once, its rest skipped and the connection kept")
    func tooLong() async throws {
        var limits = StdioServer.Limits.patient
        limits.line = 1000
        let wire = try Wire(limits: limits)
        wire.send(String(repeating: "x", count: 500_000))
        wire.send(Lines.request(1, "ping"))
        wire.send(Lines.request(.string(String(repeating: "x", count: 1000)), "ping"))
        wire.send(Lines.request(2, "ping"))
        let answers = try await wire.finish()
        let patterns: [JSON] = [.error(-32600, id: nil), ["id": 1], .error(-32600, id: nil), ["id": 2]]
        #expect(answers.count == 4 && zip(answers, patterns).allSatisfy { $0.holds($1) }, "\(answers)")
    }

    @Test("the splitter holds no more of a line than the limit", arguments: [10, 4096])
    func bounded(limit: Int) {
        var splitter = LineSplitter(limit: limit)
        var refused = 0
        for _ in 0..<1000 {
            splitter.append(Array(repeating: 0x78, count: 100)[...])
            while let piece = splitter.next() {
                #expect(piece == .tooLong)
                refused += 1
            }
            #expect(splitter.held <= limit)
        }
        splitter.append([0x0A, 0x79, 0x0A])
        #expect(refused == 1 && splitter.next() == .line([0x79]) && splitter.next() == nil)
    }

    @Test("a line of just the limit is taken wherever it is cut, and one byte more is not", arguments: 1...7)
    func limit(size: Int) {
        for (text, isTaken) in [
            ("abcd\r\n", true), ("abcd\n", true), ("abcde\n", false), ("abcd\re\n", false),
        ] {
            var splitter = LineSplitter(limit: 4)
            var pieces: [LineSplitter.Piece] = []
            let bytes = Array(text.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                splitter.append(bytes[start..<min(start + size, bytes.count)])
                while let piece = splitter.next() { pieces.append(piece) }
            }
            #expect(pieces == [isTaken ? .line(Array("abcd".utf8)) : .tooLong], "\(text.debugDescription)")
        }
    }

    @Test("lines are the same wherever the stream is cut", arguments: 1...9)
    func cuts(size: Int) {
        let text = Array("one\n\r\ntwo\r\n  \nth\rree\n\nfour".utf8)
        var splitter = LineSplitter(limit: 100)
        var lines: [String] = []
        func take(_ piece: LineSplitter.Piece?) -> Bool {
            guard case .line(let line)? = piece else { return false }
            lines.append(String(decoding: line, as: UTF8.self))
            return true
        }
        for start in stride(from: 0, to: text.count, by: size) {
            splitter.append(text[start..<min(start + size, text.count)])
            while take(splitter.next()) {}
        }
        while take(splitter.next(atEnd: true)) {}
        #expect(lines == ["one", "two", "th\rree", "four"])
        #expect(splitter.isEmpty)
    }

    @Test("a message may come byte by byte, and large ones whole", arguments: [false, true])
    func sizes(nonblocking: Bool) async throws {
        let wire = try Wire(nonblocking: nonblocking)
        for byte in Array((Lines.initialize() + "\n").utf8) { wire.send(bytes: [byte]) }
        let text = String(repeating: "YWJj", count: 10 << 18)
        wire.send(Lines.call(1, "echo", ["text": .string(text)]))
        wire.send(Lines.request(2, "ping"))
        let answers = try await wire.finish()
        let call = answers.first { $0["id"] == 1 }
        #expect(answers.count == 3)
        let same = call?["result"]?["structuredContent"]?["arguments"]?["text"]?.string == text
        #expect(same)
    }

    @Test("the tool list is the same bytes each time, and a ping's answer nothing more than needed")
    func exactBytes() async throws {
        let wire = try Wire()
        wire.send(Lines.initialize())
        wire.send(Lines.request(7, "ping"))
        wire.send(Lines.request(7, "tools/list"))
        wire.send(Lines.request(7, "tools/list"))
        wire.closeInput()
        var lines: [String] = []
        for await line in wire.lines { lines.append(line) }
        #expect(
            lines.count == 4 && lines[1] == #"{"jsonrpc":"2.0","id":7,"result":{}}"# && lines[2] == lines[3])
        try await wire.server.value
    }
}
