import Foundation
import Mail
import Sandbox
import TestPeers
import Testing

/// The folder of taken messages, read and written as a folder.
@Suite(.timeLimit(.minutes(1))) struct SandboxInboxTests {
    @Test("A folder that does not exist yet is an empty inbox, and stays unmade")
    func missing() async throws {
        try await withTemporaryFolder { folder in
            let inbox = SandboxInbox(folder: folder + "/none") { Timestamp(milliseconds: 0) }
            let listed = try inbox.list()
            #expect(listed == [])
            #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
        }
    }

    @Test("Folder and files are for their owner alone")
    func modes() async throws {
        try await withSandbox { sandbox, inbox in
            try send(sandbox)
            #expect(try mode(inbox.folder) == 0o700)
            for file in try files(in: inbox) { #expect(try mode("\(inbox.folder)/\(file)") == 0o600) }
            #expect(try files(in: inbox).count == 1)
        }
    }

    @Test("A start removes the drafts of killed processes, and none that is under way")
    func abandonedDrafts() async throws {
        try await withSandbox { sandbox, inbox in
            let client = try Client(port: sandbox.port)
            _ = try client.reply()
            for line in ["EHLO me", "MAIL FROM:<>", "RCPT TO:<x@y.z>", "DATA"] { _ = try client.say(line) }
            try makeFile(inbox.folder + "/.taking-999999999-0", "half")
            #expect(try files(in: inbox).count == 2)
            let second = try await Sandbox.start(inbox: inbox)
            #expect(try files(in: inbox).count == 1)
            #expect(try client.say(".").hasPrefix("250 2.0.0 taken"))
            #expect(try inbox.list().count == 1)
            await second.stop()
        }
    }

    @Test("The newest come first, as many as asked for; messages of one millisecond keep their order")
    func order() async throws {
        try await withTemporaryFolder { folder in
            for name in ["9-1", "10-1", "10-2", "10-10", "1700000000000-1"] {
                try makeFile("\(folder)/\(name).eml")
            }
            for name in [".taking-1-0", "10-03.eml", "+1-1.eml", "x.eml", "10-1", "10.eml"] {
                try makeFile("\(folder)/\(name)")
            }
            let inbox = SandboxInbox(folder: folder) { Timestamp(milliseconds: 0) }
            #expect(try inbox.list().map(\.id) == ["1700000000000-1", "10-10", "10-2", "10-1", "9-1"])
            #expect(try inbox.list(limit: 2).map(\.id) == ["1700000000000-1", "10-10"])
        }
    }

    @Test("Two messages of one millisecond both stay")
    func sameMillisecond() async throws {
        try await withSandbox { sandbox, inbox in
            try send(sandbox)
            try send(sandbox)
            #expect(try inbox.list().map(\.id) == ["1700000000123-2", "1700000000123-1"])
        }
    }

    @Test(
        "An id that names no message is an error, and never a path",
        arguments: [
            "", "1-1", "../secret", "../1-1", "1-1.eml", "1700000000123-01", "1700000000123--1", "1-1\0",
        ])
    func badID(id: String) async throws {
        try await withSandbox { sandbox, inbox in
            try send(sandbox)
            try makeFile(inbox.folder + "/../1-1.eml")
            #expect(throws: SandboxInboxError.noSuchMessage(id: id)) { try inbox.message(id: id) }
        }
    }

    @Test(
        "Subjects are decoded for display and hold no control characters",
        arguments: [
            ("plain", "plain"), ("=?UTF-8?B?w4Q=?=", "Ä"), ("=?utf-8*de?q?=C3=84_b?= c", "Ä b c"),
            ("=?UTF-8?B?w4Q=?= =?UTF-8?Q?b?=", "Äb"), ("=?UTF-8?B?w4Q=?= x =?UTF-8?Q?b?=", "Ä x b"),
            ("=?UTF-8?B?w?=\r\n =?UTF-8?Q?=84?=", "=?UTF-8?B?w?= \u{FFFD}"),
            ("=?UTF-8?Q?=C3?=\r\n =?UTF-8?Q?=84?=", "Ä"),
            ("=?ISO-8859-1?Q?=C4?=", "Ä"), ("=?KOI8-R?Q?=C4?=", "=?KOI8-R?Q?=C4?="), ("=?broken", "=?broken"),
            ("=?UTF-8?Q?=1B[2Jx?=", "[2Jx"), ("=?UTF-8?X?a?= b", "=?UTF-8?X?a?= b"),
            ("=?=?UTF-8?Q?a?=", "=?a"),
            ("=?UTF-8?Q?=ZZ?=", "=?UTF-8?Q?=ZZ?="), ("a\r\n\tb", "a\tb"), ("", ""),
        ])
    func subjects(written: String, shown: String) async throws {
        try await withTemporaryFolder { folder in
            let text =
                "Return-Path: <>\r\nDelivered-To: x@y.z\r\nReceived: from me\r\n\tby you\r\nSubject: \(written)\r\n\r\n"
            try makeFile(folder + "/1-1.eml", text)
            let message = try #require(
                try SandboxInbox(folder: folder) { Timestamp(milliseconds: 0) }.list().first)
            #expect(message.subject == shown.filter { $0 != "\t" })
            #expect(message.reversePath.isEmpty)
        }
    }

    private func send(_ sandbox: Sandbox) throws {
        let client = try Client(port: sandbox.port)
        _ = try client.reply()
        for line in ["EHLO me", "MAIL FROM:<>", "RCPT TO:<x@y.z>", "DATA"] { _ = try client.say(line) }
        #expect(try client.say("Subject: x\r\n.").hasPrefix("250 2.0.0 taken"))
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

/// The names in the inbox's folder, those that no list shows included.
func files(in inbox: SandboxInbox) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: inbox.folder)
}

func makeFile(_ path: String, _ text: String = "") throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
