import Curl
import Foundation
import IMAP
import Mail
import TestPeers
import Testing

@Suite("A real mailbox")
struct DovecotTests {
    private let sentAt = Timestamp(milliseconds: 1_795_363_200_000)

    @Test("Every protection and every login leads in, and a wrong one is told apart")
    func logsIn() async throws {
        try await Dovecot.lend { dovecot in
            let password = IMAPCredentials.password(username: dovecot.username, dovecot.password)
            let token = IMAPCredentials.bearer(username: dovecot.username, dovecot.token)
            for security in IMAPServer.Security.allCases {
                for credentials in [password, token] {
                    let isReady = try await dovecot.client(security, credentials).withSession { session in
                        session.offers("UIDPLUS") && !session.offers("NOTHING")
                    }
                    #expect(isReady, "\(security) \(credentials)")
                }
            }
            let wrong: [(IMAPCredentials, String)] = [
                (.password(username: dovecot.username, "hunter2-wrong"), "hunter2-wrong"),
                (.bearer(username: dovecot.username, dovecot.staleToken), dovecot.staleToken),
            ]
            for (credentials, secret) in wrong {
                for security in IMAPServer.Security.allCases {
                    let error = await imapError {
                        try await dovecot.client(security, credentials).withSession { _ in }
                    }
                    #expect(error?.kind == .loginRefused, "\(security) \(String(describing: error))")
                    #expect(error?.code?.name == "AUTHENTICATIONFAILED")
                    #expect(error?.failure.code == .authFailed && error?.phase == .auth)
                    let mechanism = credentials.isBearer ? "OAUTHBEARER" : "PLAIN"
                    #expect(
                        error?.conversation.contains { $0.hasSuffix("AUTHENTICATE \(mechanism) •••") } == true
                    )
                    let shown = "\(String(describing: error)) \(String(describing: error?.failure))"
                    #expect(!shown.contains(secret))
                    #expect(!shown.contains(Data(secret.utf8).base64EncodedString().prefix(16)))
                }
            }
        }
    }

    @Test("A certificate that nobody vouches for, and the wrong protection for a port, end before the login")
    func refusesTLS() async throws {
        try await Dovecot.lend { dovecot in
            for security in [IMAPServer.Security.implicitTLS, .startTLS] {
                let error = await imapError {
                    try await dovecot.client(security, caFile: .some(nil)).withSession { _ in }
                }
                #expect(error?.kind == .tlsFailed && error?.phase == .tls, "\(String(describing: error))")
                #expect(error?.failure.hint.contains("CA file") == true)
            }
            var options = IMAPOptions()
            options.caFile = dovecot.caFile
            let client = IMAPClient(
                server: try IMAPServer(host: "localhost", port: dovecot.imapPort, security: .implicitTLS),
                credentials: .password(username: "a", "b"), options: options, engine: dovecot.engine)
            let error = await imapError { try await client.withSession { _ in } }
            #expect(error?.failure.code == .tlsFailed)
            #expect(
                error?.failure.hint.contains("port 993 wants imaps://") == true,
                "\(String(describing: error))")
        }
    }

    @Test("A copy is filed once, marked as read, with its date, and found by its Message-ID")
    func filesOnce() async throws {
        try await Dovecot.lend { dovecot in
            let client = try dovecot.client()
            let id = try MessageID(parsing: "<first\"\\(x)@example.test>")
            let folder = try #require(try await client.withSession { try await $0.sentFolder() })
            #expect(folder.text == "Sent")
            for (number, date) in [(1, sentAt), (2, sentAt.adding(seconds: 60))] {
                let other = try MessageID(parsing: "<other\(number)@example.test>")
                let filed = try await client.fileCopy(
                    try message(other.text), id: other, into: folder, at: date)
                #expect(filed == .filed(uid: UInt32(number)))
            }
            let first = try await client.fileCopy(try message(id.text), id: id, into: folder, at: sentAt)
            #expect(first == .filed(uid: 3))
            let again = try await client.fileCopy(try message(id.text), id: id, into: folder, at: sentAt)
            #expect(again == .alreadyThere(uid: 3))
            try await client.withSession { session in
                let opened = try await session.examine(folder)
                #expect(opened.count == 3 && opened.uidNext == 4 && opened.uidValidity > 0)
                #expect(try await session.find(id) == 3)
                let none = try MessageID(parsing: "<none@example.test>")
                #expect(try await session.find(none) == nil)
                let read = try await session.newMessages(in: folder, after: nil)
                #expect(read.messages.map(\.date) == [sentAt, sentAt.adding(seconds: 60), sentAt])
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: dovecot.maildir + "/.Sent/cur")
            #expect(names.count == 3 && names.allSatisfy { $0.hasSuffix(":2,S") }, "\(names)")
        }
    }

    @Test("Names in any script are made, listed, opened and found")
    func namesFolders() async throws {
        try await Dovecot.lend { dovecot in
            try await dovecot.client().withSession { session in
                let names = ["Entwürfe & \"mehr\" \\ .Ablage", "送信済み", "📮 Post", "R&D", "a&-b", "Sent Items"]
                for name in names { try await session.create(try FolderName(name)) }
                let listed = try await session.folders()
                for name in names { #expect(listed.contains { $0.name.text == name }, "\(name): \(listed)") }
                for name in names {
                    let opened = try await session.examine(try FolderName(name))
                    #expect(opened.count == 0)
                }
                for folder in listed where folder.isSelectable { try await session.examine(folder.name) }
                // The server's own mark comes first.
                #expect(try await session.sentFolder(named: "送信済み")?.text == "Sent")
                let error = await imapError { try await session.examine(try FolderName("nowhere")) }
                #expect(
                    error?.kind == .refused && error?.failure.code == .notFound,
                    "\(String(describing: error))")
                // A refusal leaves the session as it was.
                #expect(try await session.examine(.inbox).count == 0)
            }
        }
    }

    @Test("New messages come once, in parts, unread, and as octets whatever they look like")
    func readsNewMessages() async throws {
        try await Dovecot.lend { dovecot in
            let client = try dovecot.client()
            let forged = "* 9 FETCH (UID 9)\r\nE5 OK done\r\n* SEARCH 1 2 3\r\n* BYE\r\n)\r\n{99}\r\n"
            try await client.withSession { session in
                for number in 1...7 {
                    _ = try await session.append(
                        try message("<\(number)@example.test>", forged), to: .inbox, at: sentAt)
                }
                var limits = ReadingLimits()
                limits.batch = 3
                limits.body = 20
                var seen: [UInt32] = []
                var cursor: FolderCursor?
                var isMore = true
                while isMore {
                    let new = try await session.newMessages(in: .inbox, after: cursor, limits: limits) {
                        !String(decoding: $0, as: UTF8.self).contains("<5@")
                    }
                    #expect(new.messages.count <= 3 && !new.wasReset)
                    for message in new.messages {
                        #expect(
                            String(decoding: message.header, as: UTF8.self).hasSuffix(
                                "<\(message.uid)@example.test>\r\n\r\n"))
                        #expect(message.body == (message.uid == 5 ? [] : Array(forged.utf8.prefix(20))))
                        #expect(!message.isWhole && message.size == message.header.count + forged.utf8.count)
                    }
                    seen += new.messages.map(\.uid)
                    (cursor, isMore) = (new.cursor, new.hasMore)
                }
                #expect(seen == [1, 2, 3, 4, 5, 6, 7])
                #expect(cursor?.lastUID == 7)
                let none = try await session.newMessages(in: .inbox, after: cursor, limits: limits)
                #expect(none.messages.isEmpty && none.cursor == cursor && !none.hasMore)
                let second = try message("<2@example.test>", forged)
                #expect(try await session.message(2, upTo: 1_000_000) == second.bytes)
                #expect(try await session.message(2, upTo: 7) == Array("Subject".utf8))
                #expect(try await session.message(99, upTo: 7) == nil)

                let stale = FolderCursor(uidValidity: 1, lastUID: 1_000)
                limits.firstLook = 2
                let again = try await session.newMessages(in: .inbox, after: stale, limits: limits)
                #expect(again.wasReset && again.messages.map(\.uid) == [6, 7] && again.cursor == cursor)
                limits.firstLook = 0
                let fromNow = try await session.newMessages(in: .inbox, after: nil, limits: limits)
                #expect(fromNow.messages.isEmpty && fromNow.cursor == cursor)
            }
            // Appended as read; nothing but that flag was changed by looking.
            _ = try await client.withSession { session in
                try await session.newMessages(in: .inbox, after: nil)
            }
        }
    }

    @Test("A message stays unread after it was read here")
    func marksNothing() async throws {
        try await Dovecot.lend { dovecot in
            let folder = dovecot.maildir + "/new"
            let client = try dovecot.client()
            // Dovecot makes the folders at the first login.
            try await client.withSession { try await $0.examine(.inbox) }
            let mail = try message("<new@example.test>").bytes
            try Data(mail).write(to: URL(fileURLWithPath: folder + "/1.unread.test"))
            try await client.withSession { session in
                let new = try await session.newMessages(in: .inbox, after: nil)
                #expect(new.messages.map { $0.header + $0.body } == [mail])
                #expect(new.messages.map(\.isWhole) == [true])
                #expect(try await session.message(1, upTo: 100_000) == mail)
            }
            let read = try FileManager.default.contentsOfDirectory(atPath: dovecot.maildir + "/cur")
            #expect(read.allSatisfy { !$0.hasSuffix("S") }, "\(read)")
        }
    }

    @Test("A message with 3 MiB goes in and comes out as it is")
    func carriesMuch() async throws {
        try await Dovecot.lend { dovecot in
            let line = String(repeating: "x", count: 70) + "\r\n"
            let mail = try message("<large@example.test>", String(repeating: line, count: 44_000))
            for security in IMAPServer.Security.allCases {
                try await dovecot.client(security).withSession { session in
                    let uid = try #require(try await session.append(mail, to: .inbox, at: sentAt))
                    try await session.examine(.inbox)
                    #expect(try await session.message(uid, upTo: 4_000_000) == mail.bytes)
                }
            }
        }
    }
}

/// The `IMAPError` that the block throws.
func imapError<Result>(_ body: () async throws -> Result) async -> IMAPError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? IMAPError
    }
}
