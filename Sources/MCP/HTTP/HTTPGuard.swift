/// The checks at the door that say nothing about a protocol: who is addressed, which page asks, who asks, how much is
/// sent. They hold for every method and route, and come before anything is parsed.
package struct HTTPGuard: Sendable {
    /// A secret that a client shows, and what it is known by once it has.
    package struct Token: Sendable {
        /// At least 128 bits of randomness.
        package let secret: String
        package let principal: String

        package init(secret: String, principal: String) {
            self.secret = secret
            self.principal = principal
        }
    }

    /// The port that this server listens on; nil when it is not known, which allows every port.
    package let port: Int?
    /// Further names of this server, with a port where only that one is meant.
    package let hosts: [Authority]
    /// Pages that may call beside this server's own.
    package let origins: [Origin]
    /// Empty: nobody is asked, and all are one principal.
    package let tokens: [Token]
    /// Bytes that a body may have.
    package let body: Int

    package init(port: Int?, hosts: [Authority] = [], origins: [Origin] = [], tokens: [Token] = [], body: Int)
    {
        self.port = port
        self.hosts = hosts
        self.origins = origins
        self.tokens = tokens
        self.body = body
    }

    /// Who asks when nobody is asked who they are.
    package static let anyone = "anyone"

    /// All checks in their order: host, origin, bearer, announced size.
    ///
    /// - Returns: the principal.
    /// - Throws: `HTTPRefusal` with 400, 421, 403, 401 or 413.
    package func admit(_ fields: HTTPFields) throws(HTTPRefusal) -> String {
        let host = try checkHost(fields)
        try checkOrigin(fields, at: host)
        let principal = try principal(fields)
        try checkSize(fields)
        return principal
    }

    /// Against DNS rebinding: a page that made its own name lead here still names itself in `Host`.
    package func checkHost(_ fields: HTTPFields) throws(HTTPRefusal) -> Authority {
        guard let text = fields.only("Host"), let host = Authority(text) else {
            throw HTTPRefusal(400, "A request must have one `Host` that names a host.")
        }
        let isOurs = host.isLoopback && (port == nil || host.port == nil || host.port == port)
        let isNamed = hosts.contains { $0.host == host.host && ($0.port == nil || $0.port == host.port) }
        if !isOurs && !isNamed { throw HTTPRefusal(421, "This server does not answer for that `Host`.") }
        return host
    }

    /// Absent is fine, since programs send none; what a browser sends must be this server's own or an allowed one.
    package func checkOrigin(_ fields: HTTPFields, at host: Authority) throws(HTTPRefusal) {
        let values = fields.values(of: "Origin")
        if values.isEmpty { return }
        guard values.count == 1, let origin = Origin(values[0]),
            origin.isSame(as: host) || origins.contains(origin)
        else { throw HTTPRefusal(403, "This server does not answer pages of that `Origin`.") }
    }

    /// RFC 6750 §2.1 and §3: the token comes in `Authorization` alone, never in the query.
    package func principal(_ fields: HTTPFields) throws(HTTPRefusal) -> String {
        if tokens.isEmpty { return Self.anyone }
        let values = fields.values(of: "Authorization")
        let words = values.first?.split(separator: " ", maxSplits: 1) ?? []
        if values.count != 1 || words.count != 2 || words[0].asciiLowercased != "bearer" {
            throw HTTPRefusal(
                401, "Send `Authorization: Bearer` with the server's token.",
                fields: ["WWW-Authenticate": "Bearer"])
        }
        let shown = Array(words[1].withoutOuterWhitespace.utf8)
        var principal: String?
        // Every token is compared, and to its end, so that the time tells nothing.
        for token in tokens where Self.isEqual(shown, Array(token.secret.utf8)) {
            principal = token.principal
        }
        if let principal { return principal }
        throw HTTPRefusal(
            401, "That is not a token of this server.",
            fields: ["WWW-Authenticate": #"Bearer error="invalid_token""#])
    }

    /// What `Content-Length` announces; a body without it must be counted as it comes.
    package func checkSize(_ fields: HTTPFields) throws(HTTPRefusal) {
        for value in fields.values(of: "Content-Length") {
            guard let size = Int(value), size >= 0 else {
                throw HTTPRefusal(400, "`Content-Length` must be a number.")
            }
            if size > body { throw tooLarge }
        }
    }

    /// For a body that turned out longer than it may be.
    package var tooLarge: HTTPRefusal { HTTPRefusal(413, "A body may be at most \(body) bytes long.") }

    /// Takes as long for any two texts of these lengths (the length itself is no secret).
    private static func isEqual(_ shown: [UInt8], _ secret: [UInt8]) -> Bool {
        if secret.isEmpty { return false }
        var difference: UInt8 = shown.count == secret.count ? 0 : 1
        for place in shown.indices { difference |= shown[place] ^ secret[place % secret.count] }
        return difference == 0
    }
}
