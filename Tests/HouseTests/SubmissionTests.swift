import Foundation
import JSON
import Mail
import Store
import TestPeers
import Testing

@Suite("The program and a real submission server")
struct SubmissionTests {
    @Test("STARTTLS and AUTH, implicit TLS and AUTH: what arrives is what was recorded, to the octet")
    func delivered() async throws {
        try await MailServer.lend { server in
            for (url, subject) in [
                ("smtp://\(server.percentEncodedUser)@\(server.host):\(server.smtpPort)", "Über STARTTLS"),
                ("smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)", "Über TLS"),
            ] {
                try await withTemporaryFolder { folder in
                    let program = try Program(environment: server.environment(url: url, folder: folder))
                    try await program.initialize()
                    let sent = try await program.call(
                        "send_email",
                        [
                            "to": [.string(server.username)], "subject": .string(subject),
                            "markdown":
                                "Grüße,\n\n.\n..dots and a **long** line: \(String(repeating: "ä", count: 900))",
                            "attachments": [["filename": "naïve.bin", "content_base64": "AAEC/w=="]],
                            "wait_seconds": 30,
                        ] as JSON)
                    #expect(sent["status"] == "sent", "\(sent)")
                    #expect(sent["recipients"]?[0]?["reply"]?["code"] == 250)
                    let tracked = try await program.call("track_send", ["id": sent["id"] ?? nil])
                    #expect(!tracked.text.contains(server.password))
                    try program.closeInput()
                    #expect(await program.ended() == 0)

                    let id = try #require(SendID(sent["id"]?.string ?? ""))
                    let stored = try #require(
                        try await Store.open(at: folder + "/envelope.db").mailData(of: id))
                    // A Maildir has LF line ends; the trace fields of the way stand on top.
                    let expected = Data(stored.bytes.filter { $0 != 0x0D })
                    try await eventually {
                        try server.messages.contains { $0.suffix(expected.count) == expected }
                    }
                    let arrived = try #require(
                        try server.messages.first { $0.suffix(expected.count) == expected })
                    let trace = String(decoding: arrived.dropLast(expected.count), as: UTF8.self)
                    #expect(trace.contains("Received:"))
                    #expect(!trace.contains("\n\n"))
                }
            }
        }
    }

    @Test("An unknown recipient and a wrong password are explained in the server's phase and words")
    func refused() async throws {
        try await MailServer.lend { server in
            let url = "smtp://\(server.percentEncodedUser)@\(server.host):\(server.smtpPort)"
            try await withTemporaryFolder { folder in
                let program = try Program(environment: server.environment(url: url, folder: folder))
                try await program.initialize()
                let refused = try await program.call(
                    "send_email",
                    [
                        "to": [.string("nobody@" + server.domain), .string(server.username)],
                        "subject": "Hello",
                        "text": "x", "wait_seconds": 30,
                    ] as JSON)
                #expect(refused["status"] == "sent", "\(refused)")
                #expect(refused["state"] == "partial")
                #expect(refused["recipients"]?[0]?["reply"]?["code"] == 550)
                #expect(refused["recipients"]?[0]?["reply"]?["enhanced"] == "5.1.1")
                #expect(refused["recipients"]?[1]?["outcome"] == "accepted")
                try program.closeInput()
                _ = await program.ended()

                var environment = server.environment(url: url, folder: folder)
                environment["ENVELOPE_SMTP_PASSWORD"] = "wrong-" + server.password
                let locked = try Program(environment: environment)
                try await locked.initialize()
                let failed = try await locked.call(
                    "send_email",
                    ["to": [.string(server.username)], "subject": "Hi", "text": "x", "wait_seconds": 30]
                        as JSON)
                #expect(failed["status"] == "failed", "\(failed)")
                #expect(failed["error"]?["code"] == "auth_failed")
                #expect(failed["error"]?["phase"] == "auth")
                #expect(!failed.text.contains("wrong-"))
                try locked.closeInput()
                _ = await locked.ended()
            }
        }
    }

    @Test("A certificate that nobody vouches for stops the send before a password leaves")
    func untrusted() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                var environment = server.environment(
                    url: "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)",
                    folder: folder)
                environment["ENVELOPE_SMTP_CA_FILE"] = nil
                let program = try Program(environment: environment)
                try await program.initialize()
                let result = try await program.call(
                    "send_email",
                    ["to": [.string(server.username)], "subject": "Hi", "text": "x", "wait_seconds": 30]
                        as JSON)
                #expect(result["error"]?["code"] == "tls_failed", "\(result)")
                #expect(try server.messages.isEmpty)
                try program.closeInput()
                _ = await program.ended()
            }
        }
    }
}

extension MailServer {
    var percentEncodedUser: String { username.replacingOccurrences(of: "@", with: "%40") }

    func environment(url: String, folder: String) -> [String: String] {
        [
            "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SMTP_URL": url,
            "ENVELOPE_SMTP_PASSWORD": password,
            "ENVELOPE_FROM": "Me <\(username)>", "ENVELOPE_SMTP_CA_FILE": caFile,
        ]
    }
}
