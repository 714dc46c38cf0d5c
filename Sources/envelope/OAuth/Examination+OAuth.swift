import Mail
import OAuth
import Store

extension Examination {
    /// How long the token of an account is good, and whether it can be renewed, which is tried: nothing else tells.
    func login(_ tokens: OAuthTokens) async -> Finding {
        let subject = "login of \(tokens.name)"
        let login: OAuthLogin
        do throws(TokenFault) {
            login = try tokens.login()
        } catch {
            return Finding(subject, .wrong, error.reason, fix: error.advice)
        }
        let who = (try? login.provider().name) ?? login.provider
        if let lost = login.lost {
            return Finding(subject, .wrong, lost, fix: TokenFault.signIn(tokens.name, lost).advice)
        }
        let until = "the token is valid until \(login.expiresAt.rfc3339)"
        let interrupted = login.renewingSince.map { "; a renewal at \($0.rfc3339) got no answer" } ?? ""
        if isOffline {
            return Finding(subject, .note, "signed in with \(who), \(until)\(interrupted); not renewed")
        }
        do throws(TokenFault) {
            _ = try await Spinner.turning("Renewing the token of \(tokens.name)") {
                await Result { () async throws(TokenFault) in try await tokens.renewedNow() }
            }.get()
            let renewed = try tokens.login()
            return Finding(
                subject, .well,
                "signed in with \(who); renewed now, and valid until \(renewed.expiresAt.rfc3339)")
        } catch {
            let isGood = login.secondsLeft(at: .now) > 0
            return Finding(
                subject, .wrong, "\(error.reason)\(error.kind == .signIn || !isGood ? "" : "; \(until)")",
                fix: error.advice)
        }
    }
}

extension Result where Success: Sendable {
    /// What an asynchronous body gives.
    fileprivate init(_ body: () async throws(Failure) -> Success) async {
        do throws(Failure) {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
