import Curl
import Mail

/// What was said on a line, for people: in order, printable, at most 200 lines; no credentials, no message text.
struct Conversation: Sendable {
    private let strikeout: Strikeout
    private(set) var lines: [String] = []

    static let maximumLines = 200

    init(strikeout: Strikeout) { self.strikeout = strikeout }

    /// How libcurl made the session.
    mutating func converse(_ session: Session) {
        for line in session.lines {
            switch line {
            case .client(let command): note("C: \(command)")
            // What comes with + belongs to the exchange of credentials.
            case .server(let text): note("S: " + (text.hasPrefix("+") ? "+ •••" : text))
            }
        }
    }

    mutating func say(_ tag: String, _ command: Command) {
        var text = ""
        for piece in command.pieces {
            switch piece {
            case .text(let octets): text += String(decoding: octets, as: UTF8.self)
            case .literal(let octets): text += "(\(octets.count) octets)"
            }
        }
        note("C: \(tag) \(text)")
    }

    /// Keeps statuses only: everything else may quote a message.
    mutating func hear(_ response: Response) {
        switch response {
        case .status(let status): note("S: * " + Self.text(status))
        case .completed(let tag, let status): note("S: \(tag) " + Self.text(status))
        case .continuation: note("S: +")
        default: break
        }
    }

    /// The error with everything that was said before it.
    func closing(_ error: IMAPError) -> IMAPError {
        var error = error
        error.conversation = lines
        return error
    }

    private static func text(_ status: Status) -> String {
        [status.condition.rawValue, status.code?.description, status.text].compactMap { $0 }.joined(
            separator: " ")
    }

    private mutating func note(_ line: String) {
        if lines.count < Self.maximumLines {
            lines.append(Reply.printable(strikeout(line), limit: 500))
        } else if lines.count == Self.maximumLines {
            lines.append("(more was said)")
        }
    }
}
