import Curl
import Mail

/// What the last EHLO reply offered (RFC 5321 §4.1.1.1), keywords in upper case.
struct Capabilities: Sendable, Hashable {
    /// A 220 (greeting, or the answer to STARTTLS) makes all earlier offers void; the first 250 line after it is
    /// the greeting, each later one a keyword.
    init(_ session: Session) {
        var keywords: [String: String] = [:]
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
        // Looked up once: every transaction on the connection asks.
        startTLS = keywords["STARTTLS"] != nil
        pipelining = keywords["PIPELINING"] != nil
        eightBitMIME = keywords["8BITMIME"] != nil
        smtputf8 = keywords["SMTPUTF8"] != nil
        offersSize = keywords["SIZE"] != nil
        sizeLimit = keywords["SIZE"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        auth = keywords["AUTH"].map { $0.split(separator: " ").map(String.init) }
    }

    /// RFC 3207.
    private(set) var startTLS = false
    /// Many commands may go out before their replies are read (RFC 2920).
    private(set) var pipelining = false
    /// RFC 6152.
    private(set) var eightBitMIME = false
    /// RFC 6531.
    private(set) var smtputf8 = false
    private(set) var offersSize = false
    /// Octets (RFC 1870); nil when there is no fixed limit.
    private(set) var sizeLimit: Int?
    /// The SASL mechanisms as offered; nil without AUTH.
    private(set) var auth: [String]?
}
