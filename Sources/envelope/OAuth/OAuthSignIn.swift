import Curl
import Discovery
import Glibc
import JSON
import Mail
import OAuth
import SMTP
import Sending
import Store

/// A person signs in: from flags to tokens that can be kept.
struct OAuthSignIn {
    /// What came out, to be kept with the account.
    struct Signed: Sendable {
        let login: OAuthLogin
        let access: Secret
        let refresh: Secret
        let clientSecret: Secret?

        var texts: [(kind: String, text: String?)] {
            [
                (OAuthLogin.access, access.reveal()), (OAuthLogin.refresh, refresh.reveal()),
                (OAuthLogin.client, clientSecret?.reveal()),
            ]
        }
    }

    let options: OAuthOptions
    let settings: Settings
    /// Tells programs, by a line of JSON on standard output, what it tells people on standard error.
    let isJSON: Bool

    /// How long a person may take.
    private static let patience = Duration.seconds(600)

    /// Where to sign in for a new account.
    ///
    /// - Parameters:
    ///   - word: `google`, `microsoft`, `custom`, or `auto`, which goes by who has the mailbox.
    ///   - mailbox: nil where nobody knows.
    func provider(_ word: String, for mailbox: Provider?) throws(Failure) -> OAuthProvider {
        let known = ["gmail": "google", "outlook": "microsoft", "office365": "microsoft"]
        let id = word == "auto" ? mailbox.flatMap { known[$0.id] } ?? "custom" : word
        do throws(OAuthError) {
            switch id {
            case "google": return try own(.google)
            case "microsoft": return try own(.microsoft(tenant: options.tenant ?? "common"))
            case "custom":
                guard let tokenURL = options.tokenURL, let scope = options.scope else { break }
                return try .custom(
                    authorizationURL: options.authorizationURL, deviceURL: options.deviceURL,
                    tokenURL: tokenURL, scope: scope)
            default: break
            }
        } catch {
            throw Failure(
                .invalidRequest, "It cannot be signed in: \(error.detail).", hint: Self.endpoints,
                field: "oauth")
        }
        if id == "custom" {
            throw Failure(
                .invalidRequest, "Where this mailbox signs in is not known.",
                hint: "Give --oauth google or --oauth microsoft; for another provider: \(Self.endpoints)",
                field: "oauth")
        }
        throw Failure(
            .invalidRequest, "No provider of OAuth is called \(Reply.printable(id, limit: 60)).",
            hint: "Known are google, microsoft, custom and auto; the address stands before --oauth.",
            field: "oauth")
    }

    /// The provider of an account that has signed in before, with what the flags say otherwise.
    func provider(of login: OAuthLogin) throws(OAuthError) -> OAuthProvider {
        if let tenant = options.tenant, login.provider == "microsoft" {
            return try own(.microsoft(tenant: tenant))
        }
        return try own(login.provider())
    }

    private func own(_ provider: OAuthProvider) throws(OAuthError) -> OAuthProvider {
        try provider.with(
            authorizationURL: options.authorizationURL, deviceURL: options.deviceURL,
            tokenURL: options.tokenURL,
            scope: options.scope)
    }

    private static let endpoints =
        "--token-url, --scope and --authorization-url or --device-url, all https://, as the provider documents them."

    /// The client's secret as flags and environment give it; nil for none.
    func clientSecret() async throws(Failure) -> Secret? {
        let source: SecretSource? =
            if let file = options.clientSecretFile {
                SecretSource(place: .file(file), variable: "--client-secret-file")
            } else if let command = options.clientSecretCommand {
                SecretSource(place: .command(command), variable: "--client-secret-command")
            } else {
                settings.layers.lazy.compactMap { SecretSource("oauth.client.secret", in: $0) }.first
            }
        guard let source else { return nil }
        do throws(SecretSource.Unreadable) {
            return try await source.secret()
        } catch {
            throw Failure(
                .invalidRequest, "The client's secret cannot be read: \(error.reason ?? "it was stopped").",
                hint: "Correct \(source.variable).", field: "client_secret")
        }
    }

    /// - Parameter user: whom the page asks for first.
    func run(
        _ provider: OAuthProvider, clientID: String, clientSecret: Secret?, caFile: String?, user: String
    ) async throws(Failure) -> Signed {
        let engine = Engine()
        let client = OAuthClient(
            provider: provider, id: clientID, secret: clientSecret?.reveal(), caFile: caFile, engine: engine)
        let asked = Timestamp.now
        let grant: TokenGrant
        do throws(OAuthError) {
            grant = try await isByDevice(provider) ? byDevice(client) : byBrowser(client, user)
        } catch {
            await engine.shutdown()
            throw Failure(error, provider, byDevice: isByDevice(provider))
        }
        await engine.shutdown()
        guard let refresh = grant.refreshToken else {
            throw Failure(
                .oauthRequired, "\(provider.name) gave a token, but none to renew it with.",
                hint:
                    "The scope has to ask for it (offline_access at Microsoft); at Google take the program's access away"
                    + " on https://myaccount.google.com/permissions first, then sign in again.")
        }
        let kept = Timestamp.now
        return Signed(
            login: OAuthLogin(
                provider: provider.id, clientID: clientID, authorizationURL: provider.authorizationURL,
                deviceURL: provider.deviceURL, tokenURL: provider.tokenURL, scope: provider.scope,
                caFile: caFile.map(SystemFile.absolute), issuedAt: kept,
                // The person's minutes do not count against the token, the last exchange's seconds do.
                expiresAt: max(asked, kept.adding(seconds: Double(grant.seconds) - 20))),
            access: Secret(grant.accessToken), refresh: Secret(refresh), clientSecret: clientSecret)
    }

    private func isByDevice(_ provider: OAuthProvider) -> Bool {
        if options.device { return true }
        if options.browser { return false }
        return provider.authorizationURL == nil || (provider.id == "microsoft" && provider.deviceURL != nil)
    }

    private func byDevice(_ client: OAuthClient) async throws(OAuthError) -> TokenGrant {
        let code = try await DeviceAuthorization.begin(client)
        var line: JSON.Object = [
            "way": "device", "page": .string(code.page), "user_code": .string(code.userCode),
            "expires_in": .integer(Int64(code.seconds)),
        ]
        line["whole_page"] = code.wholePage.map(JSON.string)
        tell(line, "Open \(code.page) on any device and enter the code \(code.userCode).")
        return try await code.grant(client) { try await Task.sleep(for: $0) }
    }

    private func byBrowser(_ client: OAuthClient, _ user: String) async throws(OAuthError) -> TokenGrant {
        let door = try LoopbackRedirect()
        let request = try AuthorizationRequest(
            client, port: door.port, user: user, random: (0..<64).map { _ in UInt8.random(in: 0...255) },
            sha256: SHA256Digest.octets)
        tell(
            ["way": "browser", "page": .string(request.url)],
            "Sign in on this page, with a browser on this machine:\n\n  \(request.url)\n")
        if !options.noBrowser, !isJSON { Browser.open(request.url) }
        return try await client.redeem(try await door.code(for: request, within: Self.patience), of: request)
    }

    private func tell(_ line: JSON.Object, _ words: String) {
        if !isJSON { return StandardError.write(words + "\n") }
        print(JSON.object(["sign_in": .object(line)]).text)
        // Whoever reads it has to act on it before the program goes on.
        fflush(nil)
    }
}

extension Failure {
    /// Why a person's sign-in gave no tokens.
    ///
    /// - Parameter byDevice: the way that was tried.
    init(_ error: OAuthError, _ provider: OAuthProvider, byDevice: Bool) {
        let message = "\(provider.name) gave no token: \(error.detail)."
        switch error.kind {
        case .unavailable, .strange, .cancelled:
            self.init(
                .connectionFailed, message,
                hint: "Try again; if it goes on, check the endpoints and the network.",
                retryable: true)
        case .unfit:
            self.init(
                .invalidRequest, message,
                hint: byDevice
                    ? "Sign in with --browser, or give --device-url."
                    : "Sign in with --device, or give --authorization-url.")
        case .clientRefused:
            self.init(
                .oauthRequired, message,
                hint: "Check --client-id and the client's secret against the registration (docs/oauth.md).")
        case .denied, .expired, .signInAgain:
            self.init(.oauthRequired, message, hint: "Run it again, sign in and agree.")
        case .refused:
            self.init(
                .oauthRequired, message,
                hint:
                    "Check the client's registration: its kind, its redirect URI and its permissions (docs/oauth.md)."
            )
        }
    }
}
