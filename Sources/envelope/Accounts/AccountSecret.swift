import Discovery
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
    func get(for username: String, _ provider: Provider?) async throws(Failure) -> Given? {
        if command.noLogin { return nil }
        if let word = command.oauth { return try await signIn(word, username, provider) }
        if !command.passwordStdin, let given = Self.own(settings.proof) { return given }
        if typed == nil { typed = try await ask(username, provider) }
        return Given(proof: .password, place: .sealed, sealed: typed)
    }

    /// What flags and environment name; nil when they name none.
    static func own(_ proof: (isToken: Bool, source: SecretSource)?) -> Given? {
        guard let proof else { return nil }
        let kind: ConfiguredAccount.Login.Proof = proof.isToken ? .token : .password
        switch proof.source.place {
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

    private func ask(_ username: String, _ provider: Provider?) async throws(Failure) -> Secret {
        if command.passwordStdin {
            if let secret = Prompt.pipedSecret() { return secret }
            throw Failure(
                .invalidRequest, "Standard input holds no password.", hint: "Give it as its first line.",
                field: "password_stdin")
        }
        guard Prompt.canAsk else {
            throw Failure(
                .invalidRequest, "There is no password, and no terminal to ask for it on.",
                hint:
                    "Use --password-stdin, --smtp-password-file, --smtp-password-command or ENVELOPE_SMTP_PASSWORD; "
                    + "--no-login for a server that wants none.", field: "password")
        }
        if let provider { StandardError.write(provider.advice + "\n") }
        if let secret = await Prompt.secret("Password of \(Reply.printable(username, limit: 320)): ") {
            return secret
        }
        throw Failure(.invalidRequest, "No password was given.", hint: "Nothing was kept.", field: "password")
    }
}
