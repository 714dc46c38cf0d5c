import Discovery
import IMAP
import Mail
import OAuth
import SMTP
import Store

/// Where the password or token of a new account comes from; a person is asked once, however many servers are tried.
final class AccountSecret {
    /// As the account keeps it.
    struct Given {
        let proof: ConfiguredAccount.Login.Proof
        let place: ConfiguredAccount.Login.Place
        /// What is to be sealed; nil for a file or a command.
        let sealed: Secret?
        var oauth: OAuthSignIn.Signed?
    }

    private let command: AccountsAdd
    private let settings: Settings
    private var typed: Secret?
    private var signed: OAuthSignIn.Signed?

    init(_ command: AccountsAdd, _ settings: Settings) {
        self.command = command
        self.settings = settings
    }

    /// Nil when the server wants no login.
    func get(
        for username: String, at host: String, _ provider: Provider?
    ) async throws(Failure) -> Given? {
        if command.noLogin { return nil }
        if let word = command.oauth { return try await signIn(word, username, provider) }
        var unused: String?
        if !command.passwordStdin {
            let own = Self.own("smtp", in: settings, for: username, at: host)
            if let given = own.given { return given }
            unused = own.unused
        }
        if typed == nil { typed = try await ask(username, provider, unused) }
        return Given(proof: .password, place: .sealed, sealed: typed)
    }

    /// What the settings have for that login. What stands beside the URL of another account is that account's, and no
    /// other server is shown it.
    ///
    /// - Returns: with a sentence about what there is and was not taken.
    static func own(
        _ protocolName: String, in settings: Settings, for username: String, at host: String
    ) -> (given: Given?, unused: String?) {
        var unused: String?
        for proof in settings.proofs(protocolName) {
            guard let url = proof.url else { return (given(proof.isToken, proof.source), nil) }
            let login = Self.login(of: url, protocolName)
            if let login, login.host == host.lowercased(), login.username ?? username == username {
                return (given(proof.isToken, proof.source), nil)
            }
            let other = Settings.variable(protocolName + ".url")
            unused =
                unused
                ?? "\(proof.source.variable) was not used: it belongs to the account of \(other), another user or server."
        }
        return (nil, unused)
    }

    /// True when they have something for that user, wherever it may be shown.
    static func hasOwn(_ protocolName: String, in settings: Settings, for username: String) -> Bool {
        settings.proofs(protocolName).contains { proof in
            guard let url = proof.url else { return true }
            return Self.login(of: url, protocolName).map { $0.username ?? username == username } ?? false
        }
    }

    /// Nil for a URL that is none.
    private static func login(
        of url: String, _ protocolName: String
    ) -> (host: String, username: String?)? {
        if protocolName == "imap" {
            return (try? IMAPServer.parse(url: url)).map { ($0.server.host.lowercased(), $0.username) }
        }
        return (try? SubmissionServer.parse(url: url)).map { ($0.server.host.lowercased(), $0.username) }
    }

    private static func given(_ isToken: Bool, _ source: SecretSource) -> Given? {
        let kind: ConfiguredAccount.Login.Proof = isToken ? .token : .password
        switch source.place {
        case .value(let value): return Given(proof: kind, place: .sealed, sealed: Secret(value))
        case .file(let path):
            return Given(proof: kind, place: .file(SystemFile.absolute(path)), sealed: nil)
        case .command(let line): return Given(proof: kind, place: .command(line), sealed: nil)
        // No setting says so.
        case .tokens: return nil
        }
    }

    /// A person signs in once, however many servers are tried.
    private func signIn(
        _ word: String, _ username: String, _ provider: Provider?
    ) async throws(Failure) -> Given {
        let signIn = OAuthSignIn(options: command.oauthOptions, settings: settings, isJSON: command.json)
        if signed == nil {
            let place = try signIn.provider(word, for: provider)
            guard let client = command.oauthOptions.clientID ?? settings.text("oauth.client.id") else {
                throw Failure(
                    .invalidRequest, "\(place.name) has to know the program: no client id was given.",
                    hint:
                        "Register a client of your own (docs/oauth.md says how), then give --client-id ID or"
                        + " ENVELOPE_OAUTH_CLIENT_ID.", field: "client_id")
            }
            signed = try await signIn.run(
                place, clientID: client, clientSecret: signIn.clientSecret(),
                caFile: command.oauthOptions.caFile,
                user: username)
        }
        return Given(proof: .token, place: .oauth, sealed: signed?.access, oauth: signed)
    }

    /// - Parameter unused: what the settings have and was not taken, as a sentence.
    private func ask(
        _ username: String, _ provider: Provider?, _ unused: String?
    ) async throws(Failure) -> Secret {
        if command.passwordStdin {
            if let secret = Prompt.pipedSecret() { return secret }
            throw Failure(
                .invalidRequest, "Standard input holds no password.", hint: "Give it as its first line.",
                field: "password_stdin")
        }
        guard Prompt.canAsk else {
            throw Failure(
                .invalidRequest,
                ["There is no password, and no terminal to ask for it on.", unused].compactMap(\.self)
                    .joined(separator: " "),
                hint:
                    "Use --password-stdin, --smtp-password-file, --smtp-password-command or ENVELOPE_SMTP_PASSWORD; "
                    + "--no-login for a server that wants none.", field: "password")
        }
        if let unused { StandardError.write(unused + "\n") }
        if let provider { StandardError.write(provider.advice + "\n") }
        if let secret = await Prompt.secret("Password of \(Reply.printable(username, limit: 320)): ") {
            return secret
        }
        throw Failure(.invalidRequest, "No password was given.", hint: "Nothing was kept.", field: "password")
    }
}
