import Foundation
import JSON
import Mail
import Store
import TestPeers
import Testing

/// Accounts that log in by OAuth: a small OAuth server, and a real Postfix and Dovecot that ask it about each token.
@Suite("Accounts that sign in with OAuth")
struct OAuthAccountTests {
    @Test(
        "Signed in by a code, sent, run out, renewed, sent again; no token and no secret is anywhere in clear"
    )
    func wholeLife() async throws {
        try await OAuthScene.lend { scene in
            try scene.peer.behave(#"{"pending": 1}"#)
            var written = try await scene.signedIn()
            #expect(
                written.contains(
                    #"{"sign_in":{"way":"device","page":"http://127.0.0.1/device","user_code":"BCDF-GHJK""#))
            let (first, firstErrors) = try await scene.send("With the first token")
            #expect(first["status"] == "sent", "\(first)")
            #expect(try scene.peer.state.granted == ["device_code": 1])

            try scene.expire()
            let program = try Program(environment: scene.environment)
            try await program.initialize()
            let second = try await program.call("send_email", scene.message("With the second token"))
            #expect(second["status"] == "sent", "\(second)")
            #expect(try scene.peer.state.granted == ["device_code": 1, "refresh_token": 1])
            // Revoked before its time: the same process renews it once, and sends.
            try scene.peer.behave(#"{"refuse_before": \#(try scene.peer.state.number + 1)}"#)
            // Its connection is open still, and needs no token.
            let third = try await program.call("send_email", scene.message("On the open connection"))
            #expect(third["status"] == "sent", "\(third)")
            for file in ["cmdline", "environ"] {
                written += String(
                    decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(program.pid)/\(file)")),
                    as: UTF8.self)
            }
            try program.closeInput()
            #expect(await program.ended() == 0)
            let (fourth, fourthErrors) = try await scene.send("With the third token")
            #expect(fourth["status"] == "sent", "\(fourth)")
            #expect(try scene.peer.state.granted["refresh_token"] == 2)
            #expect(try scene.peer.state.reused == 0)
            try await eventually { try scene.mail.messages.count == 4 }

            for arguments in [
                ["accounts", "rekey"], ["accounts", "test"], ["accounts", "list", "--json"], ["doctor"],
                ["list"],
            ] {
                let run = try await AccountsTests.run(arguments, environment: scene.environment)
                #expect(run.status == 0, "\(arguments): \(run.output) \(run.errors)")
                written += run.output + run.errors
            }
            written +=
                "\(first)\(second)\(third)\(fourth)" + firstErrors + fourthErrors + program.standardError
            for name in try FileManager.default.subpathsOfDirectory(atPath: scene.folder)
            where name != "client-secret" {
                guard let data = FileManager.default.contents(atPath: scene.folder + "/" + name) else {
                    continue
                }
                written += String(decoding: data, as: UTF8.self)
            }
            var secrets = try scene.peer.state.secrets + [OAuthPeer.clientSecret]
            #expect(secrets.count >= 8)
            secrets += secrets.map { Data($0.utf8).base64EncodedString() }
            secrets += secrets.map {
                Data("user=\(scene.mail.username)\u{1}auth=Bearer \($0)\u{1}\u{1}".utf8).base64EncodedString()
            }
            for secret in secrets { #expect(!written.contains(secret)) }
        }
    }

    @Test("Signed in by a browser on this machine")
    func browser() async throws {
        try await OAuthScene.lend { scene in
            let child = try ChildProcess(
                Program.path,
                scene.adding([
                    "--browser", "--client-secret-command", "cat '\(scene.folder)/client-secret'",
                ]),
                environment: ["PATH": "/usr/bin:/bin"].merging(scene.environment) { $1 })
            child.closeInput()
            var output = ""
            for await line in child.lines {
                output += line + "\n"
                guard let page = try? JSON(parsing: line)["sign_in"]?["page"]?.string else { continue }
                #expect(page.contains("login_hint=agent%40example.test"))
                #expect(try await scene.peer.browse(page).status == 200)
            }
            #expect(await child.ended() == 0, "\(output) \(child.standardError)")
            #expect(try scene.peer.state.granted == ["authorization_code": 1])
            let (sent, _) = try await scene.send("x")
            #expect(sent["status"] == "sent", "\(sent)")
        }
    }

    @Test("The mailbox takes the same tokens, and a revoked one is renewed for it too")
    func mailbox() async throws {
        try await OAuthScene.lend { scene in
            let added = try await scene.signedIn(
                "--imap-url",
                "imaps://\(scene.mail.percentEncodedUser)@\(scene.mail.host):\(scene.mail.imapsPort)",
                "--sent-copy", "always")
            #expect(added.contains(#""works": true"#), "\(added)")
            let (sent, _) = try await scene.send("x")
            #expect(sent["status"] == "sent", "\(sent)")
            func check() async throws -> JSON {
                let run = try await Program.run(
                    ["mailbox", "check", "--json"], environment: scene.environment)
                #expect(run.status == 0, "\(run.output) \(run.errors)")
                return try JSON(parsing: run.output)["mailboxes"]?[0] ?? nil
            }
            #expect(try await check()["copies_saved"] == 1)
            #expect(try scene.peer.state.granted["refresh_token"] == nil)
            try scene.peer.behave(#"{"refuse_before": \#(try scene.peer.state.number + 1)}"#)
            #expect(try await check()["looked"] == true)
            #expect(try scene.peer.state.granted["refresh_token"] == 1)
            try scene.expire()
            #expect(try await check()["looked"] == true)
            #expect(try scene.peer.state.granted["refresh_token"] == 2)
            try scene.peer.behave(#"{"refuse_before": 1000}"#)
            let refused = try await Program.run(
                ["mailbox", "check", "--json"], environment: scene.environment)
            #expect(refused.status == 1, "\(refused)")
            #expect(try scene.peer.state.reused == 0)
        }
    }

    @Test("What cannot work is said before anybody signs in, with the flag that is missing")
    func wrongUse() async throws {
        try await withTemporaryFolder { folder in
            let environment = ["ENVELOPE_DB": folder + "/envelope.db"]
            for (arguments, word) in [
                (["ada@gmail.com", "--oauth"], "--client-id"),
                (["ada@outlook.com", "--oauth", "auto"], "--client-id"),
                (["--oauth", "ada@gmail.com", "x@gmail.com"], "stands before --oauth"),
                (["ada@gmail.com", "--oauth", "google", "--client-id", "x", "--device"], "--browser"),
                (
                    [
                        "ada@gmail.com", "--oauth", "custom", "--client-id", "x", "--token-url",
                        "http://example.com", "--scope", "m",
                    ],
                    "https"
                ),
                (
                    [
                        "ada@example.com", "--oauth", "--smtp-url", "smtps://mail.example.com", "--client-id",
                        "x",
                    ],
                    "--oauth google"
                ),
                (
                    ["ada@outlook.com", "--oauth", "--client-id", "x", "--tenant", "a/b"], "tenant"
                ),
            ] {
                let run = try await AccountsTests.run(
                    ["accounts", "add"] + arguments + ["--no-test"], environment: environment)
                #expect(run.status != 0)
                #expect(run.errors.contains(word), "\(arguments): \(run.errors)")
            }
            let none = try await AccountsTests.run(["accounts", "login", "x"], environment: environment)
            #expect(none.status == 2 && none.errors.contains("accounts add"))
        }
    }
}
