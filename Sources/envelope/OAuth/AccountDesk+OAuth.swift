import Mail
import OAuth
import SMTP
import Store

extension AccountDesk {
    /// The account's tokens; nil when it logs in otherwise.
    func tokens(of account: ConfiguredAccount) -> OAuthTokens? {
        OAuthTokens(of: account, in: store, keys: keys, now: now)
    }

    /// Signs in anew, tries the login, and keeps it in place of the last one.
    ///
    /// - Returns: why the mail server could not be tried; nil when it took the token.
    func signInAgain(_ account: ConfiguredAccount, _ signIn: OAuthSignIn) async throws -> Failure? {
        guard let tokens = tokens(of: account) else {
            throw Failure(
                .invalidRequest,
                "The account \(account.name) logs in with a \(account.login?.proof.rawValue ?? "nothing").",
                hint:
                    "Change it with `envelope accounts add '\(account.sender.address.text)' --name '\(account.name)' --oauth"
                    + " --client-id ID`.", field: "account")
        }
        let signed: OAuthSignIn.Signed
        do throws(TokenFault) {
            let login = try tokens.login()
            signed = try await again(account, login, tokens, signIn)
        } catch {
            throw Failure(error)
        }
        // Not kept when somebody else signed in: the last login may still be good.
        let check = await checked(account, secret: signed.access)
        if let failure = check.failure, [.authFailed, .oauthRequired].contains(failure.code) {
            throw Failure(
                failure.code, failure.message,
                hint:
                    "Nothing was kept. Sign in as \(Reply.printable(account.login?.username ?? "", limit: 320)). \(failure.hint)",
                phase: failure.phase, smtp: failure.smtp)
        }
        let isKept: Bool
        do {
            isKept = try await tokens.lock.held(within: .seconds(60)) {
                try await keys.locked {
                    try await store.signedInAgain(
                        account.id, signed.login,
                        secrets: try OAuthTokens.sealed(signed.texts, of: account.id, keys))
                }
            }
        } catch is FileLock.Busy {
            throw Failure(
                .internal,
                "You signed in, but another process has been renewing the token of \(account.name) for a minute, so nothing"
                    + " was kept.",
                hint: "Sign in again in a moment: \(TokenFault.signInCommand(account.name)).",
                retryable: true)
        }
        if !isKept { throw Failure.noStoredAccount }
        if check.failure == nil { try await loginWorked(for: account.id) }
        return check.failure
    }

    /// What was kept of the client, whose secret a sign-in needs as well: to sign in again would bring it back here.
    private func clientSecret(
        of account: ConfiguredAccount, _ tokens: OAuthTokens
    ) throws -> Secret? {
        do throws(TokenFault) {
            return try tokens.opened(OAuthLogin.client)
        } catch {
            if error.kind != .signIn { throw error }
            throw Failure(
                .oauthRequired,
                "The secret of the OAuth client of \(account.name) cannot be opened: \(error.reason).",
                hint:
                    "Give it anew, with --client-secret-file FILE, --client-secret-command COMMAND or"
                    + " ENVELOPE_OAUTH_CLIENT_SECRET; or restore the key.")
        }
    }

    private func again(
        _ account: ConfiguredAccount, _ login: OAuthLogin, _ tokens: OAuthTokens, _ signIn: OAuthSignIn
    ) async throws(TokenFault) -> OAuthSignIn.Signed {
        do {
            let kept = try await signIn.clientSecret() ?? clientSecret(of: account, tokens)
            return try await signIn.run(
                try signIn.provider(of: login), clientID: signIn.options.clientID ?? login.clientID,
                clientSecret: kept, caFile: signIn.options.caFile ?? login.caFile,
                user: account.login?.username ?? account.sender.address.text)
        } catch let failure as Failure {
            throw TokenFault(
                kind: failure.retryable ? .temporary : .signIn, reason: failure.message, advice: failure.hint)
        } catch let fault as TokenFault {
            throw fault
        } catch {
            throw .temporary("\(error)")
        }
    }
}
