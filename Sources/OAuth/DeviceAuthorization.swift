import JSON

/// A code that a person types in at the provider's page, on whatever device has a browser (RFC 8628).
package struct DeviceAuthorization: Sendable {
    /// What to type.
    package let userCode: String
    /// Where.
    package let page: String
    /// The same with the code in it; nil where there is none.
    package let wholePage: String?
    /// How long the code is good, seconds.
    package let seconds: Double
    private let code: String
    private let interval: Double

    /// §3.5: each `slow_down` adds five seconds.
    private static let slower = 5.0
    private static let slowest = 60.0

    /// Asks for a code.
    package static func begin(_ client: OAuthClient) async throws(OAuthError) -> DeviceAuthorization {
        guard let url = client.provider.deviceURL else {
            throw OAuthError(.unfit, "\(client.provider.name) gives no codes for other devices")
        }
        return try DeviceAuthorization(
            try await client.post([FormField("scope", client.provider.scope)], to: url))
    }

    init(_ answer: JSON.Object) throws(OAuthError) {
        // One large provider used to say `url`.
        let page = answer["verification_uri"]?.string ?? answer["verification_url"]?.string
        guard let code = answer["device_code"]?.string, !code.isEmpty, code.utf8.count <= 4_096,
            let userCode = answer["user_code"]?.string.map({
                OAuthError.clean($0, without: [], limit: 64)
            }), !userCode.isEmpty,
            let page, OAuthProvider.fault(inEndpoint: page) == nil
        else { throw OAuthError(.strange, "its answer holds no code and page to sign in with") }
        self.code = code
        self.userCode = userCode
        self.page = page
        wholePage = answer["verification_uri_complete"]?.string.flatMap {
            OAuthProvider.fault(inEndpoint: $0) == nil ? $0 : nil
        }
        seconds = min(max(answer["expires_in"]?.number ?? 900, 1), 1_800)
        interval = min(max(answer["interval"]?.number ?? 5, 1), Self.slowest)
    }

    /// Asks again and again until the person has decided, never more often than the server allows.
    ///
    /// - Parameter sleep: returns early, by throwing, when the task is cancelled.
    package func grant(
        _ client: OAuthClient, sleep: (Duration) async throws -> Void
    ) async throws(OAuthError) -> TokenGrant {
        var interval = interval
        var waited = 0.0
        while waited < seconds {
            do { try await sleep(.seconds(interval)) } catch {
                throw OAuthError(.cancelled, "it was stopped")
            }
            waited += interval
            do throws(OAuthError) {
                return try await client.grant([
                    FormField("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                    FormField("device_code", code),
                ])
            } catch {
                switch (error.code, error.kind) {
                case ("authorization_pending", _): continue
                case ("slow_down", _): interval = min(interval + Self.slower, Self.slowest)
                // §3.5: a server that does not answer is asked half as often.
                case (_, .unavailable): interval = min(interval * 2, Self.slowest)
                default: throw error
                }
            }
        }
        throw OAuthError(.expired, "nobody entered the code in time")
    }
}
