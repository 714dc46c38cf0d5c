@testable import IMAP
import TestSeeds
import Testing

@Suite("Reading what a server says")
struct ResponseTests {
    /// A conversation with everything in it that this program knows.
    private static let said =
        Array(
            """
            * OK [CAPABILITY IMAP4rev1 LITERAL+] ready {3}
            * CAPABILITY IMAP4rev1 special-use
            * 23 EXISTS
            * LIST (\\HasNoChildren \\Sent) "/" "Sent \\"Items\\""
            * LIST () NIL {6}
            a
            {3}b ("CHILDINFO" ("SUBSCRIBED"))
            * SEARCH 2 3 5 (MODSEQ 9)
            * ESEARCH (TAG "E1") UID COUNT 3
            * 4 FETCH (UID 9 BODY[HEADER.FIELDS ("X]" {5}
            Y) Zz)]<7> {0}
             X (((a) "b") ~{2}
            () nil NIL "NIL"))
            + go on {99}
            * BYE [ALERT] enough
            E1 OK [APPENDUID 38505 3955] done
            E2 no
            """.replacing("\n", with: "\r\n").utf8) + [0x0D, 0x0A]

    private func responses(_ parts: [ArraySlice<UInt8>], _ limits: IMAPOptions.Limits = .init()) throws
        -> [Response]
    {
        var framer = ResponseFramer(limits)
        var responses: [Response] = []
        for part in parts {
            framer.feed(Array(part))
            while let pieces = try framer.next() { responses.append(try Response(pieces)) }
        }
        return responses
    }

    @Test("Every kind of response is told from the others")
    func readsAll() throws {
        let all = try responses([Self.said[...]])
        #expect(all.count == 12)
        #expect(all[1] == .capability(["IMAP4REV1", "SPECIAL-USE"]))
        #expect(all[2] == .exists(23))
        #expect(
            all[3]
                == .list(
                    attributes: ["\\hasnochildren", "\\sent"], delimiter: [0x2F],
                    name: Array("Sent \"Items\"".utf8)))
        #expect(all[4] == .list(attributes: [], delimiter: nil, name: Array("a\r\n{3}".utf8)))
        #expect(all[5] == .search([2, 3, 5]))
        #expect(all[6] == .other)
        guard case .fetch(let data) = all[7] else {
            Issue.record("no FETCH: \(all[7])")
            return
        }
        #expect(data.uid == 9 && data.section("BODY[HEADER.FIELDS")?.isEmpty == true)
        #expect(
            data["X"]
                == .list([
                    .list([.list([.atom(Array("a".utf8))]), .string(Array("b".utf8))]),
                    .string(Array("()".utf8)), .null, .null, .string(Array("NIL".utf8)),
                ]))
        #expect(all[8] == .continuation)
        guard case .status(let bye) = all[9], case .completed("E1", let ok) = all[10],
            case .completed("E2", let no) = all[11]
        else {
            Issue.record("no statuses: \(all[9...])")
            return
        }
        #expect(bye.condition == .bye && bye.code?.name == "ALERT" && bye.text == "enough")
        #expect(ok.code?.description == "[APPENDUID 38505 3955]" && ok.text == "done")
        #expect(no.condition == .no && no.code == nil && no.text.isEmpty)
    }

    @Test("Wherever the octets are cut, it is the same")
    func readsEveryCut() throws {
        let whole = try responses([Self.said[...]])
        for cut in 0...Self.said.count {
            #expect(try responses([Self.said[..<cut], Self.said[cut...]]) == whole, "cut at \(cut)")
        }
        #expect(try responses(Self.said.indices.map { Self.said[$0...$0] }) == whole)
    }

    @Test("A literal with anything in it is that literal, and nothing else is heard", arguments: 0..<300)
    func keepsLiterals(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let words = [
            "E1 OK done\r\n", "* BYE\r\n", "\r\n", ")", "(", "\"", "{5}\r\n", "* 1 FETCH (UID 1)\r\n", "\\",
            "\0", " ", "ü", "+ \r\n",
        ]
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            text += words.randomElement(using: &random).map { Array($0.utf8) } ?? []
        }
        let said =
            Array("* 1 FETCH (UID 7 BODY[] {\(text.count)}\r\n".utf8) + text + Array(")\r\nE1 OK\r\n".utf8)
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        while start < said.count {
            let end = min(said.count, start + Int.random(in: 1...40, using: &random))
            parts.append(said[start..<end])
            start = end
        }
        let all = try responses(parts)
        #expect(all.count == 2)
        guard case .fetch(let data)? = all.first, case .completed("E1", _)? = all.last else {
            Issue.record("\(all)")
            return
        }
        #expect(data.section("BODY[]") == text)
    }

    @Test("Damaged octets end in an answer or in a refusal, alike however they are cut", arguments: 0..<400)
    func survivesDamage(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var said = Self.said
        let marks = Array("(){}[]\"\\*+~ \r\n0129NILE".utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) where !said.isEmpty {
            let place = Int.random(in: 0..<said.count, using: &random)
            let mark = marks.randomElement(using: &random) ?? 0x28
            switch Int.random(in: 0..<5, using: &random) {
            case 0: said[place] = mark
            case 1: said.insert(mark, at: place)
            case 2: said.remove(at: place)
            case 3: said.removeSubrange(place..<min(said.count, place + 20))
            default: said.insert(contentsOf: said[place..<min(said.count, place + 30)], at: place)
            }
        }
        var limits = IMAPOptions.Limits()
        limits.literal = 1_000
        func outcome(_ parts: [ArraySlice<UInt8>]) -> [Response]? { try? responses(parts, limits) }
        let whole = outcome([said[...]])
        #expect(outcome(said.indices.map { said[$0...$0] }) == whole)
        let cut = Int.random(in: 0...said.count, using: &random)
        #expect(outcome([said[..<cut], said[cut...]]) == whole)
    }

    @Test("A long answer in many parts is read", arguments: [100_000])
    func readsLongLines(_ count: Int) throws {
        var limits = IMAPOptions.Limits()
        limits.response = 2 * count
        let said =
            Array("* SEARCH".utf8) + Array(repeating: Array(" 7".utf8), count: count / 2).joined() + [
                0x0D, 0x0A,
            ]
        let parts = stride(from: 0, to: said.count, by: 1_000).map { said[$0..<min($0 + 1_000, said.count)] }
        #expect(try responses(parts, limits) == [.search(Array(repeating: 7, count: count / 2))])
    }
}
