import Foundation
import JSON
import Mail
import Store
import TestPeers
import Testing

/// An OAuth server, a Postfix whose Dovecot asks it about tokens, and a folder with a record.
struct OAuthScene: Sendable {
    let peer: OAuthPeer
    let mail: MailServer
    let folder: String

    static func lend(_ body: (OAuthScene) async throws -> Void) async throws {
        try await withOAuthPeer { peer in
            try await MailServer.lend(introspection: peer.url("/introspect")) { mail in
                try await withTemporaryFolder { folder in
                    try SettingsTests.write(OAuthPeer.clientSecret + "\n", to: folder + "/client-secret")
                    try await body(OAuthScene(peer: peer, mail: mail, folder: folder))
                }
            }
        }
    }

    var environment: [String: String] { ["ENVELOPE_DB": folder + "/envelope.db", "HOME": folder] }

    var database: String { folder + "/envelope.db" }

    /// `accounts add --oauth` at the scene's servers.
    func adding(_ extra: [String]) -> [String] {
        [
            "accounts", "add", "Me <\(mail.username)>", "--name", "work", "--oauth", "custom", "--smtp-url",
            "smtps://\(mail.percentEncodedUser)@\(mail.host):\(mail.smtpsPort)", "--smtp-ca-file",
            mail.caFile,
            "--client-id", "secret-client", "--token-url", peer.url("/token"), "--scope", "mail",
            "--device-url", peer.url("/device"), "--authorization-url", peer.url("/authorize"), "--json",
        ] + (extra.contains("--imap-url") ? [] : ["--no-imap"]) + extra
    }

    /// Signs in by a code, and gives everything that was printed.
    @discardableResult func signedIn(_ extra: String...) async throws -> String {
        let run = try await AccountsTests.run(
            adding(["--device", "--client-secret-file", folder + "/client-secret"] + extra),
            environment: environment)
        #expect(run.status == 0, "\(run.output) \(run.errors)")
        return run.output + run.errors
    }

    func login() throws -> OAuthLogin {
        let store = try Store.open(at: database)
        let account = try #require(try store.configuredAccounts().first)
        return try #require(try store.oauthLogin(of: account.id))
    }

    /// One message by a process of its own.
    func send(_ text: String, stoppingAt stop: String? = nil) async throws -> (JSON, errors: String) {
        var environment = environment
        environment["ENVELOPE_STOP_AT"] = stop
        let program = try Program(environment: environment)
        try await program.initialize()
        let sent = try await program.call("send_email", message(text))
        try program.closeInput()
        #expect(await program.ended() == 0)
        return (sent, program.standardError)
    }

    func message(_ text: String) -> JSON {
        [
            "to": [.string(mail.username)], "subject": .string(text), "text": .string(text),
            "wait_seconds": 30,
        ]
    }

    /// Has the record's access token run out long ago.
    func expire() throws {
        try set("issued_at = '2026-01-01T00:00:00.000Z', expires_at = '2026-01-01T01:00:00.000Z'")
    }

    /// Changes the login in the record behind the program's back.
    func set(_ changes: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let script = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1], timeout=30)
            db.execute("UPDATE oauth_logins SET " + sys.argv[2])
            db.commit()
            """
        process.arguments = ["python3", "-c", script, database, changes]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
