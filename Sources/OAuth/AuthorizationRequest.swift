import Mail

/// A question to a person's browser (RFC 6749 §4.1.1) with proof that whoever redeems the answer asked it (PKCE,
/// RFC 7636 with S256); prints without either.
package struct AuthorizationRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// For the browser. It holds the state and the challenge, and nothing that redeems the answer.
    package let url: String
    let redirectURI: String
    /// 43 characters of 256 random bits (§4.1).
    let verifier: String
    private let state: String

    /// - Parameters:
    ///   - port: where the answer is waited for on this machine.
    ///   - user: whom the page asks for first; nil for anybody.
    ///   - random: 64 unpredictable octets.
    ///   - sha256: the hash of the challenge.
    package init(
        _ client: OAuthClient, port: Int, user: String? = nil, random: [UInt8], sha256: ([UInt8]) -> [UInt8]
    ) throws(OAuthError) {
        guard let endpoint = client.provider.authorizationURL, random.count == 64 else {
            throw OAuthError(.unfit, "\(client.provider.name) has no page to sign in on with a browser")
        }
        state = Self.base64URL(Array(random[..<32]))
        verifier = Self.base64URL(Array(random[32...]))
        redirectURI = "http://\(client.provider.redirectHost):\(port)"
        let fields =
            [
                FormField("response_type", "code"), FormField("client_id", client.id),
                FormField("redirect_uri", redirectURI), FormField("scope", client.provider.scope),
                FormField("state", state),
                FormField("code_challenge", Self.base64URL(sha256(Array(verifier.utf8)))),
                FormField("code_challenge_method", "S256"),
            ] + (user.map { [FormField("login_hint", $0)] } ?? []) + client.provider.extras
        url = endpoint + (endpoint.contains("?") ? "&" : "?") + FormField.text(fields)
    }

    /// What came back to the redirect URI.
    enum Answer: Sendable {
        case code(String)
        case refused(OAuthError)
        /// Without the state that was sent: of another program, or of somebody who would like to be one.
        case foreign
    }

    /// - Parameter target: of the request line, `/?code=…&state=…`.
    func answer(to target: Substring) -> Answer {
        guard target.hasPrefix("/?") else { return .foreign }
        let fields = FormField.read(target.dropFirst(2))
        func value(_ name: String) -> String? {
            // A name that stands there twice is nobody's answer (RFC 6749 §3.1).
            let values = fields.filter { $0.name == name }
            return values.count == 1 ? values[0].value : nil
        }
        guard let given = value("state"), Self.isSame(given, state) else { return .foreign }
        if let error = value("error") {
            return .refused(
                OAuthError(
                    code: error, description: value("error_description"), status: nil,
                    without: [state, verifier]))
        }
        guard let code = value("code"), (1...4_096).contains(code.utf8.count) else { return .foreign }
        return .code(code)
    }

    package var description: String { "authorization request" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// In a time that tells nothing of where they differ.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        let one = Array(one.utf8)
        let other = Array(other.utf8)
        if one.count != other.count { return false }
        return zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func base64URL(_ octets: [UInt8]) -> String {
        String(
            Base64.text(octets).compactMap { letter in
                switch letter {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: letter
                }
            })
    }
}
