import Curl
import Glibc
import Mail
import OAuth
import SMTP
import Sending
import Store

/// Access tokens of one stored account, renewed when they run out, by one process at a time.
///
/// Many providers take a refresh token once and give its successor; shown a second time, it ends the whole login. So
/// who renews holds a lock, reads the record again, and has the successor on the disk before the new access token is
/// used; everybody else waits for the lock and finds the new token in the record.
struct OAuthTokens: Sendable {
    /// A moment at which a process may die, told to the tests.
    enum Step: String {
        case begun = "oauth_begun"
        /// The server has answered, and nothing of it is kept yet.
        case answered = "oauth_answered"
        case kept = "oauth_kept"
    }

    struct Token: Sendable {
        let secret: Secret
        /// Seconds until it had better be renewed; not positive where it has to be used at once.
        let goodFor: Double
    }

    let account: String
    let name: String
    let store: Store
    let keys: SecretKeys
    let engine: Engine
    let now: @Sendable () -> Timestamp
    let reached: @Sendable (Step) -> Void

    /// Longer than the longest renewal of another process.
    private static let patience = Duration.seconds(60)
    /// A clock that was set back makes an old token look good.
    private static let clockTolerance = 60.0

    /// Nil for an account that logs in otherwise.
    ///
    /// - Parameter keys: of that record.
    init?(
        of account: ConfiguredAccount, in store: Store, keys: SecretKeys,
        now: @escaping @Sendable () -> Timestamp
    ) {
        guard account.login?.place == .oauth else { return nil }
        self.account = account.id
        name = account.name
        self.store = store
        self.keys = keys
        // It starts no thread before something is renewed.
        engine = Engine()
        self.now = now
        #if DEBUG
        let stop = Environment.variables["ENVELOPE_STOP_AT"]
        reached = { step in if stop == step.rawValue { kill(getpid(), SIGKILL) } }
        #else
        reached = { _ in }
        #endif
    }

    /// Holds up the renewals of other tasks and processes.
    var lock: FileLock { FileLock(path: "\(keys.database).oauth-\(account).lock") }

    /// The token that is good now, renewed first where it is about to run out.
    ///
    /// - Parameter refused: one that the mail server has just refused; the answer is another one.
    func token(insteadOf refused: Secret? = nil) async throws(TokenFault) -> Token {
        if let token = try ready(insteadOf: refused) { return token }
        return try await alone {
            () async throws(TokenFault) in
            // Somebody else may have renewed it meanwhile.
            if let token = try ready(insteadOf: refused) { return token }
            return try await renewed()
        }
    }

    /// A new token, however good the last one is.
    func renewedNow() async throws(TokenFault) -> Token {
        try await alone { () async throws(TokenFault) in try await renewed() }
    }

    private func alone(
        _ body: () async throws(TokenFault) -> Token
    ) async throws(TokenFault) -> Token {
        do {
            return try await lock.held(within: Self.patience) { try await body() }
        } catch let fault as TokenFault {
            throw fault
        } catch is FileLock.Busy {
            throw .temporary("another process has been renewing the token of \(name) for a minute")
        } catch let failure as Failure {
            throw .temporary(failure.message)
        } catch {
            throw .cancelled
        }
    }

    /// What the record has; nil when it has to be renewed.
    private func ready(insteadOf refused: Secret?) throws(TokenFault) -> Token? {
        let login = try login()
        if let lost = login.lost { throw .signIn(name, lost) }
        let now = now()
        let left = login.secondsLeft(at: now)
        if left <= 0 || now < login.issuedAt.adding(seconds: -Self.clockTolerance) { return nil }
        guard let secret = try opened(OAuthLogin.access), secret != refused else { return nil }
        return Token(secret: secret, goodFor: left)
    }

    func login() throws(TokenFault) -> OAuthLogin {
        let login: OAuthLogin?
        do {
            login = try store.oauthLogin(of: account)
        } catch {
            throw .temporary("the record cannot be read: \(error)")
        }
        guard let login else { throw .signIn(name, "the account \(name) has no login by OAuth any more") }
        return login
    }

    /// A sealed secret in the clear; nil where there is none.
    func opened(_ kind: String) throws(TokenFault) -> Secret? {
        do {
            guard let sealed = try store.secret(of: account, kind) else { return nil }
            guard let vault = try keys.vault() else {
                throw TokenFault.keyGone(name, "the key of its tokens is not there (\(keys.file.path))")
            }
            return Secret(String(decoding: try vault.open(sealed.octets, for: sealed.purpose), as: UTF8.self))
        } catch let fault as TokenFault {
            throw fault
        } catch let failure as Failure {
            throw .temporary(failure.message)
        } catch {
            throw .keyGone(
                name, "its tokens cannot be opened: they were sealed under another key, or are damaged")
        }
    }

    /// The same as octets for the record. Under the lock of the keys, so that no key is thrown away meanwhile.
    static func sealed(
        _ texts: [(kind: String, text: String?)], of account: String, _ keys: SecretKeys
    ) throws -> [SealedSecret] {
        let vault = try keys.vaultForSealing()
        return try texts.compactMap { kind, text in
            guard let text else { return nil }
            return SealedSecret(
                owner: account, kind: kind,
                octets: try vault.seal(Array(text.utf8), for: SealedSecret.purpose(account, kind)))
        }
    }
}

extension OAuthLogin {
    /// How long the access token can still be used, seconds: it is renewed 90 s before it runs out, or after three
    /// quarters of a short life.
    func secondsLeft(at now: Timestamp) -> Double {
        let life = Double(expiresAt.milliseconds - issuedAt.milliseconds) / 1_000
        return Double(expiresAt.milliseconds - now.milliseconds) / 1_000 - min(90, life / 4)
    }
}
