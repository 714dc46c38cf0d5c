import IMAP
import Mail
import TestPeers
import Testing

@Suite("Filing a copy, never twice")
struct FilingTests {
    private let id: MessageID
    private let mail: MailData
    private let folder: FolderName
    private let date = Timestamp(milliseconds: 1_795_363_200_000)

    init() throws {
        id = try MessageID(parsing: "<1@x.test>")
        mail = try MailData(checking: Array("Message-ID: <1@x.test>\r\n\r\nHi\r\n".utf8))
        folder = try FolderName("Sent")
    }

    /// The folder is opened and does not have it.
    private func lookedAt(_ tag: Int = 2) -> String {
        """
        C: E\(tag) EXAMINE "Sent"
        S: * 0 EXISTS
        S: E\(tag) OK
        C: E\(tag + 1) UID SEARCH HEADER Message-ID "<1@x.test>"
        S: * SEARCH
        S: E\(tag + 1) OK

        """
    }

    /// The folder is opened and has it, as UID 12.
    private let foundAgain = """
        C: E2 EXAMINE "Sent"
        S: * 1 EXISTS
        S: E2 OK
        C: E3 UID SEARCH HEADER Message-ID "<1@x.test>"
        S: * SEARCH 12
        S: E3 OK
        C: E4 UID FETCH 12 (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.4096>)
        S: * 1 FETCH (UID 12 BODY[HEADER.FIELDS ("MESSAGE-ID")]<0> "Message-ID:  <1@x.test>")
        S: E4 OK
        """

    private let appended = """
        C: E4 APPEND "Sent" (\\Seen) "22-Nov-2026 16:00:00 +0000" {30+}
        C: (30 octets)
        C:
        """

    private func fileCopy(_ scene: Scene) async throws -> FiledCopy {
        try await scene.client.fileCopy(mail, id: id, into: folder, at: date)
    }

    @Test("What is there is not filed again")
    func looksFirst() async throws {
        try await Scene.lend("IMAP4rev1", foundAgain) { scene in
            let copy = try await fileCopy(scene)
            #expect(copy == .alreadyThere(uid: 12))
            #expect(scene.problems.isEmpty)
        }
    }

    @Test("It goes out unasked where the server takes that, and only when asked for where it does not")
    func filesWithLiterals() async throws {
        let ways = [
            ("IMAP4rev1 LITERAL+", appended), ("IMAP4rev1 LITERAL-", appended),
            ("IMAP4rev1", appended.replacing("{30+}", with: "{30}\nS: * 3 EXISTS\nS: + go on")),
        ]
        for (capabilities, append) in ways {
            let answers = [("S: E4 OK [APPENDUID 7 15] done", UInt32(15) as UInt32?), ("S: E4 OK done", nil)]
            for (answer, uid) in answers {
                try await Scene.lend(capabilities, lookedAt() + append + "\n" + answer) { scene in
                    let copy = try await fileCopy(scene)
                    #expect(copy == .filed(uid: uid))
                    #expect(scene.problems.isEmpty)
                }
            }
        }
    }

    @Test(
        "A line lost after the last octet is followed by another look",
        arguments: ["S: (drop)", "S: (reset)", "S: * BYE shutting down\nS: (drop)", "S: E3 OK done"])
    func looksAgain(_ end: String) async throws {
        let first = lookedAt() + appended + "\n" + end
        try await Scene.lend("IMAP4rev1 LITERAL+", first, foundAgain) { scene in
            let copy = try await fileCopy(scene)
            #expect(copy == .filed(uid: 12))
            #expect(scene.problems.isEmpty && scene.peer.connections == 2)
        }
        try await Scene.lend("IMAP4rev1 LITERAL+", first, lookedAt()) { scene in
            guard case .unknown = try await fileCopy(scene) else {
                Issue.record("nobody knows whether it was filed")
                return
            }
            #expect(scene.problems.isEmpty && scene.peer.connections == 2)
        }
        // Nor does it help when nobody answers any more.
        try await Scene.lend("IMAP4rev1 LITERAL+", first, "S: (drop)") { scene in
            guard case .unknown = try await fileCopy(scene) else {
                Issue.record("nobody knows whether it was filed")
                return
            }
        }
    }

    @Test(
        "A refusal is final, and no second look is taken",
        arguments: [
            ("S: E4 NO [OVERQUOTA] full", .quotaExceeded), ("S: E4 NO [TRYCREATE] no such folder", .notFound),
            ("S: E4 BAD what?", .connectionFailed),
        ] as [(String, Failure.Code)])
    func reportsRefusals(_ answer: String, _ code: Failure.Code) async throws {
        try await Scene.lend("IMAP4rev1 LITERAL+", lookedAt() + appended + "\n" + answer) { scene in
            let error = await imapError { try await fileCopy(scene) }
            #expect(error?.failure.code == code, "\(String(describing: error))")
            #expect(scene.peer.connections == 1)
        }
        let asked = "C: E4 APPEND \"Sent\" (\\Seen) \"22-Nov-2026 16:00:00 +0000\" {30}\n" + answer
        try await Scene.lend("IMAP4rev1", lookedAt() + asked) { scene in
            let error = await imapError { try await fileCopy(scene) }
            #expect(error?.failure.code == code, "\(String(describing: error))")
            #expect(scene.problems.isEmpty && scene.peer.connections == 1)
        }
    }

    @Test("A line lost before all was out filed nothing, for certain")
    func losesLineEarly() async throws {
        let asked = "C: E4 APPEND \"Sent\" (\\Seen) \"22-Nov-2026 16:00:00 +0000\" {30}\nS: (drop)"
        try await Scene.lend("IMAP4rev1", lookedAt() + asked) { scene in
            let error = await imapError { try await fileCopy(scene) }
            #expect(error?.kind == .lineLost && scene.peer.connections == 1, "\(String(describing: error))")
        }
    }

    @Test("More than the server takes is never sent")
    func knowsLimit() async throws {
        try await Scene.lend("IMAP4rev1 APPENDLIMIT=29", lookedAt()) { scene in
            let error = await imapError { try await fileCopy(scene) }
            #expect(error?.kind == .tooLarge && error?.failure.code == .messageTooLarge)
            #expect(scene.problems.isEmpty)
        }
    }

    @Test("A search that lags or guesses is neither believed nor needed")
    func verifiesSearch() async throws {
        let guessed = """
            C: E2 EXAMINE "Sent"
            S: * 50 EXISTS
            S: E2 OK
            C: E3 UID SEARCH HEADER Message-ID "<1@x.test>"
            S: * SEARCH 3 4
            S: E3 OK
            C: E4 UID FETCH 3:4 (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.4096>)
            S: * 3 FETCH (UID 3 BODY[HEADER.FIELDS (MESSAGE-ID)]<0> "Message-ID: <11@x.test>")
            S: * 4 FETCH (UID 4 BODY[HEADER.FIELDS (MESSAGE-ID)]<0> NIL)
            S: E4 OK
            C: E5 FETCH 21:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.4096>)
            S: * 49 FETCH (UID 70 BODY[HEADER.FIELDS (MESSAGE-ID)]<0> {26}
            S: Message-ID:
            S: (octets 20)
            S: <1@x.test>
            S: )
            S: * 50 FETCH (UID 71 BODY[HEADER.FIELDS (MESSAGE-ID)]<0> "Message-ID: <2@x.test>")
            S: E5 OK
            """
        try await Scene.lend("IMAP4rev1", guessed) { scene in
            let copy = try await fileCopy(scene)
            #expect(copy == .alreadyThere(uid: 70))
            #expect(scene.problems.isEmpty)
        }
        let unable = """
            C: E2 EXAMINE "Sent"
            S: * 1 EXISTS
            S: E2 OK
            C: E3 UID SEARCH HEADER Message-ID "<1@x.test>"
            S: E3 NO [CANNOT] no header search here
            C: E4 FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.4096>)
            S: * 1 FETCH (UID 9 BODY[HEADER.FIELDS (MESSAGE-ID)]<0> "MESSAGE-ID:<1@x.test>")
            S: E4 OK
            """
        try await Scene.lend("IMAP4rev1", unable) { scene in
            let copy = try await fileCopy(scene)
            #expect(copy == .alreadyThere(uid: 9))
            #expect(scene.problems.isEmpty)
        }
    }
}
