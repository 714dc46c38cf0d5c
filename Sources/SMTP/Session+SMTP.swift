import Curl
import Mail

/// What libcurl's session means in SMTP.
extension Session {
    /// True when an AUTH exchange ended with 235 (RFC 4954 §6).
    var isLoggedIn: Bool {
        lines.contains { if case .server(let line) = $0 { Reply.code(of: line) == 235 } else { false } }
    }

    /// True when an AUTH command went out.
    private var hasAskedForLogin: Bool {
        lines.contains { if case .client(let line) = $0 { line.hasPrefix("AUTH ") } else { false } }
    }

    /// The lines of the last reply that is whole.
    var lastReply: Reply? {
        var reply: [String] = []
        var whole: [String] = []
        for case .server(let line) in lines {
            reply.append(line)
            if line.utf8.dropFirst(3).first == 0x2D { continue }
            whole = reply
            reply = []
        }
        return Reply(lines: whole)
    }

    /// A line that is no SMTP reply, where the greeting should be.
    var strangeWords: String? {
        guard case .server(let first)? = lines.first, first.utf8.first.map({ $0 < 0x32 || $0 > 0x35 }) ?? true
        else { return nil }
        return first
    }

    /// The stage at which the session stood, by the last command that went out.
    func phaseReached(_ security: SubmissionServer.Security) -> Phase {
        if !isResolved { return .resolve }
        if !isConnected { return .connect }
        var last: String?
        for case .client(let command) in lines { last = command }
        guard let last else {
            return security == .implicitTLS && !isSecured && lines.isEmpty ? .tls : .greeting
        }
        if last.hasPrefix("EHLO") || last.hasPrefix("HELO") { return .ehlo }
        return last.hasPrefix("STARTTLS") ? .tls : .auth
    }

    /// Why the session is not logged in although it had credentials; nil when it is.
    func faultUnlessLoggedIn(_ credentials: Credentials) -> TransportFault? {
        if isLoggedIn { return nil }
        guard let offered = Capabilities(self).auth else {
            return TransportFault(.authUnavailable, detail: "the server offers no AUTH")
        }
        // The mechanism fits, but what came back is no end of an AUTH exchange (RFC 4954 §4).
        if hasAskedForLogin, let code = lastReply?.code,
            offered.contains(where: { credentials.mechanisms.contains($0.uppercased()) })
        {
            return TransportFault(.protocolError, detail: "the server answered AUTH with \(code)")
        }
        let usable = credentials.mechanisms.joined(separator: " or ")
        return TransportFault(
            .authUnavailable,
            detail: Reply.printable(
                "the server offers AUTH \(offered.joined(separator: " ")), usable here is \(usable)"))
    }

    /// The refusal of an XOAUTH2 token: 334 with a JSON object in base64, whose text is the reason.
    func bearerRefusal(without strikeout: Strikeout?) -> Reply? {
        for case .server(let line) in lines.reversed() {
            guard Reply.code(of: line) == 334 else { continue }
            guard let octets = Base64Text.decoded(line.dropFirst(4)), octets.first == 0x7B else { return nil }
            let words = String(decoding: octets, as: UTF8.self)
            return Reply(
                code: 334, enhanced: nil, text: Reply.printable(strikeout.map { $0(words) } ?? words))
        }
        return nil
    }
}

/// Reads base64 (RFC 4648 §4) as servers write it in 334 lines.
enum Base64Text {
    static func decoded(_ text: Substring) -> [UInt8]? {
        var octets: [UInt8] = []
        var bits = 0
        var held = 0
        for digit in text.utf8 where digit != 0x3D {
            guard let value = value(of: digit) else { return nil }
            held = held << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                octets.append(UInt8(held >> bits & 0xFF))
                held &= (1 << bits) - 1
            }
        }
        return octets
    }

    private static func value(of digit: UInt8) -> Int? {
        switch digit {
        case 0x41...0x5A: Int(digit) - 0x41
        case 0x61...0x7A: Int(digit) - 0x61 + 26
        case 0x30...0x39: Int(digit) - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
