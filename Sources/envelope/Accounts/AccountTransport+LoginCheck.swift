import Mail
import SMTP

extension AccountTransport {
    /// How long a person waits at a prompt; a server that takes longer is named so.
    private static let patience = Duration.seconds(20)

    /// Logs in on a connection of its own, without mail; a token that is refused is renewed once.
    func checkLogin() async -> LoginCheck {
        guard let login else { return await checkLogin(with: nil) }
        do throws(SecretSource.Unreadable) {
            let secret = try await login.source.secret()
            let check = await checkLogin(with: login.credentials(secret))
            guard login.source.isRenewable, check.isLoginRefused else { return check }
            let next = try await login.source.secret(insteadOf: secret)
            let again = await checkLogin(with: login.credentials(next))
            return again.isLoginRefused ? again.advising(login.refusalAdvice) : again
        } catch {
            return LoginCheck(failure: Self.failure(error))
        }
    }

    private func checkLogin(with credentials: Credentials?) async -> LoginCheck {
        var options = options
        options.deadlines.connect = Self.patience
        let transport = SMTPTransport(server: server, credentials: credentials, options: options)
        let check = await transport.checkLogin()
        await transport.close()
        return check
    }

    private static func failure(_ fault: SecretSource.Unreadable) -> Failure {
        if let token = fault.token { return Failure(token) }
        return Failure(
            .authFailed, "There is nothing to log in with: \(fault.reason ?? "stopped").",
            hint: "Correct the file or command that it names, or give the password anew with"
                + " `envelope accounts add`.", phase: .auth)
    }
}

extension LoginCheck {
    /// True when the server has refused the login itself, and not for a moment.
    fileprivate var isLoginRefused: Bool {
        failure?.phase == .auth && [.authFailed, .oauthRequired].contains(failure?.code)
            && failure?.smtp != nil
    }

    fileprivate func advising(_ advice: String?) -> LoginCheck {
        guard let failure, let advice else { return self }
        return LoginCheck(
            failure: failure.with(hint: advice), conversation: conversation, sizeLimit: sizeLimit,
            otherWay: otherWay, publicKey: publicKey)
    }
}

extension Failure {
    /// There is no token to log in with.
    init(_ fault: TokenFault) {
        self.init(
            fault.kind == .signIn ? .oauthRequired : .connectionFailed,
            "There is no access token: \(Reply.printable(fault.reason, limit: 600)).", hint: fault.advice,
            retryable: fault.kind != .signIn, phase: .auth)
    }
}
