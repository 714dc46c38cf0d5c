package import Curl
import JSON

/// A program as a provider knows it, on its way to that provider's endpoints; prints without its secret.
package struct OAuthClient: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    package let provider: OAuthProvider
    package let id: String
    let secret: String?
    private let caFile: String?
    private let deadline: Duration
    private let engine: Engine

    /// Answers of the largest providers are 5 KiB.
    private static let longestAnswer = 65_536

    /// - Parameters:
    ///   - secret: nil for a public client (RFC 6749 §2.1).
    ///   - caFile: PEM of the authorities to trust instead of the system's.
    ///   - deadline: for one exchange with an endpoint.
    package init(
        provider: OAuthProvider, id: String, secret: String?, caFile: String? = nil,
        deadline: Duration = .seconds(20), engine: Engine
    ) {
        self.deadline = deadline
        self.provider = provider
        self.id = id
        self.secret = secret
        self.caFile = caFile
        self.engine = engine
    }

    package var description: String { "client of \(provider.name)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["provider": provider.name]) }

    /// A new access token, and mostly a new refresh token, for a refresh token (RFC 6749 §6).
    package func renew(_ refreshToken: String) async throws(OAuthError) -> TokenGrant {
        try await grant([
            FormField("grant_type", "refresh_token"), FormField("refresh_token", refreshToken),
        ])
    }

    /// What an authorization code is worth (RFC 6749 §4.1.3, RFC 7636 §4.5).
    package func redeem(
        _ code: String, of request: AuthorizationRequest
    ) async throws(OAuthError) -> TokenGrant {
        try await grant([
            FormField("grant_type", "authorization_code"), FormField("code", code),
            FormField("redirect_uri", request.redirectURI), FormField("code_verifier", request.verifier),
        ])
    }

    func grant(_ fields: [FormField]) async throws(OAuthError) -> TokenGrant {
        try TokenGrant(try await post(fields, to: provider.tokenURL))
    }

    /// Posts a form with the client's id and secret (RFC 6749 §2.3.1), follows no redirect, and gives the object that
    /// comes back with 200.
    func post(_ fields: [FormField], to url: String) async throws(OAuthError) -> JSON.Object {
        var form = fields + [FormField("client_id", id)]
        if let secret { form.append(FormField("client_secret", secret)) }
        let sent = form.filter { !["grant_type", "client_id", "redirect_uri", "scope"].contains($0.name) }
            .map(\.value)
        let response: HTTPResponse
        do {
            let request = try HTTPRequest(
                .post, url,
                fields: [
                    HTTPField("Content-Type", "application/x-www-form-urlencoded"),
                    HTTPField("Accept", "application/json"),
                ], body: Array(FormField.text(form).utf8),
                // A company's own provider may well be inside its network.
                reach: .everywhere, limits: .init(body: Self.longestAnswer), caFile: caFile)
            response = try await engine.perform(request, deadline: .now + deadline)
        } catch {
            throw fault(error, without: sent)
        }
        let answer = (try? JSON(parsing: response.body, depth: 16))?.object
        if response.status == 200, let answer { return answer }
        if let code = answer?["error"]?.string, !(300...399).contains(response.status) {
            throw OAuthError(
                code: code, description: answer?["error_description"]?.string, status: response.status,
                without: sent)
        }
        throw Self.fault(response.status)
    }

    private func fault(_ error: CurlError, without sent: [String]) -> OAuthError {
        let isHeard = error.session.isRequested
        let words = OAuthError.clean(error.detail, without: sent, limit: 200)
        return switch error.kind {
        case .cancelled, .stopped: OAuthError(.cancelled, "it was stopped", mayHaveBeenHeard: isHeard)
        case .unfit: OAuthError(.unfit, words)
        case .tooLong: OAuthError(.strange, "its answer is too long", mayHaveBeenHeard: true)
        case .timedOut:
            OAuthError(.unavailable, "it did not answer within \(deadline)", mayHaveBeenHeard: isHeard)
        default: OAuthError(.unavailable, "it cannot be reached: \(words)", mayHaveBeenHeard: isHeard)
        }
    }

    /// An answer without the JSON that belongs to it.
    private static func fault(_ status: Int) -> OAuthError {
        switch status {
        case 408, 429, 500...599:
            OAuthError(.unavailable, "it answered with HTTP status \(status)", mayHaveBeenHeard: true)
        case 300...399:
            OAuthError(
                .strange, "it answered with a redirect (\(status)), which is not followed",
                mayHaveBeenHeard: true)
        default:
            OAuthError(
                .strange, "it answered with HTTP status \(status) and without JSON of OAuth",
                mayHaveBeenHeard: true)
        }
    }
}
