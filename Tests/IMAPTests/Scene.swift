import Curl
import IMAP
import Mail
import TestPeers

/// A scripted server with the login behind it, and a client of it.
struct Scene: Sendable {
    let client: IMAPClient
    let peer: ScriptedPeer

    /// Where the other side left the script; the goodbye may come or not.
    var problems: [String] { peer.problems.filter { !$0.contains(" LOGOUT after the end") } }

    /// Lends a server that offers `capabilities`, and after the login follows a script for each connection.
    static func lend<Result>(
        _ capabilities: String = "IMAP4rev1 LITERAL+ UIDPLUS", _ scripts: String...,
        options: IMAPOptions = IMAPOptions(), _ body: (Scene) async throws -> Result
    ) async throws -> Result {
        let logins = zip("ABCD", scripts).map { letter, script in
            """
            S: * OK ready
            C: \(letter)001 CAPABILITY
            S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
            S: \(letter)001 OK done
            C: \(letter)002 AUTHENTICATE PLAIN *
            S: \(letter)002 OK welcome
            C: E1 CAPABILITY
            S: * CAPABILITY \(capabilities)
            S: E1 OK done
            \(script)
            """
        }
        return try await lend(raw: logins.joined(separator: "\n--- again ---\n"), options: options, body)
    }

    /// Lends a server that follows the script from its greeting on.
    static func lend<Result>(
        raw script: String, security: IMAPServer.Security = .plain,
        credentials: IMAPCredentials = .password(username: "user", "s3cret"),
        options: IMAPOptions = IMAPOptions(),
        _ body: (Scene) async throws -> Result
    ) async throws -> Result {
        let dialogue = try Dialogue(name: "scene", parsing: "A scene.\n\n" + script)
        return try await withPeer(dialogue) { peer in
            let engine = Engine()
            let client = IMAPClient(
                server: try IMAPServer(host: "127.0.0.1", port: peer.port, security: security),
                credentials: credentials, options: options, engine: engine)
            do {
                let result = try await body(Scene(client: client, peer: peer))
                await engine.shutdown()
                return result
            } catch {
                await engine.shutdown()
                throw error
            }
        }
    }
}
