import Mail
import OAuth
import SMTP
import Store

extension OAuthTokens {
    /// How long a process that ends waits for an answer that is under way: with it goes the login, where the server
    /// has taken the old refresh token out of use. Hosts kill after 2 s.
    private static let grace = Duration.seconds(1)

    /// Renews; the caller holds the lock.
    func renewed() async throws(TokenFault) -> Token {
        let login = try login()
        if let lost = login.lost { throw .signIn(name, lost) }
        let client = try client(login)
        guard let refresh = try opened(OAuthLogin.refresh) else {
            throw .signIn(name, "there is no refresh token")
        }
        if Task.isCancelled { throw .cancelled }
        // Not cut short by a cancel between the server's answer and the record.
        let renewal = Task { () async -> Result<Token, TokenFault> in
            do throws(TokenFault) {
                return .success(try await renew(login, client, refresh))
            } catch {
                return .failure(error)
            }
        }
        return try await withTaskCancellationHandler {
            await renewal.value
        } onCancel: {
            Task {
                try? await Task.sleep(for: Self.grace)
                renewal.cancel()
            }
        }.get()
    }

    private func client(_ login: OAuthLogin) throws(TokenFault) -> OAuthClient {
        do throws(OAuthError) {
            return OAuthClient(
                provider: try login.provider(), id: login.clientID,
                secret: try openedClientSecret(), caFile: login.caFile, engine: engine)
        } catch {
            throw .signIn(name, error.detail)
        }
    }

    private func openedClientSecret() throws(OAuthError) -> String? {
        do throws(TokenFault) {
            return try opened(OAuthLogin.client)?.reveal()
        } catch {
            throw .unusable(error.reason)
        }
    }

    private func renew(
        _ login: OAuthLogin, _ client: OAuthClient, _ refresh: Secret
    ) async throws(TokenFault) -> Token {
        guard
            try await note({
                try await store.beginRenewal(of: account, generation: login.generation, at: now())
            })
        else { throw .temporary("the login of \(name) was changed meanwhile") }
        reached(.begun)
        // Counted from before it was asked for: the answer may have been long on its way.
        let asked = now()
        let grant: TokenGrant
        do throws(OAuthError) {
            grant = try await client.renew(refresh.reveal())
        } catch {
            throw try await fault(error, login)
        }
        reached(.answered)
        let expires = asked.adding(seconds: Double(grant.seconds))
        guard try await keep(grant, login, asked: asked, expires: expires) else {
            throw .temporary("somebody signed in anew, or removed the account, meanwhile")
        }
        reached(.kept)
        let kept = login.with(issuedAt: asked, expiresAt: expires)
        return Token(secret: Secret(grant.accessToken), goodFor: kept.secondsLeft(at: now()))
    }

    /// On the disk, or the login may be lost: tried again, also by a connection of its own when the record was closed
    /// because the process ends.
    private func keep(
        _ grant: TokenGrant, _ login: OAuthLogin, asked: Timestamp, expires: Timestamp
    ) async throws(TokenFault) -> Bool {
        let texts = [(OAuthLogin.access, grant.accessToken), (OAuthLogin.refresh, grant.refreshToken)]
        var last = ""
        for attempt in 0..<4 {
            do {
                let store = attempt == 0 ? store : try Store.open(at: keys.database)
                return try await keys.locked {
                    try await store.renewed(
                        account, generation: login.generation,
                        secrets: try Self.sealed(texts, of: account, keys), issuedAt: asked,
                        expiresAt: expires)
                }
            } catch {
                last = "\(error)"
                try? await Task.sleep(for: .milliseconds(500 * attempt))
            }
        }
        throw .temporary("the new token of \(name) could not be recorded: \(last)")
    }

    /// What a refusal means, noted in the record where it is for good.
    private func fault(_ error: OAuthError, _ login: OAuthLogin) async throws(TokenFault) -> TokenFault {
        let who = (try? login.provider().name) ?? login.provider
        switch error.kind {
        case .signInAgain:
            let reason =
                login.renewingSince.map {
                    "\(who) takes the refresh token no more (\(error.detail)); the answer to a renewal at \($0.rfc3339) "
                        + "never came into the record, which is how that happens"
                } ?? "\(who) takes the refresh token no more (\(error.detail))"
            try await note { try await store.lose(account, generation: login.generation, because: reason) }
            return .signIn(name, reason)
        case .clientRefused, .refused, .denied, .expired, .unfit:
            try await end(login)
            return TokenFault(
                kind: .signIn, reason: "\(who) does not renew the token: \(error.detail)",
                advice:
                    "Tell the person who runs this server to see the client's registration with \(who), and to sign "
                    + "in again: \(TokenFault.signInCommand(name)), with --client-id or a new client secret if they changed."
            )
        case .unavailable, .strange, .cancelled:
            if !error.mayHaveBeenHeard { try await end(login) }
            return .temporary("\(who) does not renew the token now: \(error.detail)")
        }
    }

    /// Unless an earlier one is still without its answer.
    private func end(_ login: OAuthLogin) async throws(TokenFault) {
        if login.renewingSince != nil { return }
        try await note { try await store.endRenewal(of: account, generation: login.generation) }
    }

    private func note<Value>(_ body: () async throws -> Value) async throws(TokenFault) -> Value {
        do {
            return try await body()
        } catch {
            throw .temporary("the record cannot be written: \(error)")
        }
    }
}

extension OAuthLogin {
    /// Where it renews.
    func provider() throws(OAuthError) -> OAuthProvider {
        let known: OAuthProvider =
            switch provider {
            case "google": .google
            case "microsoft": try .microsoft()
            default:
                try .custom(
                    authorizationURL: authorizationURL, deviceURL: deviceURL, tokenURL: tokenURL, scope: scope
                )
            }
        return try known.with(
            authorizationURL: authorizationURL, deviceURL: deviceURL, tokenURL: tokenURL, scope: scope)
    }

    fileprivate func with(issuedAt: Timestamp, expiresAt: Timestamp) -> OAuthLogin {
        OAuthLogin(
            provider: provider, clientID: clientID, authorizationURL: authorizationURL, deviceURL: deviceURL,
            tokenURL: tokenURL, scope: scope, caFile: caFile, generation: generation + 1, issuedAt: issuedAt,
            expiresAt: expiresAt)
    }
}
