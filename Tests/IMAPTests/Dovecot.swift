import Curl
import Foundation
import IMAP
import Mail
import TestPeers

/// A real Dovecot on loopback with one mailbox, in a folder of its own.
struct Dovecot: Sendable {
    let host: String
    let imapPort: Int
    let imapsPort: Int
    let caFile: String
    let username: String
    let password: String
    let token: String
    let staleToken: String
    let maildir: String
    let engine = Engine()

    /// Lends one and stops it afterwards; it says on standard error why it cannot run.
    static func lend<Result>(_ body: (Dovecot) async throws -> Result) async throws -> Result {
        try await withMailServer { line in
            guard let facts = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
                throw PeerError("mailserver.py named no facts")
            }
            let dovecot = try Dovecot(facts)
            do {
                let result = try await body(dovecot)
                await dovecot.engine.shutdown()
                return result
            } catch {
                await dovecot.engine.shutdown()
                throw error
            }
        }
    }

    private init(_ facts: [String: Any]) throws {
        func fact<Value>(_ name: String, _ type: Value.Type = String.self) throws -> Value {
            guard let value = facts[name] as? Value else { throw PeerError("mailserver.py names no \(name)") }
            return value
        }
        host = try fact("host")
        imapPort = try fact("imap_port", Int.self)
        imapsPort = try fact("imaps_port", Int.self)
        caFile = try fact("ca_file")
        username = try fact("username")
        password = try fact("password")
        token = try fact("token")
        staleToken = try fact("stale_token")
        maildir = try fact("maildir")
    }

    func client(
        _ security: IMAPServer.Security = .implicitTLS, _ credentials: IMAPCredentials? = nil,
        caFile: String?? = nil
    ) throws -> IMAPClient {
        var options = IMAPOptions()
        options.caFile = caFile ?? self.caFile
        return IMAPClient(
            server: try IMAPServer(
                // Where Dovecot takes a login without TLS.
                host: security == .plain ? "127.0.0.2" : host,
                port: security == .implicitTLS ? imapsPort : imapPort, security: security),
            credentials: credentials ?? .password(username: username, password), options: options,
            engine: engine)
    }
}

/// Mail data of a short message.
func message(_ id: String, _ body: String = "Hello.\r\n") throws -> MailData {
    try MailData(
        checking: Array(
            "Subject: Hello\r\nFrom: agent@example.test\r\nMessage-ID: \(id)\r\n\r\n\(body)".utf8))
}
