import Curl
import Mail

/// What the last EHLO reply offered (RFC 5321 §4.1.1.1), keywords in upper case.
struct Capabilities: Sendable, Hashable {
    private(set) var keywords: [String: String] = [:]

    init() {}

    /// A 220 (greeting, or the answer to STARTTLS) makes all earlier offers void; the first 250 line after it is
    /// the greeting, each later one a keyword.
    init(_ session: Session) {
        var greeted = false
        for case .server(let line) in session.lines {
            switch Reply.code(of: line) {
            case 220:
                keywords = [:]
                greeted = false
            case 250 where !greeted: greeted = true
            case 250:
                let words = line.dropFirst(4).split(separator: " ", maxSplits: 1)
                guard let keyword = words.first else { continue }
                let old = keyword.uppercased().hasPrefix("AUTH=")
                let name = old ? "AUTH" : keyword.uppercased()
                let value = old ? String(keyword.dropFirst(5)) : ""
                keywords[name] = ([value] + words.dropFirst().map(String.init)).filter { !$0.isEmpty }
                    .joined(separator: " ")
            default: continue
            }
        }
    }

    /// Many commands may go out before their replies are read (RFC 2920).
    var pipelining: Bool { keywords["PIPELINING"] != nil }
    /// RFC 6152.
    var eightBitMIME: Bool { keywords["8BITMIME"] != nil }
    /// RFC 6531.
    var smtputf8: Bool { keywords["SMTPUTF8"] != nil }
    var offersSize: Bool { keywords["SIZE"] != nil }
    /// Octets (RFC 1870); nil when there is no fixed limit.
    var sizeLimit: Int? { keywords["SIZE"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
    /// The SASL mechanisms as offered; nil without AUTH.
    var auth: [String]? { keywords["AUTH"].map { $0.split(separator: " ").map(String.init) } }
}
