import Mail
import SMTP
import Store

extension SubmissionServer {
    init(_ account: ConfiguredAccount) throws(Failure) {
        try self.init(host: account.host, port: account.port, security: Security(account.security))
    }
}

extension SubmissionServer.Security {
    init(_ security: ConfiguredAccount.Security) {
        self =
            switch security {
            case .tls: .implicitTLS
            case .starttls: .startTLS
            case .plain: .plain
            }
    }
}

extension ConfiguredAccount.Security {
    init(_ security: SubmissionServer.Security) {
        self =
            switch security {
            case .implicitTLS: .tls
            case .startTLS: .starttls
            case .plain: .plain
            }
    }
}

extension SMTPOptions {
    /// What the account trusts.
    init(_ account: ConfiguredAccount) {
        self.init()
        caFile = account.caFile
        publicKey = account.publicKey
    }
}

extension AccountTransport.Login {
    /// - Parameters:
    ///   - sealed: the secret that the record keeps; or a token that was just granted and is not there yet.
    ///   - tokens: of an account that logs in by OAuth.
    init(
        _ login: ConfiguredAccount.Login, of account: ConfiguredAccount, sealed: Secret?, tokens: OAuthTokens?
    ) {
        let place: SecretSource.Place =
            switch login.place {
            case .oauth: tokens.map { .tokens($0) } ?? .value(sealed?.reveal() ?? "")
            case .sealed: .value(sealed?.reveal() ?? "")
            case .file(let path): .file(path)
            case .command(let line): .command(line)
            }
        self.init(
            username: login.username, isToken: login.proof == .token,
            source: SecretSource(
                place: place, variable: "it with `envelope accounts add`, account \(account.name)"),
            refusalAdvice: login.place != .oauth
                ? nil
                : "The server refuses also a new token. Sign in as \(Reply.printable(login.username, limit: 320)): "
                    + "\(TokenFault.signInCommand(account.name)). The client needs the scope for mail, and the mailbox "
                    + "authenticated SMTP, which an administrator may have to allow.")
    }
}

extension ConfiguredAccount {
    /// What its sealed secret is bound to, besides the account.
    static let secretKind = "smtp"
    /// That of its mailbox's own secret.
    static let inboxSecretKind = "imap"
}
