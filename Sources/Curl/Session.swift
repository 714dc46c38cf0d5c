/// What was said and reached while libcurl made a session: commands, reply lines, milestones.
package struct Session: Sendable, Hashable {
    package enum Line: Sendable, Hashable {
        /// A command as it went out; everything that could hold a credential is already struck out.
        case client(String)
        /// A reply line as it came in, without its line end: untrusted octets, repaired to UTF-8.
        case server(String)
    }

    /// In order; at most 200, each at most 2,000 octets.
    package internal(set) var lines: [Line] = []
    package internal(set) var isResolved = false
    package internal(set) var isConnected = false
    /// True once a TLS handshake ended well.
    package internal(set) var isSecured = false

    /// The server's, as `ConnectRequest.publicKey`; only where a key was pinned.
    package internal(set) var publicKey: String?

    package init() {}

    static let maximumLines = 200
    static let maximumLineLength = 2_000

    mutating func append(_ line: Line) {
        if lines.count < Self.maximumLines { lines.append(line) }
    }

    /// Keeps a command's verb, and of AUTH the mechanism; whatever else goes out may be a credential.
    static func withoutCredentials(_ command: String) -> String {
        let words = command.split(separator: " ", omittingEmptySubsequences: true)
        switch words.first?.uppercased() {
        case "EHLO", "HELO", "STARTTLS", "CAPABILITY": return command
        case "AUTH": return words.count > 2 ? "AUTH \(words[1]) •••" : command
        default: return "•••"
        }
    }
}
