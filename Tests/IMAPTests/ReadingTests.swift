@testable import IMAP
import Mail
import TestPeers
import Testing

@Suite("Reading what is new")
struct ReadingTests {
    private func opened(_ count: Int, next: UInt32?, validity: Int = 7) -> String {
        "C: E2 EXAMINE \"INBOX\"\nS: * \(count) EXISTS\nS: * OK [UIDVALIDITY \(validity)] x\n"
            + (next.map { "S: * OK [UIDNEXT \($0)] x\n" } ?? "") + "S: E2 OK\n"
    }

    private let items = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.65536>)"

    private func read(
        _ script: String, after cursor: FolderCursor?, _ limits: ReadingLimits = ReadingLimits()
    ) async throws -> NewMessages {
        try await Scene.lend("IMAP4rev1", script) { scene in
            let new = try await scene.client.withSession { session in
                try await session.newMessages(in: .inbox, after: cursor, limits: limits)
            }
            #expect(scene.problems.isEmpty)
            return new
        }
    }

    @Test("Nothing new costs one command")
    func asksLittle() async throws {
        let cursor = FolderCursor(uidValidity: 7, lastUID: 41)
        let new = try await read(opened(9, next: 42), after: cursor)
        #expect(new.messages.isEmpty && new.cursor == cursor && !new.hasMore && !new.wasReset)
        // An empty folder neither, however its numbers have grown.
        let empty = try await read(opened(0, next: 50), after: cursor)
        #expect(empty.messages.isEmpty && empty.cursor.lastUID == 49)
    }

    @Test("A next number of zero, which no folder has, is none")
    func zeroIsNoNumber() async throws {
        let cursor = FolderCursor(uidValidity: 7, lastUID: 41)
        let script = opened(9, next: 0) + "C: E3 UID SEARCH UID 42:*\nS: * SEARCH 41\nS: E3 OK"
        let new = try await read(script, after: cursor)
        #expect(new.messages.isEmpty && new.cursor == cursor)
    }

    @Test("The last message, which belongs to every set with a star, is not new again")
    func ignoresStar() async throws {
        let cursor = FolderCursor(uidValidity: 7, lastUID: 41)
        let script = opened(9, next: nil) + "C: E3 UID SEARCH UID 42:*\nS: * SEARCH 41\nS: E3 OK"
        let new = try await read(script, after: cursor)
        #expect(new.messages.isEmpty && new.cursor == cursor)
    }

    @Test("Messages come in order, whole from parts, without those that are gone and what nobody asked for")
    func readsParts() async throws {
        let script =
            opened(9, next: 46)
                + """
                C: E3 UID SEARCH UID 42:45
                S: * SEARCH 45 42
                S: * SEARCH 44 7 4000000000
                S: E3 OK
                C: E4 UID FETCH 42,44:45 \(items)
                S: * 9 FETCH (UID 45 RFC822.SIZE 8 BODY[HEADER]<0> "a: b")
                S: * 8 FETCH (UID 42 RFC822.SIZE 20 INTERNALDATE "22-Nov-2026 18:00:00 +0200")
                S: * 8 FETCH (FLAGS (\\Seen))
                S: * 8 FETCH (BODY[HEADER]<0> {6} UID 42)
                S: * 3 FETCH (UID 3 RFC822.SIZE 8 BODY[HEADER]<0> "c: d")
                S: E4 OK
                C: E5 UID FETCH 42,45 (UID BODY.PEEK[TEXT]<0.4>)
                S: * 8 FETCH (UID 42 BODY[TEXT]<0> "more than asked for")
                S: * 9 FETCH (UID 45 BODY[TEXT]<0> NIL)
                S: E5 OK
                """.replacing("{6} UID 42)", with: "{6}\nS: x: y\nS: UID 42)")
        var limits = ReadingLimits()
        limits.body = 4
        let new = try await read(script, after: FolderCursor(uidValidity: 7, lastUID: 41), limits)
        #expect(new.messages.map(\.uid) == [42, 45])
        #expect(new.messages.map { String(decoding: $0.header, as: UTF8.self) } == ["x: y\r\n", "a: b"])
        #expect(new.messages.map { String(decoding: $0.body, as: UTF8.self) } == ["more", ""])
        #expect(new.messages.map(\.size) == [20, 8])
        #expect(new.messages.first?.date == Timestamp(rfc3339: "2026-11-22T16:00:00Z"))
        #expect(new.cursor == FolderCursor(uidValidity: 7, lastUID: 45) && !new.hasMore)
    }

    @Test("A hole of any width is crossed in steps, and the way is kept")
    func crossesHoles() async throws {
        var script = opened(1, next: 4_000_000_000)
        var end: UInt32 = 10
        var width: UInt32 = 2_048
        for number in 3..<43 {
            script +=
                "C: E\(number) UID SEARCH UID \(end + 1):\(end + width)\nS: * SEARCH\nS: E\(number) OK\n"
            end += width
            width = min(width * 2, 65_536)
        }
        let new = try await read(script, after: FolderCursor(uidValidity: 7, lastUID: 10))
        #expect(new.messages.isEmpty && new.hasMore && new.cursor.lastUID == end)
    }

    @Test("New numbers begin with the newest messages")
    func startsAnew() async throws {
        let script =
            opened(500, next: nil, validity: 8)
            + "C: E3 UID SEARCH 499:*\nS: * SEARCH 11 12\nS: E3 OK\nC: E4 UID FETCH 11:12 \(items)\nS: E4 OK"
        var limits = ReadingLimits()
        limits.firstLook = 2
        let new = try await read(script, after: FolderCursor(uidValidity: 7, lastUID: 9_999), limits)
        #expect(new.wasReset && new.cursor == FolderCursor(uidValidity: 8, lastUID: 12))
    }

    @Test(
        "Dates of folders are read and written",
        arguments: [
            ("22-Nov-2026 16:00:00 +0000", "2026-11-22T16:00:00Z"),
            (" 7-Jul-1996 02:44:25 -0700", "1996-07-07T09:44:25Z"),
            ("07-jan-2026 00:00:00 +1300", "2026-01-06T11:00:00Z"),
        ])
    func readsDates(_ text: String, _ time: String) throws {
        let date = try #require(Timestamp(rfc3339: time))
        #expect(Timestamp(internalDate: Array(text.utf8)) == date)
        #expect(Timestamp(internalDate: Array(date.internalDate.utf8)) == date)
    }

    @Test(
        "What is no date is none",
        arguments: [
            "", "22-Nov-2026", "22-Nov-2026 16:00:00 UTC", "22-Foo-2026 16:00:00 +0000",
            "99-Nov-2026 16:00:00 +0000",
        ])
    func refusesDates(_ text: String) {
        #expect(Timestamp(internalDate: Array(text.utf8)) == nil)
    }
}
