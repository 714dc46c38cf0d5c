import Mail
import SMTP
import Synchronization

/// The way to an account's server with a login whose secret is read when a message is about to be sent, and again
/// when it may have changed: access tokens expire within the hour, and people correct password files.
final class AccountTransport: MailTransport {
    /// Who logs in, and with what proof.
    struct Login: Sendable {
        let username: String
        let isToken: Bool
        let source: SecretSource
        /// What to do when the server refuses also a new token; nil for whatever is not renewed.
        var refusalAdvice: String?

        func credentials(_ secret: Secret) -> Credentials {
            isToken
                ? .bearer(username: username, token: secret) : .password(username: username, secret: secret)
        }
    }

    private typealias Reading = Task<Result<Secret, SecretSource.Unreadable>, Never>

    private struct State {
        var reading: Reading?
        var known: (secret: Secret, until: Timestamp)?
        /// The connections of those credentials.
        var current: (credentials: Credentials?, transport: SMTPTransport)?
        var isClosed = false
    }

    let server: SubmissionServer
    let login: Login?
    let options: SMTPOptions
    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(
        server: SubmissionServer, login: Login?, options: SMTPOptions = SMTPOptions(),
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.server = server
        self.login = login
        self.options = options
        self.now = now
    }

    var executor: (any TaskExecutor)? { state.withLock { $0.current?.transport }?.executor }

    func carry(
        _ mailData: MailData, in envelope: Envelope, gate: @escaping Gate, progress: @escaping Progress
    ) async -> Transaction {
        var refused: Secret?
        while true {
            var secret: Secret?
            if let login {
                do throws(SecretSource.Unreadable) {
                    secret = try await self.secret(of: login.source, insteadOf: refused)
                } catch {
                    return envelope.unsent(error)
                }
            }
            let credentials = secret.flatMap { login?.credentials($0) }
            guard let transport = transport(for: credentials) else { return envelope.unsent(nil) }
            var transaction = await transport.carry(mailData, in: envelope, gate: gate, progress: progress)
            if transaction.phase != .auth { return transaction }
            // Refused, perhaps because it is out of date: the next message asks again.
            state.withLock { $0.known = nil }
            guard let login, login.source.isRenewable, transaction.isLoginRefused else { return transaction }
            // A token may be revoked before its time: once more, with a new one. Nothing of the message was said.
            if refused != nil || Task.isCancelled {
                transaction.loginAdvice = login.refusalAdvice
                return transaction
            }
            refused = secret
        }
    }

    /// Stops the reading of a secret, and closes the connections as `SMTPTransport.close` does.
    func close() async {
        let (reading, open) = state.withLock { state in
            state.isClosed = true
            return (state.reading, state.current?.transport)
        }
        reading?.cancel()
        await open?.close()
        _ = await reading?.value
    }

    /// Read once for all who wait for it; when one of them is cancelled, for none: that happens at the end only.
    private func secret(
        of source: SecretSource, insteadOf refused: Secret?
    ) async throws(SecretSource.Unreadable) -> Secret {
        if let refused {
            let known = state.withLock { $0.known?.secret }
            if let known, known != refused { return known }
            // Who else was refused waits for the same renewal, in whatever process it is.
            // Away from the wire's thread: it may wait for a file's lock.
            let (secret, keep) = try await withTaskExecutorPreference(globalConcurrentExecutor) {
                () async throws(SecretSource.Unreadable) in try await source.reading(insteadOf: refused)
            }
            let until = now().adding(seconds: keep)
            state.withLock { $0.known = (secret, until) }
            return secret
        }
        let now = self.now()
        let (known, reading) = state.withLock { state -> (Secret?, Reading?) in
            if state.isClosed { return (nil, nil) }
            if let known = state.known, now < known.until { return (known.secret, nil) }
            if let reading = state.reading { return (nil, reading) }
            let reading = Reading { await self.read(source) }
            state.reading = reading
            return (nil, reading)
        }
        if let known { return known }
        guard let reading else { throw SecretSource.Unreadable(reason: nil) }
        return try await withTaskCancellationHandler {
            await reading.value
        } onCancel: {
            reading.cancel()
        }.get()
    }

    private func read(_ source: SecretSource) async -> Result<Secret, SecretSource.Unreadable> {
        let result: Result<(secret: Secret, keep: Double), SecretSource.Unreadable>
        do throws(SecretSource.Unreadable) {
            result = .success(try await source.reading())
        } catch {
            result = .failure(error)
        }
        let now = self.now()
        state.withLock { state in
            state.reading = nil
            if case .success(let reading) = result {
                state.known = (reading.secret, now.adding(seconds: reading.keep))
            }
        }
        return result.map(\.secret)
    }

    /// The connections of these credentials, which those of earlier ones make room for; nil once it is closed.
    private func transport(for credentials: Credentials?) -> SMTPTransport? {
        let (transport, old) = state.withLock { state -> (SMTPTransport?, SMTPTransport?) in
            if state.isClosed { return (nil, nil) }
            if let current = state.current, current.credentials == credentials {
                return (current.transport, nil)
            }
            let old = state.current?.transport
            let transport = SMTPTransport(server: server, credentials: credentials, options: options)
            state.current = (credentials, transport)
            return (transport, old)
        }
        if let old { Task { await old.close() } }
        return transport
    }
}

extension Envelope {
    /// The transaction that never began, because there was nothing to log in with; nil when it was stopped by us.
    fileprivate func unsent(_ fault: SecretSource.Unreadable?) -> Transaction {
        var record = Transaction(forwardPaths: forwardPaths)
        record.phase = .auth
        record.fault =
            fault?.transportFault ?? TransportFault(.cancelled, detail: "stopped before there was a login")
        return record
    }
}

extension SecretSource.Unreadable {
    /// Nil when it was stopped by us.
    var transportFault: TransportFault? {
        guard let reason else { return nil }
        let detail = Reply.printable(reason, limit: 600)
        guard let token else { return TransportFault(.secretUnreadable, detail: detail) }
        return TransportFault(
            token.kind == .signIn ? .signInNeeded : .tokenUnavailable, detail: detail, advice: token.advice)
    }
}

extension Transaction {
    /// True when the server has refused the login itself, and not for a moment.
    fileprivate var isLoginRefused: Bool {
        sessionRefusal != nil && accountSign?.kind == .authentication
    }
}
