import CCurl

/// What was said and reached while libcurl made a session: commands, reply lines, milestones.
package struct Session: Sendable, Hashable {
    package enum Line: Sendable, Hashable {
        /// A command as it went out; everything that could hold a credential is already struck out.
        case client(String)
        /// A reply line as it came in, without its line end: untrusted octets, repaired to UTF-8.
        case server(String)
    }

    /// In order; at most 200, each at most 2,000 octets. Of more than that the oldest replies are missing, but for the
    /// very first line.
    package internal(set) var lines: [Line] = []
    package internal(set) var isResolved = false
    package internal(set) var isConnected = false
    /// True once a TLS handshake ended well.
    package internal(set) var isSecured = false

    /// True once something of an HTTP request was written: the server may have acted on it.
    package internal(set) var isRequested = false
    /// The server's, as `ConnectRequest.publicKey`; only where a key was pinned.
    package internal(set) var publicKey: String?

    package init() {}

    static let maximumLines = 200
    static let maximumLineLength = 2_000

    mutating func append(_ line: Line) {
        lines.append(line)
        guard lines.count > Self.maximumLines else { return }
        // The newest say what the server offers and how it ended; the first, what kind of server it is.
        let oldest = lines.indices.dropFirst().first { if case .server = lines[$0] { true } else { false } }
        lines.remove(at: oldest ?? 1)
    }

    /// Keeps a command's verb, and of AUTH the mechanism; whatever else goes out may be a credential.
    static func withoutCredentials(_ command: String) -> String {
        var words = command.split(separator: " ", omittingEmptySubsequences: true)
        var tag = ""
        if let first = words.first, isTag(first) { tag = "\(words.removeFirst()) " }
        switch words.first?.uppercased() {
        case "EHLO", "HELO", "STARTTLS", "CAPABILITY": return command
        case "AUTH": return words.count > 2 ? "AUTH \(words[1]) •••" : command
        case "AUTHENTICATE" where !tag.isEmpty && words.count > 1: return "\(tag)AUTHENTICATE \(words[1]) •••"
        case "LOGIN" where !tag.isEmpty: return "\(tag)LOGIN •••"
        default: return "•••"
        }
    }

    /// libcurl's tag of an IMAP command: a letter and three digits.
    private static func isTag(_ word: Substring) -> Bool {
        word.utf8.count == 4 && word.utf8.first.map { (0x41...0x5A).contains($0) } == true
            && word.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}

extension Session {
    /// Asks libcurl how far the handle has come.
    mutating func note(_ easy: UnsafeMutableRawPointer) {
        func isReached(_ info: CURLINFO) -> Bool {
            var microseconds: curl_off_t = 0
            return ccurl_get_offset(easy, info, &microseconds) == CURLE_OK && microseconds > 0
        }
        isConnected = isReached(CURLINFO_CONNECT_TIME_T)
        isResolved = isConnected || isReached(CURLINFO_NAMELOOKUP_TIME_T)
        isSecured = isReached(CURLINFO_APPCONNECT_TIME_T)
    }
}
