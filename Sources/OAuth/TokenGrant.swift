import JSON

/// What a token endpoint grants (RFC 6749 §5.1); prints without its tokens.
package struct TokenGrant: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package let accessToken: String
    /// Nil where the one that was used stays good.
    package let refreshToken: String?
    /// How long the access token is good from when it was asked for, seconds; a guess where the server says nothing.
    package let seconds: Int

    /// What is assumed of a server that names no time. Too long a guess costs one refused login, which renews it.
    private static let usual = 1_800
    /// Whatever a server says, a token is renewed after a day.
    private static let longest = 86_400
    private static let longestToken = 16_384

    /// - Throws: of kind `strange`, which quotes nothing of the answer.
    init(_ answer: JSON.Object) throws(OAuthError) {
        guard let type = answer["token_type"]?.string, type.lowercased() == "bearer" else {
            throw Self.strange("the token is not of type Bearer")
        }
        guard let access = answer["access_token"]?.string, Self.isToken(access) else {
            throw Self.strange("there is no access token that can be sent")
        }
        refreshToken = try answer["refresh_token"].flatMap { token throws(OAuthError) -> String? in
            if token.isNull { return nil }
            guard let token = token.string, Self.isToken(token) else {
                throw Self.strange("its refresh token cannot be sent")
            }
            return token
        }
        accessToken = access
        // Some write a number as a string; "nan" is one too, and no time.
        let told = answer["expires_in"].flatMap { $0.number ?? $0.string.flatMap(Double.init) }
            .flatMap { $0.isNaN ? nil : $0 }
        seconds = told.map { Int(min(max($0, 0), Double(Self.longest))) } ?? Self.usual
    }

    package var description: String { "token for \(seconds) s" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["seconds": seconds]) }

    private static func strange(_ detail: String) -> OAuthError {
        OAuthError(.strange, detail, mayHaveBeenHeard: true)
    }

    /// Visible ASCII (RFC 6749 appendix A.12, without the space): nothing in it can end a line or a SASL field.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestToken
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
