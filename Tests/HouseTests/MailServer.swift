import Foundation
import JSON
import TestPeers

/// A real submission server on loopback: Postfix with STARTTLS and AUTH through Dovecot, in a folder of its own.
struct MailServer: Sendable {
    let host: String
    let smtpPort: Int
    let smtpsPort: Int
    let imapsPort: Int
    let caFile: String
    let username: String
    let password: String
    let domain: String
    let maildir: String
    /// Postfix's; Dovecot's stands beside it.
    let log: String

    /// Lends one and stops it afterwards.
    ///
    /// - Parameter introspection: whom Dovecot asks what an access token is worth; nil has it check a signature.
    static func lend<Result>(
        introspection: String? = nil, _ body: (MailServer) async throws -> Result
    ) async throws -> Result {
        try await withMailServer(introspection.map { ["--introspect", $0] } ?? []) { facts in
            if facts.isEmpty { throw NotRunning() }
            return try await body(try MailServer(JSON(parsing: [UInt8](facts))))
        }
    }

    private init(_ json: JSON) throws {
        func text(_ name: String) throws -> String {
            guard let text = json[name]?.string else { throw NotRunning() }
            return text
        }
        func number(_ name: String) throws -> Int {
            guard let number = json[name]?.integer else { throw NotRunning() }
            return Int(number)
        }
        host = try text("host")
        smtpPort = try number("smtp_port")
        smtpsPort = try number("smtps_port")
        imapsPort = try number("imaps_port")
        caFile = try text("ca_file")
        username = try text("username")
        password = try text("password")
        domain = try text("domain")
        maildir = try text("maildir")
        log = try text("log")
    }

    /// The messages that arrived, in no order.
    var messages: [Data] {
        get throws {
            let folder = maildir + "/new"
            // Made with the first message.
            if !FileManager.default.fileExists(atPath: folder) { return [] }
            return try FileManager.default.contentsOfDirectory(atPath: folder).map {
                try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0))
            }
        }
    }

    /// Sends a message from the mailbox to itself by another program than ours, through Postfix.
    func submit(_ message: String) async throws {
        try await withTemporaryFolder { folder in
            let (octets, settings) = (folder + "/message", folder + "/settings")
            try Data(message.utf8).write(to: URL(fileURLWithPath: octets))
            func quoted(_ text: String) -> String {
                let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
                return "\"" + escaped.replacingOccurrences(of: "\"", with: "\\\"") + "\""
            }
            let lines = [
                ("url", "smtps://\(host):\(smtpsPort)"), ("cacert", caFile),
                ("user", "\(username):\(password)"),
                ("mail-from", username), ("mail-rcpt", username), ("upload-file", octets),
            ].map { "\($0) = \(quoted($1))" }
            try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: settings))
            let curl = try ChildProcess(
                "/usr/bin/curl", ["--silent", "--config", settings], environment: ["PATH": "/usr/bin:/bin"])
            if await curl.ended() != 0 { throw NotRunning() }
        }
    }

    /// How often anybody has logged in to a mailbox.
    var mailboxLogins: Int {
        get throws {
            let path = URL(fileURLWithPath: log).deletingLastPathComponent().path + "/dovecot.log"
            return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count {
                $0.contains("imap-login: Info: Login:")
            }
        }
    }

    /// The copies in the Sent folder.
    var sentCopies: [String] {
        get throws {
            try FileManager.default.subpathsOfDirectory(atPath: maildir + "/.Sent")
                .filter { $0.hasPrefix("cur/") || $0.hasPrefix("new/") }
        }
    }

    /// It says on standard error why: Postfix and Dovecot are missing (`make test` installs them), or no root.
    struct NotRunning: Error {}
}
