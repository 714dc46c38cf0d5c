import Curl
import Mail

/// What libcurl's session means in IMAP.
extension Session {
    private var serverLines: [String] {
        lines.compactMap { if case .server(let line) = $0 { line } else { nil } }
    }

    /// The last answer to a command, by its tag; libcurl's are a letter and three digits.
    private var lastAnswer: (line: String, status: Status)? {
        for line in serverLines.reversed() where !line.hasPrefix("*") && !line.hasPrefix("+") {
            let octets = Array(line.utf8)
            let tag = octets.prefix { $0 != 0x20 }
            if let status = Status(octets[tag.endIndex...].dropFirst()) { return (line, status) }
        }
        return nil
    }

    /// The greeting, when it is one.
    private var greeting: Status? {
        guard let first = serverLines.first, first.hasPrefix("* ") else { return nil }
        return Status(Array(first.utf8)[2...])
    }

    private var lastCommand: String? {
        for case .client(let command) in lines.reversed() { return command }
        return nil
    }

    /// True when the login was answered with OK, or the server had known its user before.
    var isLoggedIn: Bool {
        if greeting?.condition == .preauth { return true }
        return lastAnswer?.status.condition == .ok && isAtLogin
    }

    private var isAtLogin: Bool { lastCommand?.holdsLogin ?? false }

    /// Upper case, from the last time that the server told them.
    var capabilities: [String] {
        for line in serverLines.reversed() {
            let words = line.uppercased().split { " []".contains($0) }
            if let start = words.firstIndex(of: "CAPABILITY") {
                return words[(start + 1)...].map(String.init)
            }
        }
        return []
    }

    private var mechanisms: [String] {
        capabilities.filter { $0.hasPrefix("AUTH=") }.map { String($0.dropFirst(5)) }
    }

    /// For a person: what may be done to log in.
    var offeredLogins: String {
        mechanisms.isEmpty
            ? "the server offers no login" : "the server offers AUTH \(mechanisms.joined(separator: " "))"
    }

    /// True when a password can go only by the LOGIN command: no mechanism fits, and the command is not disabled.
    func wantsLoginCommand(_ credentials: IMAPCredentials) -> Bool {
        let isFitting = !mechanisms.filter(IMAPCredentials.mechanisms(isBearer: false).contains).isEmpty
        return !credentials.isBearer && !isFitting && !capabilities.contains("LOGINDISABLED")
            && !capabilities.isEmpty && !isAtLogin
    }

    /// A line that is no IMAP, where the greeting should be.
    var strangeWords: String? {
        guard let first = serverLines.first, !first.hasPrefix("* ") else { return nil }
        return first
    }

    /// The refusal that ended the connect.
    var refusal: Status? {
        if let greeting, [.bye, .no, .bad].contains(greeting.condition) { return greeting }
        for line in serverLines.reversed() where line.uppercased().hasPrefix("* BYE") {
            if let answer = lastAnswer?.status, answer.condition != .ok { return answer }
            return Status(Array(line.utf8)[2...])
        }
        return lastAnswer.flatMap { $0.status.condition == .ok ? nil : $0.status }
    }

    /// Why a token was refused: the JSON object in base64 behind a `+` (RFC 7628 §3.2.2).
    var tokenRefusal: String? {
        for line in serverLines.reversed() where line.hasPrefix("+ ") {
            if let octets = Base64Words.decoded(line.dropFirst(2)), octets.first == UInt8(ascii: "{") {
                return String(decoding: octets, as: UTF8.self)
            }
        }
        return nil
    }

    func phaseReached(_ security: IMAPServer.Security) -> Phase {
        if !isResolved { return .resolve }
        if !isConnected { return .connect }
        guard let lastCommand else {
            return security == .implicitTLS && !isSecured && lines.isEmpty ? .tls : .greeting
        }
        if lastCommand.hasSuffix("STARTTLS") { return .tls }
        return isAtLogin ? .auth : .ehlo
    }
}

extension String {
    fileprivate var holdsLogin: Bool {
        let words = split(separator: " ")
        return words.contains("AUTHENTICATE") || words.contains("LOGIN")
            || words.first == "•••"
    }
}
