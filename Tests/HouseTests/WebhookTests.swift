import Foundation
import JSON
import TestPeers
import Testing

/// The built program tells a real server of events; signatures are checked by the public library.
@Suite("Webhooks of the built program")
struct WebhookTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private static func environment(_ folder: String, _ more: [String: String] = [:]) -> [String: String] {
        [
            "ENVELOPE_DB": folder + "/envelope.db", "ENVELOPE_SANDBOX": "1",
            "ENVELOPE_WEBHOOK_ALLOW_PRIVATE": "1",
        ].merging(more) { $1 }
    }

    private static let message: JSON = ["to": ["ada@example.org"], "subject": "Hello", "text": "s3cret body"]

    /// Sends one message by a server that then ends; returns the send.
    @discardableResult
    private func send(
        _ environment: [String: String], _ arguments: [String] = [], until isSo: () throws -> Bool
    )
        async throws -> JSON
    {
        let program = try Program(arguments, environment: environment)
        try await program.initialize()
        let send = try await program.call("send_email", Self.message)
        #expect(send["status"] == "sent", "\(send)")
        try await eventually(isSo)
        try program.closeInput()
        #expect(await program.ended() == 0, "\(program.standardError)")
        return send
    }

    private func json(_ arguments: [String], _ environment: [String: String], status: Int32 = 0) async throws
        -> JSON
    {
        let run = try await Program.run(["webhooks"] + arguments + ["--json"], environment: environment)
        #expect(run.status == status, "\(run)")
        return try JSON(parsing: run.output)
    }

    private func verified(_ peer: WebPeer, _ secret: String) async throws -> String {
        let python = ClientTests.environments + "/.venv-webhooks/bin/python"
        let check = try ChildProcess(
            python, [Program.repository + "/Tests/HouseTests/Clients/webhook_check.py", peer.log, secret],
            environment: ["PATH": "/usr/bin:/bin"])
        var output = ""
        for await line in check.lines { output += line }
        #expect(await check.ended() == 0, "\(check.standardError)")
        return output
    }

    @Test("--webhook tells of every event in order; the public library verifies each and no changed one")
    func flag() async throws {
        try await withWebPeer { peer in
            try await withTemporaryFolder { folder in
                let environment = Self.environment(folder, ["ENVELOPE_WEBHOOK_SECRET": Self.secret])
                let send = try await send(environment, ["--webhook", peer.url("/scripted")]) {
                    try peer.requests().count == 3
                }
                #expect(try await verified(peer, Self.secret) == "verified 3")
                let bodies = try peer.requests().map { try JSON(parsing: $0.body) }
                #expect(
                    bodies.map { $0["type"] } == ["send.created", "send.attempt_started", "send.accepted"])
                let data = try #require(bodies.last?["data"])
                #expect(data["id"] == send["id"] && data["status"] == "sent" && data["sandbox"] == true)
                #expect(data["event"]?["type"] == "accepted" && data["events"] == nil)
                #expect(!(try peer.requests().map(\.body).joined()).contains("s3cret body"))
                let first = try #require(try peer.requests().first)
                #expect(first.method == "POST" && first.fields["content-type"] == "application/json")
            }
        }
    }

    @Test("add shows a secret once that nothing else shows, and list, test and remove do what they say")
    func commands() async throws {
        try await withWebPeer { peer in
            try await withTemporaryFolder { folder in
                let environment = Self.environment(folder)
                let added = try await json(
                    ["add", peer.url("/scripted"), "--event", "accepted,bounced"], environment)
                let secret = try #require(added["secret"]?.string)
                let id = try #require(added["id"]?.string)
                let list = try await json(["list"], environment)
                #expect(list["webhooks"]?[0]?["events"] == ["accepted", "bounced"])
                #expect(!list.text.contains(secret.dropFirst(6)))
                #expect(try await json(["test", id], environment) == ["delivered": true, "status": 200])
                #expect(try await verified(peer, secret) == "verified 1")
                try await send(environment) { try peer.requests().count == 2 }
                #expect(try await verified(peer, secret) == "verified 2")
                for name in ["envelope.db", "envelope.db-wal", "envelope.db.secret-key"] {
                    let octets = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
                    #expect(octets.range(of: Data(secret.dropFirst(6).utf8)) == nil)
                    let raw = try #require(Data(base64Encoded: String(secret.dropFirst(6))))
                    #expect(octets.range(of: raw) == nil)
                }
                let key = try FileManager.default.attributesOfItem(atPath: folder + "/envelope.db.secret-key")
                #expect(key[.posixPermissions] as? Int == 0o600 && key[.size] as? Int == 32)
                let again = try await json(["add", peer.url("/scripted")], environment, status: 2)
                #expect(again["error"]?["code"] == "invalid_request")
                try peer.answer("503")
                let failed = try await json(["test", id], environment, status: 1)
                #expect(failed["status"] == 503)
                #expect(try await json(["remove", id], environment) == ["removed": .string(id)])
                _ = try await json(["remove", id], environment, status: 2)
                #expect(try await json(["list"], environment) == ["webhooks": []])
            }
        }
    }

    @Test(
        "An endpoint that fails hears again under the same id; a process that died in between changes nothing"
    )
    func killed() async throws {
        try await withWebPeer { peer in
            try await withTemporaryFolder { folder in
                let environment = Self.environment(folder)
                let added = try await json(["add", peer.url("/silent"), "--event", "accepted"], environment)
                let id = try #require(added["id"]?.string)
                let program = try Program(environment: environment)
                try await program.initialize()
                let sent = try await program.call("send_email", Self.message)
                #expect(sent["status"] == "sent")
                // Claimed, posted, never answered: now it dies.
                try await eventually { try peer.requests().count == 1 }
                program.signal(SIGKILL)
                _ = await program.ended()
                try Self.sql(
                    folder, "UPDATE webhook_deliveries SET leased_until = NULL")
                let waiting = try await json(["deliveries", "--state", "pending"], environment)
                let message = try #require(waiting["deliveries"]?[0]?["id"]?.string)
                #expect(waiting["deliveries"]?[0]?["webhook"] == .string(id))
                // The next process tells it: the silence is over by its deadline, or the end gives it back.
                let next = try Program(environment: environment)
                try await next.initialize()
                _ = try await next.call("list_sends", [:])
                try await eventually { try peer.requests().count == 2 }
                try next.closeInput()
                #expect(await next.ended() == 0)
                let ids = try peer.requests().map { $0.fields["webhook-id"] ?? "" }
                #expect(ids == [message, message])
                let after = try await json(["deliveries"], environment)
                #expect(after["deliveries"]?.array?.count == 1)
            }
        }
    }

    @Test("An event that was written just before a kill is told by the next process")
    func killedBefore() async throws {
        try await withWebPeer { peer in
            try await withTemporaryFolder { folder in
                // The first process has no way there: its webhooks are inside the network and it may not go there.
                var environment = Self.environment(folder)
                _ = try await json(["add", peer.url("/scripted"), "--event", "accepted"], environment)
                environment["ENVELOPE_SECRET_KEY"] = Data(repeating: 7, count: 32).base64EncodedString()
                let program = try Program(environment: environment)
                try await program.initialize()
                var message = Self.message.object ?? [:]
                message["wait_seconds"] = 60
                let sent = try await program.call("send_email", .object(message))
                #expect(sent["status"] == "sent")
                program.signal(SIGKILL)
                _ = await program.ended()
                #expect(try peer.requests().isEmpty)
                environment["ENVELOPE_SECRET_KEY"] = nil
                try Self.sql(
                    folder,
                    "UPDATE webhook_deliveries SET leased_until = NULL, due_at = '2020-01-01T00:00:00.000Z'")
                let drained = try await Program.run(["drain"], environment: environment)
                #expect(drained.status == 0)
                #expect(try peer.requests().count == 1)
            }
        }
    }

    @Test("What was given up is shown as dead and told again by replay")
    func replay() async throws {
        try await withWebPeer { peer in
            try await withTemporaryFolder { folder in
                let environment = Self.environment(folder)
                try peer.answer("500")
                _ = try await json(["add", peer.url("/scripted"), "--event", "accepted"], environment)
                try await send(environment) { try peer.requests().count == 1 }
                // Nine tries later.
                try Self.sql(
                    folder,
                    "UPDATE webhook_deliveries SET attempts = 9, claims = 9, due_at = '2020-01-01T00:00:00.000Z'"
                )
                _ = try await Program.run(["drain"], environment: environment)
                let dead = try await json(["deliveries", "--state", "dead"], environment)
                #expect(dead["deliveries"]?[0]?["last_status"] == 500)
                #expect(dead["deliveries"]?[0]?["attempts"] == 10)
                try peer.answer("200")
                #expect(try await json(["replay", "--dead"], environment) == ["replayed": 1])
                #expect(try peer.requests().count == 3)
                #expect(Set(try peer.requests().map { $0.fields["webhook-id"] }).count == 1)
                let told = try await json(["deliveries"], environment)
                #expect(told["deliveries"]?[0]?["state"] == "delivered")
                let id = try #require(told["deliveries"]?[0]?["id"]?.string)
                #expect(try await json(["replay", id], environment) == ["replayed": 1])
                #expect(try peer.requests().count == 4)
                _ = try await json(["replay", "msg_none"], environment, status: 2)
            }
        }
    }

    @Test("Private addresses and plain http are refused unless allowed, also when a name leads there")
    func walls() async throws {
        try await withWebPeer(certificateFor: "localhost") { peer in
            try await withTemporaryFolder { folder in
                var environment = Self.environment(folder, ["ENVELOPE_WEBHOOK_CA_FILE": peer.caFile])
                environment["ENVELOPE_WEBHOOK_ALLOW_PRIVATE"] = nil
                for url in [
                    peer.url("/ok"), "https://[::1]/", "https://169.254.169.254/", "http://example.com/",
                ] {
                    let refused = try await json(["add", url], environment, status: 2)
                    #expect(refused["error"]?["field"] == "url", "\(url)")
                }
                let added = try await json(["add", peer.url("/ok", host: "localhost")], environment)
                let id = try #require(added["id"]?.string)
                let failed = try await json(["test", id], environment, status: 1)
                #expect(failed["error"]?.string?.contains("loopback") == true, "\(failed)")
                #expect(try peer.requests().isEmpty)
                environment["ENVELOPE_WEBHOOK_ALLOW_PRIVATE"] = "1"
                #expect(try await json(["test", id], environment)["delivered"] == true)
            }
        }
    }

    @Test("A webhook that is added while the key is changed is sealed under the new one")
    func rekeyed() async throws {
        try await withWebPeer { peer in
            try await withTemporaryFolder { folder in
                let environment = Self.environment(folder)
                let first = try await json(["add", peer.url("/ok")], environment)
                _ = try await json(["remove", try #require(first["id"]?.string)], environment)
                // This process changes the key now.
                let lockPath = folder + "/envelope.db.secret-key.lock"
                let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
                #expect(flock(lock, LOCK_EX) == 0)
                let adding = try Program(
                    ["webhooks", "add", peer.url("/scripted"), "--json"], environment: environment)
                try adding.closeInput()
                // It has come to the lock.
                try await eventually {
                    let files = "/proc/\(adding.pid)/fd"
                    let names = (try? FileManager.default.contentsOfDirectory(atPath: files)) ?? []
                    return names.contains {
                        (try? FileManager.default.destinationOfSymbolicLink(atPath: files + "/" + $0))
                            == lockPath
                    }
                }
                let key = URL(fileURLWithPath: folder + "/envelope.db.secret-key")
                try Data((0..<32).map { _ in UInt8.random(in: .min ... .max) }).write(to: key)
                close(lock)
                #expect(await adding.ended() == 0, "\(adding.standardError)")
                let list = try await json(["list"], environment)
                let id = try #require(list["webhooks"]?[0]?["id"]?.string)
                #expect(try await json(["test", id], environment)["delivered"] == true)
            }
        }
    }

    @Test(
        "Settings that cannot work stop the start with their name",
        arguments: [
            (["ENVELOPE_WEBHOOK": "https://example.com/s3cret"], "ENVELOPE_WEBHOOK_SECRET"),
            (
                ["ENVELOPE_WEBHOOK": "ftp://example.com/s3cret", "ENVELOPE_WEBHOOK_SECRET": secret],
                "https://"
            ),
            (["ENVELOPE_WEBHOOK": "https://10.0.0.1/s3cret", "ENVELOPE_WEBHOOK_SECRET": secret], "private"),
        ])
    func settings(_ settings: [String: String], _ word: String) async throws {
        try await withTemporaryFolder { folder in
            var environment = Self.environment(folder, settings)
            environment["ENVELOPE_WEBHOOK_ALLOW_PRIVATE"] = nil
            let run = try await Program.run(["drain"], environment: environment)
            #expect(run.status == 2)
            #expect(run.errors.contains(word) && !run.errors.contains("s3cret"), "\(run.errors)")
        }
    }

    /// Changes the record as nobody should, to be past a wait of hours.
    private static func sql(_ folder: String, _ statements: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "python3", "-c",
                "import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=20) as db:\n"
                    + "    [db.execute(line) for line in sys.argv[2:]]",
                folder + "/envelope.db",
            ] + statements
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
