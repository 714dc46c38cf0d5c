@testable import IMAP
import Mail
import TestPeers
import Testing

@Suite("Folders and their names")
struct FolderTests {
    @Test(
        "A name is written in modified UTF-7 and read back",
        arguments: [
            ("INBOX", "INBOX"), ("Entwürfe", "Entw&APw-rfe"), ("R&D", "R&-D"), ("&", "&-"),
            ("送信済み", "&kAFP4W4IMH8-"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"), ("📮", "&2D3c7g-"),
            ("ü&ü", "&APw-&-&APw-"),
            ("\"\\{}%*", "\"\\{}%*"),
        ])
    func encodesNames(_ text: String, _ wire: String) throws {
        #expect(String(decoding: ModifiedUTF7.encoded(text), as: UTF8.self) == wire)
        #expect(ModifiedUTF7.decoded(Array(wire.utf8)) == text)
        let name = try #require(FolderName(wire: Array(wire.utf8), isUTF8: false))
        #expect(try FolderName(text) == name && name.wire(isUTF8: true) == Array(text.utf8))
    }

    @Test(
        "What is no modified UTF-7 stays as the server wrote it",
        arguments: ["&", "a&b", "&Jjo!-", "&U,BTFw", "&2D0-", "&AA-", "Entwürfe", "&AB-"])
    func keepsStrangeNames(_ wire: String) throws {
        #expect(ModifiedUTF7.decoded(Array(wire.utf8)) == nil)
        let name = try #require(FolderName(wire: Array(wire.utf8), isUTF8: false))
        #expect(name.wire(isUTF8: false) == Array(wire.utf8))
    }

    @Test(
        "A name that could end a command is refused",
        arguments: [
            "", "a\r\nE9 LOGOUT", "a\nb", "a\0b", "a\u{7F}", "a\u{85}", String(repeating: "x", count: 1_001),
        ])
    func refusesNames(_ text: String) {
        let error = #expect(throws: IMAPError.self) { try FolderName(text) }
        #expect(error?.kind == .notSayable && error?.failure.code == .invalidRequest)
        if !text.isEmpty, text.utf8.count < 100, text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            #expect(FolderName(wire: Array(text.utf8), isUTF8: true) == nil)
        }
    }

    @Test("A string in a command is quoted, or a literal when it cannot be")
    func quotes() {
        func text(_ string: String) -> [String] {
            Command("EXAMINE").then(string: Array(string.utf8)).pieces.map {
                switch $0 {
                case .text(let octets): String(decoding: octets, as: UTF8.self)
                case .literal(let octets): "literal " + String(decoding: octets, as: UTF8.self)
                }
            }
        }
        #expect(text("a b") == ["EXAMINE \"a b\""])
        #expect(text("a\"\\b") == ["EXAMINE \"a\\\"\\\\b\""])
        #expect(text("a\r\nE9 LOGOUT") == ["EXAMINE ", "literal a\r\nE9 LOGOUT"])
        #expect(text("ü") == ["EXAMINE ", "literal ü"])
        #expect(text("") == ["EXAMINE \"\""])
    }

    @Test(
        "The Sent folder is the marked one, then the provider's, then a usual name",
        arguments: [
            ([("Sent", []), ("Gesendet", ["\\sent"])], nil, "Gesendet"),
            ([("Sent", []), ("Outbox", ["\\sent", "\\noselect"])], nil, "Sent"),
            ([("Sent", []), ("[Gmail]/Sent Mail", [])], "[Gmail]/Sent Mail", "[Gmail]/Sent Mail"),
            (
                [("INBOX", []), ("[Gmail]", ["\\noselect"]), ("[Gmail]/Sent Mail", [])], nil,
                "[Gmail]/Sent Mail"
            ),
            ([("INBOX/Sent", []), ("Archive/Sent", [])], nil, "INBOX/Sent"),
            ([("INBOX/Sent", []), ("Sent", [])], nil, "Sent"), ([("sent items", [])], nil, "sent items"),
            ([("Éléments envoyés", [])], nil, "Éléments envoyés"), ([("送信済み", [])], nil, "送信済み"),
            ([("Отправленные", [])], nil, "Отправленные"),
            ([("[Google Mail]/Gesendet", [])], nil, "[Google Mail]/Gesendet"),
            ([("Postausgang", [])], "postausgang", "Postausgang"),
            ([("INBOX", []), ("Sentinel", [])], nil, nil), ([], nil, nil),
            ([("Sent", ["\\nonexistent"])], "Sent", nil),
        ] as [([(String, [String])], String?, String?)])
    func choosesSent(_ folders: [(String, [String])], _ provider: String?, _ wanted: String?) throws {
        let all = try folders.map { Folder(name: try FolderName($0.0), attributes: $0.1, delimiter: "/") }
        #expect(
            (SentFolder.marked(in: all) ?? SentFolder.named(in: all, preferring: provider))?.text == wanted)
    }

    @Test("Special uses are asked for where they are told, and a refusal is no end")
    func asksForSpecialUse() async throws {
        let marked =
            "C: E2 LIST (SPECIAL-USE) \"\" \"*\"\nS: * LIST (\\HasNoChildren \\Sent) \".\" INBOX.Gone\nS: E2 OK"
        let refused = "C: E2 LIST (SPECIAL-USE) \"\" \"*\"\nS: E2 BAD what?\nC: E3 LIST \"\" \"*\"\n"
        let plain = "S: * LIST () \".\" \"INBOX.Sent\"\nS: * LIST () \".\" INBOX\nS: "
        let cases = [
            ("IMAP4rev1 SPECIAL-USE", marked, "INBOX.Gone"),
            ("IMAP4rev1 SPECIAL-USE", refused + plain + "E3 OK", "INBOX.Sent"),
            ("IMAP4rev1", "C: E2 LIST \"\" \"*\"\n" + plain + "E2 OK", "INBOX.Sent"),
        ]
        for (capabilities, script, wanted) in cases {
            try await Scene.lend(capabilities, script) { scene in
                let folder = try await scene.client.withSession { try await $0.sentFolder() }
                #expect(folder?.text == wanted && scene.problems.isEmpty)
            }
        }
    }
}
