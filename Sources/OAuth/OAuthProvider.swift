import Curl

/// Where to sign in for mail, and what to ask for there (RFC 6749 §3, RFC 8628 §3.1).
package struct OAuthProvider: Sendable, Hashable {
    /// `google`, `microsoft` or `custom`.
    package let id: String
    /// What people call it.
    package let name: String
    /// Nil where nobody can sign in by a browser on this machine.
    package let authorizationURL: String?
    /// Nil where there is no code to type in on another device.
    package let deviceURL: String?
    package let tokenURL: String
    /// Separated by spaces.
    package let scope: String
    /// What its authorization endpoint wants besides.
    package let extras: [FormField]
    /// The host in the redirect URI, as programs register it there: 127.0.0.1 (RFC 8252 §7.3) or localhost.
    package let redirectHost: String

    package static let ids = ["google", "microsoft", "custom"]

    /// Google: by a browser, because its codes for devices never grant the scope for mail.
    package static let google = OAuthProvider(
        id: "google", name: "Google", authorizationURL: "https://accounts.google.com/o/oauth2/v2/auth",
        deviceURL: nil, tokenURL: "https://oauth2.googleapis.com/token", scope: "https://mail.google.com/",
        // Without these a second sign-in gives no refresh token.
        extras: [FormField("access_type", "offline"), FormField("prompt", "consent")],
        redirectHost: "127.0.0.1")

    /// Microsoft, for work, school and personal accounts.
    ///
    /// - Parameter tenant: `common`, `consumers`, `organizations`, or a directory's id or domain.
    package static func microsoft(tenant: String = "common") throws(OAuthError) -> OAuthProvider {
        guard !tenant.isEmpty, tenant.utf8.count <= 253,
            tenant.utf8.allSatisfy({ octet in
                (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF) || octet == 0x2D
                    || octet == 0x2E
            })
        else { throw OAuthError(.unfit, "the tenant is no id or domain of a directory") }
        let base = "https://login.microsoftonline.com/\(tenant)/oauth2/v2.0/"
        return OAuthProvider(
            id: "microsoft", name: "Microsoft", authorizationURL: base + "authorize",
            deviceURL: base + "devicecode", tokenURL: base + "token",
            scope:
                "https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
            extras: [FormField("prompt", "select_account")],
            // Registered without a port, and the port is not compared there.
            redirectHost: "localhost")
    }

    /// - Throws: for an endpoint that is not https, or http to this machine.
    package static func custom(
        authorizationURL: String?, deviceURL: String?, tokenURL: String, scope: String
    ) throws(OAuthError) -> OAuthProvider {
        try OAuthProvider(
            checking: "custom", "the OAuth server", authorizationURL: authorizationURL, deviceURL: deviceURL,
            tokenURL: tokenURL, scope: scope, extras: [], redirectHost: "127.0.0.1")
    }

    /// The same with endpoints and scope of one's own; nil leaves what is there.
    package func with(
        authorizationURL: String?, deviceURL: String?, tokenURL: String?, scope: String?
    ) throws(OAuthError) -> OAuthProvider {
        try OAuthProvider(
            checking: id, name, authorizationURL: authorizationURL ?? self.authorizationURL,
            deviceURL: deviceURL ?? self.deviceURL, tokenURL: tokenURL ?? self.tokenURL,
            scope: scope ?? self.scope, extras: extras, redirectHost: redirectHost)
    }

    private init(
        checking id: String, _ name: String, authorizationURL: String?, deviceURL: String?, tokenURL: String,
        scope: String, extras: [FormField], redirectHost: String
    ) throws(OAuthError) {
        for (url, what) in [
            (authorizationURL, "authorization"), (deviceURL, "device"), (tokenURL, "token"),
        ] {
            if let url, let fault = Self.fault(inEndpoint: url) {
                throw OAuthError(.unfit, "the \(what) endpoint cannot be used: \(fault)")
            }
        }
        guard scope.utf8.count <= 2_000, scope.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw OAuthError(.unfit, "the scope is too long, or no printable ASCII")
        }
        self.init(
            id: id, name: name, authorizationURL: authorizationURL, deviceURL: deviceURL, tokenURL: tokenURL,
            scope: scope, extras: extras, redirectHost: redirectHost)
    }

    private init(
        id: String, name: String, authorizationURL: String?, deviceURL: String?, tokenURL: String,
        scope: String,
        extras: [FormField], redirectHost: String
    ) {
        self.id = id
        self.name = name
        self.authorizationURL = authorizationURL
        self.deviceURL = deviceURL
        self.tokenURL = tokenURL
        self.scope = scope
        self.extras = extras
        self.redirectHost = redirectHost
    }

    /// Why an endpoint cannot be used, as a clause without the URL; nil when it can. Tokens travel by TLS, or stay on
    /// this machine.
    static func fault(inEndpoint url: String) -> String? {
        if let fault = HTTPRequest.fault(in: url) { return fault }
        // Nothing that a shell, a terminal or HTML gives a meaning to: people copy these.
        guard url.utf8.allSatisfy({ !Array("\"'<>`$;|(){}#".utf8).contains($0) }) else {
            return "it holds a quotation mark, a bracket or a fragment"
        }
        if url.lowercased().hasPrefix("https://") { return nil }
        let authority = url.dropFirst("http://".count).prefix { !"/?".contains($0) }
        let host =
            authority.hasPrefix("[")
            ? authority.prefix { $0 != "]" }.dropFirst() : authority.prefix { $0 != ":" }
        return ["127.0.0.1", "localhost", "::1"].contains(host.lowercased())
            ? nil : "it is not https://"
    }
}
