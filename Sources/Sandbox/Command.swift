internal import Mail

/// One SMTP command with its arguments checked (RFC 5321 §4.1.1).
enum Command: Equatable {
    case ehlo(domain: String)
    case helo(domain: String)
    case mail(reversePath: String, parameters: MailParameters)
    case rcpt(forwardPath: String)
    case data
    case rset
    case noop
    case vrfy
    case quit

    /// The octets of a command line without its CRLF; 512 in RFC 5321 §4.5.3.1.4, with room for long paths in
    /// UTF-8 and for parameters.
    static let maximumLength = 2_000

    /// Reads a line without its CRLF; throws the reply that refuses it.
    init(parsing line: some Collection<UInt8>) throws(Refusal) {
        if line.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw Refusal(500, 5, 5, 2, "control characters in the command line")
        }
        guard let text = String(validating: line, as: UTF8.self) else {
            throw Refusal(500, 5, 5, 2, "the command line is not UTF-8")
        }
        let verb = text.prefix { $0 != " " }
        let argument = text.dropFirst(verb.count).trimmingSpaces
        switch verb.uppercased() {
        case "EHLO": self = .ehlo(domain: try Self.domain(argument))
        case "HELO": self = .helo(domain: try Self.domain(argument))
        case "MAIL":
            var reader = PathReader(try Self.argument(of: argument, after: "FROM:"))
            let path = try reader.path(nullAllowed: true)
            let parameters = try MailParameters(parsing: reader.rest)
            if !parameters.isSMTPUTF8, !path.isASCII { throw .needsSMTPUTF8 }
            self = .mail(reversePath: path, parameters: parameters)
        case "RCPT":
            var reader = PathReader(try Self.argument(of: argument, after: "TO:"))
            let path = try reader.path(nullAllowed: false)
            if !reader.rest.trimmingSpaces.isEmpty {
                throw Refusal(555, 5, 5, 4, "no RCPT parameters are offered")
            }
            self = .rcpt(forwardPath: path)
        case "DATA": self = try Self.bare(.data, argument)
        case "RSET": self = try Self.bare(.rset, argument)
        case "QUIT": self = try Self.bare(.quit, argument)
        case "NOOP": self = .noop
        case "VRFY": self = .vrfy
        case "EXPN", "HELP", "TURN", "SEND", "SOML", "SAML", "STARTTLS", "AUTH", "BDAT", "ETRN":
            throw Refusal(502, 5, 5, 1, "command not offered")
        default: throw Refusal(500, 5, 5, 2, "command not recognised")
        }
    }

    private static func bare(_ command: Command, _ argument: Substring) throws(Refusal) -> Command {
        guard argument.isEmpty else { throw Refusal(501, 5, 5, 4, "this command takes no argument") }
        return command
    }

    private static func domain(_ argument: Substring) throws(Refusal) -> String {
        guard !argument.isEmpty, argument.utf8.count <= 255,
            argument.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw Refusal(501, 5, 5, 4, "a domain or an address literal is needed") }
        return String(argument)
    }

    private static func argument(of text: Substring, after keyword: String) throws(Refusal) -> Substring {
        guard text.prefix(keyword.count).uppercased() == keyword else {
            throw Refusal(501, 5, 5, 4, "expected \(keyword)<path>")
        }
        return text.dropFirst(keyword.count)
    }
}

/// The reply to a command that cannot be carried out as it stands.
struct Refusal: Error, Equatable {
    let reply: Reply

    init(_ code: Int, _ class: Int, _ subject: Int, _ detail: Int, _ text: String) {
        reply = Reply(code, `class`, subject, detail, text)
    }

    /// RFC 6531 §3.5.
    static let needsSMTPUTF8 = Refusal(553, 5, 6, 7, "a non-ASCII address needs SMTPUTF8")
}

extension StringProtocol {
    var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}

extension Substring {
    var trimmingSpaces: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
