/// A request of HTTP/1.1 as it may go out: checked when it is made, so that nothing in it can end a line, name another
/// protocol or carry a password in the URL.
///
/// Certificates and host names are verified, TLS is 1.2 or later, no proxy, cookie, `.netrc` or earlier connection is
/// used. Prints without its fields and its body, which may hold secrets.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Where a connection may lead to; judged by the address itself, after the name was looked up, so that a name which
    /// changes its address in between gains nothing.
    package enum Reach: Sendable, Hashable {
        case everywhere
        /// Only addresses of the public Internet, and these, written as `127.0.0.1` or `::1`.
        case publicAddresses(and: Set<String> = [])
    }

    /// What is taken from the server at most, octets.
    package struct Limits: Sendable, Hashable {
        /// All header sections of the exchange together.
        package var header: Int
        package var body: Int
        /// True keeps the beginning of a body that is too long, instead of failing with `tooLong`.
        package var cutsBody: Bool

        package init(header: Int = 32_768, body: Int = 262_144, cutsBody: Bool = false) {
            self.header = header
            self.body = body
            self.cutsBody = cutsBody
        }
    }

    static let longestURL = 4_096
    static let longestBody = 1_048_576

    package let method: Method
    package let url: String
    package let fields: [HTTPField]
    package let body: [UInt8]
    package var reach: Reach
    package var limits: Limits
    /// A PEM file of certificate authorities to trust instead of the system's.
    package var caFile: String?
    /// How many redirects to follow; only GET follows any, from https to https alone.
    package var redirects: Int
    /// True uses the proxy that the environment names (`https_proxy`); then `reach` judges the proxy's address.
    package var usesEnvironmentProxy = false

    /// - Parameters:
    ///   - url: `https://…` or `http://…`, printable ASCII, at most 4,096 octets, without user information.
    ///   - body: at most 1 MiB; its type goes into `fields`.
    /// - Throws: `CurlError` of kind `unfit`, which quotes nothing of the request.
    package init(
        _ method: Method, _ url: String, fields: [HTTPField] = [], body: [UInt8] = [],
        reach: Reach = .publicAddresses(), limits: Limits = Limits(), caFile: String? = nil,
        redirects: Int = 0
    ) throws(CurlError) {
        if let fault = Self.fault(in: url) { throw CurlError(.unfit, detail: fault) }
        guard fields.count <= 64, fields.allSatisfy(\.isFit) else {
            throw CurlError(
                .unfit, detail: "a field of the request has a name or value that HTTP does not allow")
        }
        guard body.count <= Self.longestBody else {
            throw CurlError(.unfit, detail: "the body of the request is longer than 1 MiB")
        }
        guard body.isEmpty || method != .get else { throw CurlError(.unfit, detail: "a GET has no body") }
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.reach = reach
        self.limits = limits
        self.caFile = caFile
        self.redirects = method == .get ? max(0, redirects) : 0
    }

    var isSecure: Bool { url.prefix(6).lowercased() == "https:" }

    /// What is wrong with a URL, as a sentence without it; nil when it can be asked for.
    package static func fault(in url: String) -> String? {
        guard url.utf8.count <= longestURL else { return "the URL is longer than 4,096 octets" }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }) else {
            return "the URL holds a space, a control character, a backslash or a letter outside ASCII"
        }
        let lower = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else {
            return "the URL does not begin with https:// or http://"
        }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        if authority.contains("@") { return "the URL holds a user name or password" }
        if authority.isEmpty || authority.hasPrefix(":") { return "the URL names no host" }
        return nil
    }
}

extension HTTPRequest {
    /// What keeps a host that is written as an address from being public, in a few words; nil for a public one and for
    /// every name, which is judged when it is connected to.
    package static func peculiarity(ofHostIn url: String) -> String? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
        let host =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return NetworkAddress(String(host))?.peculiarity
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(method.rawValue) request" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["method": method]) }
}
