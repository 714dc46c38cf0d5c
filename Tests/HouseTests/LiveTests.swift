import Foundation
import JSON
import TestPeers
import Testing

/// `envelope --http` as it runs for months: nobody asks it to look, and other processes change its accounts.
@Suite("The server that runs on", .timeLimit(.minutes(5)))
struct LiveTests {
    private static func environment(_ server: MailServer, _ folder: String) -> [String: String] {
        var all = server.environment(
            url: "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)", folder: folder)
        all["ENVELOPE_IMAP_URL"] = "imaps://\(server.percentEncodedUser)@\(server.host):\(server.imapsPort)"
        all["ENVELOPE_IMAP_POLL"] = "1s"
        all["ENVELOPE_SENT_COPY"] = "always"
        return all
    }

    private static func send(
        _ program: HTTPProgram, to address: String, _ more: JSON.Object = [:]
    ) async throws -> String {
        var message: JSON.Object = ["to": [.string(address)], "subject": "Hello", "text": "x"]
        for (name, value) in more { message[name] = value }
        let answer = try await program.curl(
            "/send", "-H", "Content-Type: application/json", "-d", JSON.object(message).text)
        return try #require(answer["id"]?.string, "\(answer)")
    }

    private static func track(_ id: String, _ program: HTTPProgram) async throws -> JSON {
        try await program.curl("/track/" + id).json
    }

    @Test(
        "A copy and a bounce come to be known by themselves, in track and by webhook, and nobody asked for a look"
    )
    func settles() async throws {
        try await MailServer.lend { server in
            try await withWebPeer { peer in
                try await withTemporaryFolder { folder in
                    var environment = Self.environment(server, folder)
                    environment["ENVELOPE_WEBHOOK_SECRET"] = WebhookTests.secret
                    environment["ENVELOPE_WEBHOOK_ALLOW_PRIVATE"] = "1"
                    func isTold(_ type: String, of id: String) throws -> Bool {
                        try peer.requests().contains { request in
                            let body = try JSON(parsing: request.body)
                            return body["type"] == .string("send." + type)
                                && body["data"]?["id"] == .string(id)
                        }
                    }
                    try await HTTPProgram.lend(
                        ["--webhook", peer.url("/scripted")], environment: environment
                    ) { program in
                        let good = try await Self.send(program, to: server.username)
                        try await eventually { try isTold("sent_copy_saved", of: good) }
                        #expect(try await Self.track(good, program)["delivery"] == "in_sent_folder")

                        let gone = try await Self.send(program, to: "gone@" + server.domain)
                        try await eventually { try isTold("bounced", of: gone) }
                        let tracked = try await Self.track(gone, program)
                        #expect(tracked["status"] == "sent" && tracked["delivery"] == "bounced", "\(tracked)")
                        #expect(tracked["recipients"]?[0]?["report"]?["status"] == "5.1.1")
                        #expect(try server.sentCopies.count == 2)
                    }
                }
            }
        }
    }

    @Test("Mail that waits on its way is told as delayed; an answer as one, and whether a machine wrote it")
    func answers() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                try await HTTPProgram.lend(environment: Self.environment(server, folder)) { program in
                    let slow = try await Self.send(program, to: "slow@" + server.domain)
                    try await eventually { try await Self.track(slow, program)["delivery"] == "delayed" }
                    let delayed = try await Self.track(slow, program)
                    #expect(delayed["status"] == "sent", "\(delayed)")
                    #expect(delayed["recipients"]?[0]?["report"]?["status"] == "4.2.2", "\(delayed)")

                    for isAutomatic in [true, false] {
                        let id = try await Self.send(
                            program, to: server.username, ["subject": .string("Asked \(isAutomatic)")])
                        let messageID = try await Self.track(id, program)["message_id"]?.string ?? ""
                        let marks = isAutomatic ? "Auto-Submitted: auto-replied\r\n" : ""
                        try await server.submit(
                            "From: ada@example.org\r\nTo: \(server.username)\r\nSubject: Re: Asked\r\n"
                                + "Message-ID: <answer.\(isAutomatic)@\(server.domain)>\r\n"
                                + "In-Reply-To: \(messageID)\r\n\(marks)\r\nThank you.\r\n")
                        func answers() async throws -> [JSON] {
                            try await Self.track(id, program)["events"]?.array?.filter {
                                $0["type"] == "replied"
                            } ?? []
                        }
                        try await eventually { try await !answers().isEmpty }
                        #expect(try await answers().map { $0["auto"] } == [.bool(isAutomatic)])
                    }
                }
            }
        }
    }

    @Test(
        "Who does not exist is not written to again, with the reason and how to lift it; who refused by a rule is"
    )
    func suppresses() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                try await HTTPProgram.lend(environment: Self.environment(server, folder)) { program in
                    func again(_ name: String) async throws -> HTTPProgram.Answer {
                        let id = try await Self.send(program, to: "\(name)@\(server.domain)")
                        try await eventually { try await Self.track(id, program)["delivery"] == "bounced" }
                        return try await program.curl(
                            "/send", "-H", "Content-Type: application/json", "-d",
                            #"{"to":["\#(name)@\#(server.domain)"],"subject":"Again","text":"x"}"#)
                    }
                    let dead = try await again("dead")
                    #expect(dead["code"] == "recipient_not_allowed" && dead.text.contains("5.1.1"), "\(dead)")
                    #expect(dead.text.contains("suppressions remove dead@"))
                    let policy = try await again("policy")
                    #expect(policy["status"] == "sent", "\(policy)")
                }
            }
        }
    }

    @Test(
        "No planted secret is in anything that the server wrote: log, answers, record, key files, command line"
    )
    func secrets() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let smtp = "planted-smtp-\"secret\""
                let imap = "planted-imap-secret"
                let http = "planted-http-token-0123456789abcdef0123456789"
                let hook = Data("planted-webhook-secret-octets".utf8).base64EncodedString()
                let key = Data("planted-record-key-of-32-octets!".utf8).base64EncodedString()
                var environment = Self.environment(server, folder)
                environment["ENVELOPE_SMTP_PASSWORD"] = smtp
                environment["ENVELOPE_IMAP_PASSWORD"] = imap
                environment["ENVELOPE_HTTP_TOKEN"] = http
                environment["ENVELOPE_SECRET_KEY"] = key
                environment["ENVELOPE_WEBHOOK_SECRET"] = "whsec_" + hook
                environment["ENVELOPE_WEBHOOK_ALLOW_PRIVATE"] = "1"
                environment["ENVELOPE_LOG_LEVEL"] = "debug"
                var written = ""
                func envelope(_ arguments: [String]) async throws {
                    let run = try await Program.run(arguments, environment: environment)
                    written += run.output + run.errors
                }
                try await envelope(["webhooks", "add", "http://127.0.0.1:1/hook", "--json"])
                let run = try await HTTPProgram.lend(
                    ["--webhook", "http://127.0.0.1:1/other"], environment: environment
                ) { program in
                    func ask(_ target: String, _ arguments: String...) async throws {
                        let fields = [
                            "-H", "Authorization: Bearer " + http, "-H", "Content-Type: application/json",
                        ]
                        written += try await program.curl([program.url + target] + fields + arguments).text
                    }
                    // Refused at the login: libcurl, the servers and this program all had the password in hand.
                    for number in 1...3 {
                        try await ask(
                            "/send", "-d",
                            #"{"to":["\#(server.username)"],"subject":"\#(number)","text":"x"}"#)
                    }
                    for target in ["/sends", "/accounts", "/metrics", "/readyz", "/openapi.json"] {
                        try await ask(target)
                    }
                    try await envelope(["mailbox", "check", "--json"])
                    try await envelope(["doctor", "--json"])
                    try await envelope(["list"])
                    try await envelope(["webhooks", "list", "--json"])
                    let line = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(program.pid)/cmdline"))
                    written += String(decoding: line, as: UTF8.self)
                    return program
                }
                written += run.standardError
                #expect(written.contains("auth_failed"), "the logins were refused")
                for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                    let octets = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
                    written += String(decoding: octets, as: UTF8.self)
                }
                for (user, secret) in [
                    (server.username, smtp), (server.username, imap), ("", http), ("", hook), ("", key),
                    ("", "planted-webhook-secret-octets"), ("", "planted-record-key-of-32-octets!"),
                ] {
                    let forms = [
                        secret, secret.replacingOccurrences(of: "\"", with: "\\\""),
                        Data(secret.utf8).base64EncodedString(),
                        Data("\0\(user)\0\(secret)".utf8).base64EncodedString(),
                    ]
                    for form in forms { #expect(!written.contains(form), "\(form)") }
                }
                #expect(!written.contains("planted-"))
            }
        }
    }

    @Test(
        "While nothing is open nobody logs in to the mailbox: before the first send, and after the last is settled"
    )
    func quiet() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                try await HTTPProgram.lend(environment: Self.environment(server, folder)) { program in
                    /// Sends in a while, and gives how many logins there were until it left.
                    func loginsWhileWaiting() async throws -> (id: String, logins: Int) {
                        var logins = try server.mailboxLogins
                        let time = Date(timeIntervalSinceNow: 3.5).ISO8601Format(
                            .init(includingFractionalSeconds: true))
                        let id = try await Self.send(
                            program, to: "gone@" + server.domain,
                            ["send_at": .string(time), "allow_duplicate": true])
                        while true {
                            let count = try server.mailboxLogins
                            // Counted before it was seen to be waiting still.
                            guard try await Self.track(id, program)["state"] == "scheduled" else { break }
                            logins = count
                        }
                        return (id, logins)
                    }
                    let first = try await loginsWhileWaiting()
                    #expect(first.logins == 0)
                    try await eventually { try await Self.track(first.id, program)["delivery"] == "bounced" }
                    let settled = try server.mailboxLogins
                    #expect(settled > 0)
                    #expect(try await loginsWhileWaiting().logins == settled)
                }
            }
        }
    }

    @Test(
        "Accounts that are added, made the default and removed by another process are there without a new start"
    )
    func accounts() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            try await HTTPProgram.lend(environment: environment) { program in
                func names() async throws -> [String] {
                    try await program.curl("/accounts")["accounts"]?.array?.compactMap { $0["name"]?.string }
                        ?? []
                }
                func envelope(_ arguments: String..., input: String = "") async throws {
                    let run = try await AccountsTests.run(
                        ["accounts"] + arguments, input: input, environment: environment)
                    #expect(run.status == 0, "\(run)")
                }
                func add(_ address: String) async throws {
                    try await envelope(
                        "add", address, "--smtp-url", "smtps://mail.example.com", "--no-imap", "--no-test",
                        "--password-stdin", input: "x\n")
                }
                #expect(try await names().isEmpty)
                try await add("a@example.com")
                // A send finds it at once.
                let dry = try await program.curl(
                    "/send", "-H", "Content-Type: application/json", "-d",
                    #"{"to":["b@example.org"],"subject":"x","text":"x","dry_run":true}"#)
                #expect(dry.status == 200, "\(dry)")
                try await eventually { try await names() == ["a@example.com"] }
                try await add("b@example.com")
                try await eventually { try await names() == ["a@example.com", "b@example.com"] }
                try await envelope("default", "b@example.com")
                try await eventually { try await names() == ["b@example.com", "a@example.com"] }
                try await envelope("remove", "a@example.com")
                try await eventually { try await names() == ["b@example.com"] }
            }
        }
    }

    @Test(
        "Refused logins rest the account and hold its queue; a test that passes in another process lets it go"
    )
    func resumes() async throws {
        try await MailServer.lend { server in
            try await withTemporaryFolder { folder in
                let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
                let file = folder + "/password"
                try SettingsTests.write(server.password + "\n", to: file)
                let added = try await AccountsTests.run(
                    [
                        "accounts", "add", server.username, "--name", "work", "--smtp-url",
                        "smtps://\(server.percentEncodedUser)@\(server.host):\(server.smtpsPort)",
                        "--smtp-ca-file", server.caFile, "--smtp-password-file", file, "--no-imap",
                    ], environment: environment)
                #expect(added.status == 0, "\(added)")
                try await HTTPProgram.lend(environment: environment) { program in
                    try SettingsTests.write("wrong-planted\n", to: file)
                    // Who waits tries in the middle of the rest, until the third refusal.
                    for number in 1...3 {
                        let answer = try await program.curl(
                            "/send", "-H", "Content-Type: application/json", "-d",
                            #"{"to":["\#(server.username)"],"subject":"\#(number)","text":"x"}"#)
                        #expect(answer["code"] == "auth_failed", "\(answer)")
                    }
                    let queued = try await Self.send(
                        program, to: server.username, ["wait_seconds": 0, "subject": "held"])
                    let refused = try await Program.run(
                        ["accounts", "test", "work"], environment: environment)
                    #expect(refused.status == 1)
                    let held = try await Self.track(queued, program)
                    #expect(held["status"] == "queued" && held["error"]?["code"] == "auth_failed", "\(held)")
                    #expect(held["attempts"] == 0)
                    try SettingsTests.write(server.password + "\n", to: file)
                    let tested = try await Program.run(
                        ["accounts", "test", "work"], environment: environment)
                    #expect(tested.status == 0, "\(tested)")
                    try await eventually { try await Self.track(queued, program)["status"] == "sent" }
                    let written = added.output + refused.output + tested.output + program.standardError
                    #expect(!written.contains("wrong-planted") && !written.contains(server.password))
                }
            }
        }
    }
}
