import Foundation
import JSON
import TestPeers
import Testing

/// The built program against a real Postfix, which writes reports, and a real Dovecot, which has the mailbox.
@Suite("The program and a real mailbox")
struct MailboxTests {
    private func environment(_ server: MailServer, _ folder: String) -> [String: String] {
        var all = server.environment(
            url: "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)", folder: folder)
        all["ENVELOPE_IMAP_URL"] = "imaps://\(server.percentEncodedUser)@\(server.host):\(server.imapsPort)"
        all["ENVELOPE_SENT_COPY"] = "always"
        return all
    }

    /// Sends one message by a process of its own, and gives its id.
    private func send(to address: String, _ environment: [String: String]) async throws -> String {
        let program = try Program(environment: environment)
        try await program.initialize()
        let sent = try await program.call(
            "send_email",
            [
                "to": [.string(address)], "subject": "Hello", "text": "x", "wait_seconds": 30,
                "allow_duplicate": true,
            ] as JSON)
        #expect(sent["status"] == "sent", "\(sent)")
        try program.closeInput()
        #expect(await program.ended() == 0)
        return try #require(sent["id"]?.string)
    }

    private func check(_ environment: [String: String]) async throws -> JSON {
        let run = try await Program.run(["mailbox", "check", "--json"], environment: environment)
        #expect(run.status == 0, "\(run.output) \(run.errors)")
        return try JSON(parsing: run.output)["mailboxes"]?[0] ?? nil
    }

    private func track(_ id: String, _ environment: [String: String]) async throws -> JSON {
        try JSON(parsing: try await Program.run(["track", id], environment: environment).output)
    }

    private func events(_ send: JSON, _ type: String) -> [JSON] {
        send["events"]?.array?.filter { $0["type"] == .string(type) } ?? []
    }

    @Test("A copy is filed once, by however many; what Postfix cannot deliver comes back as a bounce, once")
    func copiesAndBounces() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = environment(server, folder)
                let id = try await send(to: "gone@" + server.domain, environment)
                // The report takes its way through the queue.
                try await eventually { try !server.messages.isEmpty }
                async let first = Program.run(["mailbox", "check", "--json"], environment: environment)
                async let second = Program.run(["mailbox", "check", "--json"], environment: environment)
                _ = try await (first, second)
                _ = try await check(environment)

                let send = try await track(id, environment)
                #expect(send["status"] == "sent" && send["state"] == "accepted", "\(send)")
                #expect(send["delivery"] == "bounced")
                #expect(send["mailbox_checked_at"]?.string != nil)
                #expect(send["recipients"]?[0]?["outcome"] == "bounced")
                #expect(send["recipients"]?[0]?["report"]?["status"] == "5.1.1")
                #expect(events(send, "bounced").count == 1)
                #expect(events(send, "sent_copy_saved").count == 1)
                #expect(events(send, "sent_copy_found").isEmpty)
                let copies = try FileManager.default.subpathsOfDirectory(atPath: server.maildir + "/.Sent")
                    .filter { $0.hasPrefix("cur/") || $0.hasPrefix("new/") }
                #expect(copies.count == 1, "\(copies)")
                // Nothing is marked as read: what Dovecot shows as seen lies in cur with an S.
                let inbox = try FileManager.default.subpathsOfDirectory(atPath: server.maildir)
                #expect(!inbox.contains { $0.hasPrefix("cur/") && $0.hasSuffix("S") })
            }
        }
    }

    @Test("A provider's own copy is found; a send that nobody knew about is settled by it")
    func reconciles() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = environment(server, folder)
                var stopping = environment
                stopping["ENVELOPE_STOP_AT"] = "after_gate"
                let program = try Program(environment: stopping)
                try await program.initialize()
                try program.send(
                    [
                        "jsonrpc": "2.0", "id": 9, "method": "tools/call",
                        "params": [
                            "name": "send_email",
                            "arguments": ["to": [.string(server.username)], "subject": "Hi", "text": "x"],
                        ],
                    ] as JSON)
                #expect(await program.ended() != 0)
                let drained = try await Program.run(["list"], environment: environment)
                let id = try #require(try JSON(parsing: drained.output)["sends"]?[0]?["id"]?.string)
                var settled: JSON = nil
                var noImap = environment
                noImap["ENVELOPE_IMAP_URL"] = nil
                _ = try await Program.run(["drain"], environment: noImap)
                let before = try await track(id, environment)
                #expect(before["state"] == "unconfirmed", "\(before)")
                _ = try await check(environment)
                #expect(try await track(id, environment)["state"] == "unconfirmed")

                let copy = server.maildir + "/.Sent/cur/1.copy.here:2,S"
                let message = "Message-ID: \(before["message_id"]?.string ?? "")\nSubject: Hi\n\nx\n"
                try Data(message.utf8).write(to: URL(fileURLWithPath: copy))
                try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: copy)
                _ = try await check(environment)
                settled = try await track(id, environment)
                #expect(settled["status"] == "sent" && settled["state"] == "accepted", "\(settled)")
                #expect(settled["delivery"] == "in_sent_folder")
                #expect(events(settled, "reconciled").count == 1)
                #expect(settled["error"] == nil)
            }
        }
    }

    @Test("An inbox that cannot be read is told, and hides nothing of what the Sent folder shows")
    func withoutInbox() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = environment(server, folder)
                let id = try await send(to: server.username, environment)
                func allow(_ permissions: Int) throws {
                    for name in ["cur", "new"] {
                        try FileManager.default.setAttributes(
                            [.posixPermissions: permissions], ofItemAtPath: server.maildir + "/" + name)
                    }
                }
                try await eventually { try !server.messages.isEmpty }
                try allow(0)
                let checked = try await Program.run(["mailbox", "check", "--json"], environment: environment)
                try allow(0o700)
                #expect(checked.status != 0, "\(checked)")
                let mailbox = try JSON(parsing: checked.output)["mailboxes"]?[0]
                #expect(mailbox?["troubles"]?.array?.isEmpty == false, "\(checked)")
                let send = try await track(id, environment)
                #expect(send["delivery"] == "in_sent_folder", "\(send)")
                #expect(events(send, "sent_copy_saved").count == 1)
            }
        }
    }

    @Test("A mailbox that refuses the login hinders no mail, and says what to correct without the password")
    func refused() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                var environment = environment(server, folder)
                environment["ENVELOPE_IMAP_PASSWORD"] = "hunter2-wrong"
                let id = try await send(to: server.username, environment)
                let run = try await Program.run(["mailbox", "check", "--json"], environment: environment)
                #expect(run.status == 1, "\(run.output)")
                let error = try JSON(parsing: run.output)["mailboxes"]?[0]?["error"]
                #expect(error?["code"] == "auth_failed")
                #expect(!(run.output + run.errors).contains("hunter2-wrong"))
                #expect(try await track(id, environment)["status"] == "sent")
                environment["ENVELOPE_IMAP_URL"] = "imap://agent:secret@localhost"
                let wrong = try await Program.run(["mailbox", "check"], environment: environment)
                #expect(wrong.status == 2)
                #expect(wrong.output.contains("password"), "\(wrong.output)")
                _ = try await send(
                    to: server.username, environment.merging(["ENVELOPE_FROM": server.username]) { $1 })
            }
        }
    }
}
