import Mail
import SMTP
import TestPeers

/// What a dialogue's head asks of the program: server, credentials, deadlines, message and envelope.
struct Scene {
    let transport: SMTPTransport
    let mailData: MailData
    let secondMailData: MailData
    let envelope: Envelope
    let messages: Int
    private let gate: String?
    /// The phase in which the program is held until the peer has done its worst.
    let holdsAt: Phase?

    init(_ dialogue: Dialogue, port: Int) throws {
        let settings = dialogue.settings
        let security: SubmissionServer.Security =
            switch settings["security"] {
            case "starttls": .startTLS
            case "implicit tls": .implicitTLS
            default: .plain
            }
        var options = SMTPOptions()
        options.ehloName = "client.test"
        options.deadlines = try Self.deadlines(dialogue.list("deadlines"))
        options.partialAcceptance = settings["partial"] != "no"
        if let keep = settings["transactions per connection"].flatMap({ Int($0) }) {
            options.transactionsPerConnection = keep
        }
        if settings["idle keep"] == "50 ms" { options.idleKeep = .milliseconds(50) }
        let credentials: Credentials? =
            switch settings["login"] {
            case "password": .password(username: "user", secret: Secret("s3cret"))
            case "token": .bearer(username: "user", token: Secret("s3cret"))
            default: nil
            }
        transport = SMTPTransport(
            server: try SubmissionServer(host: "127.0.0.1", port: port, security: security),
            credentials: credentials,
            options: options)
        mailData = try Self.message(settings["message"] ?? "short")
        secondMailData = try settings["second message"].map { try Self.message($0) } ?? mailData
        let recipients = dialogue.list("recipients")
        let paths = try (recipients.isEmpty ? ["ada@example.org"] : recipients).flatMap { try Self.paths($0) }
        guard
            let envelope = Envelope(reversePath: try Address(parsing: "me@example.com"), forwardPaths: paths)
        else { throw PeerError("no recipients") }
        self.envelope = envelope
        messages = Int(settings["messages"] ?? "1") ?? 1
        gate = settings["gate"]
        holdsAt = settings["holds at"].flatMap { Phase(rawValue: $0) }
    }

    /// Opens, refuses, or waits until the peer has done its worst.
    func passGate(_ peer: ScriptedPeer) async throws {
        switch gate {
        case "refuses": throw PeerError("the disk is full")
        case "opens after the peer is done":
            await peer.settled()
        default: break
        }
    }

    /// The mail data as it must come out of the peer's socket: a dot before each dot that begins a line.
    var wireData: [UInt8] {
        var wire: [UInt8] = []
        var isStart = true
        for octet in mailData.bytes {
            if isStart, octet == UInt8(ascii: ".") { wire.append(octet) }
            wire.append(octet)
            isStart = octet == UInt8(ascii: "\n")
        }
        return wire
    }

    /// `120 recipients` stands for so many.
    private static func paths(_ text: String) throws -> [Address] {
        let words = text.split(separator: " ")
        guard words.count == 2, words[1] == "recipients", let count = Int(words[0]) else {
            return [try Address(parsing: text)]
        }
        return try (1...count).map { try Address(parsing: "reader\($0)@example.org") }
    }

    private static func message(_ name: String) throws -> MailData {
        let text: String
        switch name {
        case "short": text = "Subject: Hello\r\n\r\nHello.\r\n"
        case "dots": text = ".\r\n..\r\n.a\r\na.\r\n\r\n.\r\n. \r\nSubject: x\r\n.\r\n"
        case "only a line end": text = "\r\n"
        case "eight bit": text = "Subject: Hello\r\n\r\nGrüße\r\n"
        case "70400 octets":
            text = String(repeating: String(repeating: "x", count: 62) + "\r\n", count: 1_100)
        case "16 MiB": text = String(repeating: String(repeating: "x", count: 62) + "\r\n", count: 262_144)
        default: throw PeerError("no message is called \(name)")
        }
        return try MailData(checking: Array(text.utf8))
    }

    private static func deadlines(_ list: [String]) throws -> SMTPOptions.Deadlines {
        var deadlines = SMTPOptions.Deadlines()
        // A broken program fails soon instead of after ten minutes.
        deadlines.finalDot = .seconds(30)
        for entry in list {
            let words = entry.split(separator: " ")
            guard words.count == 3, let milliseconds = Int(words[1]), words[2] == "ms" else {
                throw PeerError("\(entry) is no deadline")
            }
            let duration = Duration.milliseconds(milliseconds)
            switch words[0] {
            case "connect": deadlines.connect = duration
            case "mail": deadlines.mail = duration
            case "rcpt": deadlines.rcpt = duration
            case "data": deadlines.data = duration
            case "body": deadlines.body = duration
            case "final-dot": deadlines.finalDot = duration
            case "reset": deadlines.reset = duration
            default: throw PeerError("no deadline is called \(words[0])")
            }
        }
        return deadlines
    }
}
