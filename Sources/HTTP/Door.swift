import FoundationEssentials
import MCP
import Tools

/// Lets a request in or says why not: who is addressed, which page asks, who asks. Nothing is parsed before.
struct Door: Sendable {
    let settings: HTTPSettings
    private let checks: HTTPGuard
    private let knowsItsNames: Bool

    init(_ settings: HTTPSettings) {
        self.settings = settings
        self.knowsItsNames = settings.isLoopback || !settings.hosts.isEmpty
        // Every port: what leads here may stand behind a forwarded one, and it is the name that rebinding cannot fake.
        self.checks = HTTPGuard(
            port: nil, hosts: settings.names,
            tokens: settings.token.map { [HTTPGuard.Token(secret: $0, principal: "bearer")] } ?? [],
            body: settings.limits.messageBody)
    }

    /// - Parameters:
    ///   - isProbe: of what tells nothing and is asked by programs that have no token.
    ///   - isPage: of what a person sees in a browser, which asks them for the token as a password.
    ///   - isShared: of a page where programs ask as well; a browser is then known by asking for HTML, as it does not do
    ///     for what belongs to a page.
    /// - Returns: the principal.
    func admit(
        _ fields: HTTPFields, isProbe: Bool = false, isPage: Bool = false, isShared: Bool = true
    ) throws(Refused) -> String {
        do throws(HTTPRefusal) {
            let host = try host(fields)
            try checks.checkOrigin(fields, at: host)
            if isProbe { return HTTPGuard.anyone }
            return try checks.principal(isPage ? Self.password(fields) ?? fields : fields)
        } catch {
            var refused = error.fields
            let asks = error.status == 401 && isPage && (!isShared || MediaType.wantsHTML(fields))
            if asks { refused.append("WWW-Authenticate", #"Basic realm="Envelope", charset="UTF-8""#) }
            throw Refused(
                Problem(error.status, error.reason, hint: Self.hint(error.status)), fields: refused)
        }
    }

    /// The password of RFC 7617 §2 as the token that it is; nil where there is none. A browser cannot be told to show
    /// a bearer token, and shows a password unasked to this server's paths alone.
    private static func password(_ fields: HTTPFields) -> HTTPFields? {
        guard let value = fields.only("Authorization"), value.prefix(6).lowercased() == "basic ",
            let pair = Data(base64Encoded: String(value.dropFirst(6)))
        else { return nil }
        let text = String(decoding: pair, as: UTF8.self)
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return ["Authorization": "Bearer \(text[text.utf8.index(after: colon)...])"]
    }

    /// With a token, and beyond loopback where no names are set, any name will do: a page of another name has no token.
    private func host(_ fields: HTTPFields) throws(HTTPRefusal) -> Authority {
        if knowsItsNames { return try checks.checkHost(fields) }
        guard let text = fields.only("Host"), let host = Authority(text) else {
            throw HTTPRefusal(400, "A request must have one `Host` that names a host.")
        }
        return host
    }

    private static func hint(_ status: Int) -> String {
        switch status {
        case 400: "Send one Host field, as in `Host: localhost:8000`."
        case 401:
            "Send `Authorization: Bearer` with the token in ENVELOPE_HTTP_TOKEN; in a browser, give it as the password."
        case 403: "Call from a program, or from a page of this server: it allows no other site's pages."
        default: "Use http://localhost or http://127.0.0.1, or name this host in ENVELOPE_HTTP_HOSTS."
        }
    }
}

/// A request that is answered with a problem, and what the status demands beside it, such as `Allow`.
struct Refused: Error {
    let problem: Problem
    let fields: HTTPFields

    init(_ problem: Problem, fields: HTTPFields = [:]) {
        self.problem = problem
        var fields = fields
        if let seconds = problem.retryAfter { fields.append("Retry-After", String(seconds)) }
        self.fields = fields
    }

    /// - Parameter status: 4yz or 5yz.
    init(_ status: Int, _ message: String, hint: String, field: String? = nil, fields: HTTPFields = [:]) {
        self.init(Problem(status, message, hint: hint, field: field), fields: fields)
    }

    var reply: HTTPReply { .problem(problem, fields: fields) }
}
